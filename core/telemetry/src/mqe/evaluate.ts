import type { Choice, Expression, MetricReference, TopN, TopNOf, Trend } from './expression.js';
import { aggregate, round, stored } from './functions.js';
import { aggregateLabels, relabel, sortLabelValues, sortValues } from './labels.js';
import { applyOperator } from './operators.js';
import { ExpressionSyntaxError, parseExpression } from './parse.js';
import { ExpressionError, type ExpressionReader, type StoredSeries } from './reader.js';
import {
  compareText,
  type Evaluated,
  type ExpressionResult,
  failed,
  labelText,
  type Point,
  type Series,
  single,
  sortedLabels,
  UNKNOWN,
} from './result.js';

/** Most label sets that one metric may bring into an expression. */
export const MAX_SERIES = 1000;
/** Largest N of top_n. */
export const MAX_TOP = 1000;

/** Most values in all results and intermediate results of one expression. */
export const MAX_VALUES = 2_000_000;

/** One evaluation: what it reads from, and how many values it made so far. */
interface Run {
  readonly reader: ExpressionReader;
  values: number;
}

/**
 * Parses and evaluates an expression. What its author can mend comes back in `error`, query.md 4.6; what the reader throws
 * otherwise (a failing store, a passed deadline) is thrown on.
 */
export async function execute(text: string, reader: ExpressionReader): Promise<ExpressionResult> {
  try {
    const { type, results, error } = await evaluate(parseExpression(text), { reader, values: 0 });
    return { type, results, ...(error !== undefined && { error }) };
  } catch (error) {
    if (error instanceof ExpressionSyntaxError || error instanceof ExpressionError) {
      return { type: 'UNKNOWN', results: [], error: error.message };
    }
    throw error;
  }
}

async function evaluate(e: Expression, run: Run): Promise<Evaluated> {
  const result = await compute(e, run);
  run.values += result.results.reduce((sum, s) => sum + s.points.length, 0);
  if (run.values > MAX_VALUES) throw new ExpressionError(`The expression computes more than ${MAX_VALUES} values.`);
  return result;
}

async function compute(e: Expression, run: Run): Promise<Evaluated> {
  switch (e.kind) {
    case 'number':
      return single(e.value);
    case 'metric':
      return metric(e, run);
    case 'arithmetic':
    case 'comparison':
    case 'logic':
      return applyOperator(e, await evaluate(e.left, run), await evaluate(e.right, run));
    case 'aggregation':
      return aggregate(e.function, await evaluate(e.of, run));
    case 'rounding':
      return round(e, await evaluate(e.of, run));
    case 'trend':
      return trend(e, run);
    case 'choice':
      return choose(e, run);
    case 'top_n':
      return topN(e, run);
    case 'top_n_of':
      return topNOf(e, run);
    case 'relabels':
      return relabel(e, await evaluate(e.of, run));
    case 'aggregate_labels':
      return aggregateLabels(e, await evaluate(e.of, run));
    case 'sort_values':
      return sortValues(e, await evaluate(e.of, run));
    case 'sort_label_values':
      return sortLabelValues(e, await evaluate(e.of, run));
    case 'baseline':
      return baseline(e.metric, run);
  }
}

const missing = (name: string): Evaluated => failed(`Metric: [${name}] does not exist.`);

async function metric(e: MetricReference, run: Run): Promise<Evaluated> {
  const kind = run.reader.kind(e.name);
  if (kind === undefined) return missing(e.name);
  if (kind === 'record') return failed(`The metric [${e.name}] holds records and can be used in top_n only.`);
  if (kind === 'heatmap') return UNKNOWN;
  return read(e, kind === 'labeled', run, 0, (values, i) => values[i]);
}

