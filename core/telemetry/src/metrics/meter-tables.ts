import { mergeColumns } from '../storage/metric-state.js';
import type { MetricModel } from '../storage/models.js';
import { NumberTable } from '../storage/number-table.js';
import type { MetricFunction, MetricParameter } from './function.js';
import { parseBucketKey, withLabel } from './label-text.js';
import { meterAverage } from './meters.js';
import { percentilesOf } from './percentile.js';

/** Label sets of one metric and entity in one hour. */
const LABEL_SETS = 1000;
/** Buckets of one metric and entity in one hour, over all label sets. */
const BUCKETS = 8192;

type Merges = MetricModel['slots'];
type Numbers = ArrayLike<number>;

/** How a table of texts grows and what the numbers of a text come to. */
interface Table {
  /** How the numbers of one text merge. */
  readonly merge: Merges;
  readonly maxKeys: number;
  /** The numbers of one input. */
  readonly numbers: (value: number, time: number) => number[];
}

const sums = (numbers: Table['numbers'], width: number, maxKeys: number): Table => ({
  merge: new Array<'sum'>(width).fill('sum'),
  maxKeys,
  numbers,
});
const totals = (maxKeys: number): Table => sums((value) => [value], 1, maxKeys);
const totalsAndCounts = (maxKeys: number): Table => sums((value) => [value, 1], 2, maxKeys);

const label: MetricParameter = { kind: 'string-attribute' };

/** A function that keeps a table of texts only. Tables that merge by sums have the shape that such tables always had. */
const keyed = (
  name: string,
  kind: MetricFunction['kind'],
  { merge, maxKeys, numbers }: Table,
  readers: Pick<MetricFunction, 'labels' | 'label'>,
  ...parameters: readonly MetricParameter[]
): MetricFunction => {
  const others = merge.every((way) => way === 'sum') ? undefined : merge;
  return {
    name,
    kind,
    valueInput: 'long',
    parameters: [label, ...parameters],
    start: [],
    model: () => ({ slots: [], table: { key: 'string', width: merge.length, maxKeys, ...(others && { merge: others }) } }),
    step:
      () =>
      (_slots, _offset, table, value, _first, _second, text = '', time) => {
        const map = table as Map<number | string, number[]>;
        const known = map.get(text);
        if (known !== undefined) mergeColumns(known, numbers(value, time), others);
        else if (map.size >= maxKeys) return false;
        else map.set(text, numbers(value, time));
        return true;
      },
    ...readers,
  };
};

/** Reads tables that are keyed by the text of a label set. */
const byLabels = (valueFrom: (numbers: Numbers, minutes: number) => number): Pick<MetricFunction, 'labels' | 'label'> => ({
  labels:
    () =>
    ({ table }, minutes = 1) =>
      new Map(Array.from(table ?? [], ([text, numbers]) => [String(text), valueFrom(numbers, minutes)])),
  label:
    (_args, text) =>
    ({ table }, minutes = 1) => {
      const numbers = table?.get(text);
      return numbers && valueFrom(numbers, minutes);
    },
});

const first = (numbers: Numbers): number => numbers[0] ?? 0;
const mean = (numbers: Numbers): number => meterAverage(numbers[0] ?? 0, numbers[1] ?? 0);

/** Metrics told apart by labels; the text that a source gives is that of a label set, see {@link formatLabels}. */
const labelled: readonly MetricFunction[] = [
  keyed('avgLabeled', 'labeled', totalsAndCounts(LABEL_SETS), byLabels(mean)),
  keyed('sumLabeled', 'labeled', totals(LABEL_SETS), byLabels(first)),
  keyed(
    'sumPerMinLabeled',
    'labeled',
    totals(LABEL_SETS),
    byLabels((numbers, minutes) => Math.trunc(first(numbers) / minutes)),
  ),
  keyed('latestLabeled', 'labeled', { merge: ['last', 'max'], maxKeys: LABEL_SETS, numbers: (v, time) => [v, time] }, byLabels(first)),
  keyed('minLabeled', 'labeled', { merge: ['min'], maxKeys: LABEL_SETS, numbers: (v) => [v] }, byLabels(first)),
  keyed('maxLabeled', 'labeled', { merge: ['max'], maxKeys: LABEL_SETS, numbers: (v) => [v] }, byLabels(first)),
];

/** Reads tables that are keyed by the bounds of buckets, in ascending order. */
const byBound = (valueFrom: (numbers: Numbers) => number): Pick<MetricFunction, 'labels'> => ({
  labels:
    () =>
    ({ table }) => {
      const buckets = Array.from(table ?? [], ([bound, numbers]) => [String(bound), valueFrom(numbers)] as const);
      return new Map(buckets.sort(([a], [b]) => Number(a) - Number(b)));
    },
});

/** Heatmaps; the text that a source gives is the bound of a bucket in ms. */
const heatmaps: readonly MetricFunction[] = [
  keyed('avgHistogram', 'heatmap', totalsAndCounts(BUCKETS), byBound(mean)),
  keyed('sumHistogram', 'heatmap', totals(BUCKETS), byBound(first)),
];

const rank: MetricParameter = { kind: 'int', minimum: 1, maximum: 100, rest: true };

/** Percentiles of buckets. Each rank is one label more, `p`; the value is the bound of the bucket that reaches the rank. */
const percentiles = (name: string, table: Table, countOf: (numbers: Numbers) => number): MetricFunction => {
  const rankLabels = (ranks: readonly number[]): NonNullable<ReturnType<NonNullable<MetricFunction['labels']>>> => {
    const ascending = [...new Set(ranks)].sort((a, b) => a - b);
    return ({ table: buckets }) => {
      const counts = new Map<string, NumberTable>();
      for (const [key, numbers] of buckets ?? []) {
        const { bound, labels } = parseBucketKey(String(key));
        const known = counts.get(labels) ?? new NumberTable();
        counts.set(labels, known);
        if (!Number.isNaN(bound)) known.add(bound, countOf(numbers), BUCKETS);
      }
      const values = new Map<string, number>();
      for (const [labels, known] of counts) {
        const bounds = percentilesOf(known, 1, ascending);
        for (const [i, p] of ascending.entries()) values.set(withLabel(labels, 'p', String(p)), shown(bounds[i] ?? 0, known));
      }
      return values;
    };
  };
  const readers: Pick<MetricFunction, 'labels' | 'label'> = {
    labels: rankLabels,
    label: (_args, text) => {
      const asked = /^\{(?:.*,)?p=(\d{1,3})\}$/s.exec(text)?.[1];
      const read = asked === undefined || Number(asked) < 1 || Number(asked) > 100 ? undefined : rankLabels([Number(asked)]);
      return (state) => read?.(state, 1).get(text);
    },
  };
  return keyed(name, 'labeled', table, readers, rank);
};

/** A rank in a bucket that is open below is shown as 0, one that is open above as the largest bound there is: neither has a bound of its own. */
function shown(bound: number, table: NumberTable): number {
  if (bound <= -(2 ** 63)) return 0;
  if (bound < 2 ** 63) return bound;
  const bounds = [...table.keys()].filter((key) => Math.abs(key) < 2 ** 63);
  return bounds.at(-1) ?? 0;
}

/** All functions of meter rules that keep a table. Source: analysis.md 10.4. */
export const meterTables: readonly MetricFunction[] = [
  ...labelled,
  ...heatmaps,
  percentiles('avgHistogramPercentile', totalsAndCounts(BUCKETS), mean),
  percentiles('sumHistogramPercentile', totals(BUCKETS), first),
];