/** Reads a metric `before` steps back and makes each point from the values; `at` picks from `before + steps` values. */
async function read(
  e: MetricReference,
  labelled: boolean,
  run: Run,
  before: number,
  at: (values: StoredSeries['values'], step: number) => number | undefined,
): Promise<Evaluated> {
  const found = await run.reader.series(e.name, before);
  if (found === undefined) return labelled ? { ...UNKNOWN, type: 'TIME_SERIES_VALUES', labelled } : UNKNOWN;
  const chosen = labelled ? found.filter((s) => fits(s, e)) : found;
  if (chosen.length > MAX_SERIES) throw new ExpressionError(`The metric [${e.name}] has more than ${MAX_SERIES} label sets.`);
  const results = chosen.map(
    (s): Series => ({
      labels: sortedLabels(Array.from(s.labels, ([key, value]) => ({ key, value }))),
      points: run.reader.steps.map((step, i): Point => ({ id: String(step), value: at(s.values, i) ?? null })),
    }),
  );
  results.sort((a, b) => compareText(labelText(a.labels), labelText(b.labels)));
  return { type: 'TIME_SERIES_VALUES', results, labelled, logical: false };
}

/** Values listed for a label are alternatives; all named labels must match. */
const fits = (s: StoredSeries, e: MetricReference): boolean =>
  e.labels.every((l) => {
    const value = s.labels.get(l.key);
    return value !== undefined && l.value.split(',').some((v) => v.trim() === value);
  });

async function trend(e: Trend, run: Run): Promise<Evaluated> {
  if (e.steps < 1) return failed('The trend range must be greater than 0.');
  if (e.steps > 500) return failed('The trend range must be at most 500.');
  const kind = run.reader.kind(e.metric.name);
  const perSecond = e.function === 'rate' ? e.steps * run.reader.stepSeconds : 1;
  const of =
    kind === 'regular' || kind === 'labeled'
      ? await read(e.metric, kind === 'labeled', run, e.steps, (values, i) => {
          const now = values[i + e.steps];
          const then = values[i];
          return now === undefined || then === undefined ? undefined : (now - then) / perSecond;
        })
      : await metric(e.metric, run);
  if (of.error !== undefined || of.type === 'TIME_SERIES_VALUES') return of;
  return { ...of, error: `${e.function} can only be used on a time series.` };
}

const hasValue = (e: Evaluated): boolean => e.results.some((s) => stored(s.points).length > 0);

async function choose(e: Choice, run: Run): Promise<Evaluated> {
  let first: Evaluated | undefined;
  for (const of of e.of) {
    const result = await evaluate(of, run);
    if (hasValue(result)) return e.function === 'is_present' ? single(1) : result;
    first ??= result;
  }
  return e.function === 'is_present' ? single(0) : (first ?? UNKNOWN);
}

async function topN(e: TopN, run: Run): Promise<Evaluated> {
  const kind = run.reader.kind(e.metric.name);
  if (kind === undefined) return missing(e.metric.name);
  if (e.count <= 0) return failed('TopN value must be > 0.');
  if (e.count > MAX_TOP) return failed(`TopN value must be <= ${MAX_TOP}.`);
  // The protocol's reference server ignores top_n here and gives the series.
  if (kind === 'labeled') return metric(e.metric, run);
  if (kind === 'heatmap') return UNKNOWN;
  const points = await run.reader.top(e.metric.name, e);
  return {
    type: kind === 'record' ? 'RECORD_LIST' : 'SORTED_LIST',
    results: [{ labels: [], points }],
    labelled: false,
    logical: false,
  };
}

async function topNOf(e: TopNOf, run: Run): Promise<Evaluated> {
  if (e.count <= 0) return failed('TopN value must be > 0.');
  if (e.count > MAX_TOP) return failed(`TopN value must be <= ${MAX_TOP}.`);
  const lists: Evaluated[] = [];
  for (const list of e.lists) {
    const result = await topN(list, run);
    if (result.error !== undefined) return result;
    lists.push(result);
  }
  const type = lists[0]!.type;
  if (lists.some((l) => l.type !== type) || (type !== 'SORTED_LIST' && type !== 'RECORD_LIST')) {
    return failed('top_n_of can only merge lists of one type, sorted or record.');
  }
  const sign = e.order === 'asc' ? 1 : -1;
  const points = lists
    .flatMap((l) => l.results[0]?.points ?? [])
    .sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)))
    .slice(0, e.count);
  return { type, results: [{ labels: [], points }], labelled: false, logical: false };
}

/** There is no predictor, so every point is empty; ids are kept. */
async function baseline(e: MetricReference, run: Run): Promise<Evaluated> {
  const of = await metric(e, run);
  return { ...of, results: of.results.map((s) => ({ ...s, points: s.points.map((p) => ({ ...p, value: null })) })) };
}
