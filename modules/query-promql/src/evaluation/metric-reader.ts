import type { LabelledValues, MetricsQuery, ReadOptions, StepValues } from '@skein/query/contract';
import { type Duration, isNormalLayer, type MetricDefinition } from '@skein/telemetry';
import type { Selector } from '../promql/syntax-tree.js';
import { refuse } from './api-error.js';
import { conditionsOf, type FixedLabel, type LabelConditions, NUMBERED_LABEL, valueConditionOf } from './label-conditions.js';
import { entityNamed, layerOf, requireLabels, type ScopeLabels, scopeOf } from './metric-selection.js';
import type { Series } from './series.js';

type Labels = ReadonlyMap<string, string>;

/** Reads the series of one range that selectors ask for. Source: query.md 8.1. */
export class MetricReader {
  readonly #steps: number;

  /** `maxPoints`: most values that one selector may give. Throws DurationError for a range of too many steps. */
  constructor(
    private readonly metrics: MetricsQuery,
    private readonly duration: Duration,
    private readonly maxPoints: number,
    private readonly options: ReadOptions,
  ) {
    this.#steps = metrics.steps(duration).length;
  }

  /** Throws ApiError `bad_data` for labels that are missing or make no sense, and what reads throw. */
  async read(selector: Selector): Promise<readonly Series[]> {
    const conditions = conditionsOf(selector);
    const metric = this.#metric(conditions);
    if (selector.matchers.length === 0) refuse('No labels found in the expression.');
    const [pattern] = conditions.patterns;
    if (pattern !== undefined) refuse(`The label ${pattern.label} of a metric takes = only (got ${pattern.op}).`);
    layerOf(conditions.fixed);
    const series = await this.#read(metric, conditions);
    const points = series.length * this.#steps;
    if (points > this.maxPoints) refuse(`${metric.name} gives ${points} points; at most ${this.maxPoints} can be answered.`);
    return series;
  }

  #metric({ name }: LabelConditions): MetricDefinition {
    if (name === undefined) refuse('The name of the metric is missing.');
    return this.metrics.find(name) ?? refuse(`Metric: [${name.slice(0, 200)}] does not exist.`);
  }

  #read(metric: MetricDefinition, conditions: LabelConditions): Promise<readonly Series[]> | readonly Series[] {
    if (metric.kind === 'record') return this.#records(metric, conditions);
    if (conditions.fixed.get('top_n')) return this.#ranking(metric, conditions);
    // Grafana draws those of Prometheus only.
    if (metric.kind === 'heatmap') return [];
    return this.#values(metric, conditions);
  }

  async #values(metric: MetricDefinition, conditions: LabelConditions): Promise<readonly Series[]> {
    const scope = scopeOf(metric);
    const entity = this.metrics.entityId(metric, entityNamed(scope, conditions));
    // A name that is empty: a variable of a dashboard that is not set yet.
    if (entity === undefined) return [];
    const labels = entityLabels(scope, conditions.fixed);
    if (metric.kind === 'regular') {
      const [values = []] = await this.metrics.values(metric, [entity], this.duration, this.options);
      return [{ name: metric.name, labels, values }];
    }
    const found = await this.metrics.labelled(metric, entity, this.duration, this.options);
    const wanted = found.filter(isWanted(conditions));
    return wanted.map((l) => ({ name: metric.name, labels: new Map([...shownLabels(l, conditions), ...labels]), values: l.values }));
  }

  async #ranking(metric: MetricDefinition, { fixed, values }: LabelConditions): Promise<readonly Series[]> {
    const { scope, entity } = scopeOf(metric);
    const { count, order } = rankingOf(fixed);
    if (entity === undefined) refuse(`Metric: [${metric.name}] is of the scope ${scope}, whose entities have no ranking.`);
    const pick = metric.kind === 'labeled' ? pickedLabel(metric, values) : undefined;
    const layer = layerOf(fixed);
    const parent = fixed.get('parent_service');
    const ranked = await this.metrics.rank(
      pick === undefined ? metric : { ...metric, pick },
      { count, order, ...(parent && { parent: { serviceName: parent, normal: isNormalLayer(layer) } }) },
      this.duration,
      this.options,
    );
    const picked: readonly (readonly [string, string])[] = pick === undefined ? [] : [[pick.key, pick.value]];
    return ranked.map(({ name, value }) => ({
      name: metric.name,
      labels: new Map([...picked, ['layer', layer], ['scope', scope], [entity, name]]),
      values: this.#always(value),
    }));
  }

  async #records(metric: MetricDefinition, conditions: LabelConditions): Promise<readonly Series[]> {
    const { fixed } = conditions;
    requireLabels(fixed, ['top_n', 'parent_service', 'order']);
    const { count, order } = rankingOf(fixed);
    const scope = scopeOf(metric);
    const entity = this.metrics.entityId(metric, entityNamed(scope, conditions, 'parent_service'));
    if (entity === undefined) return [];
    const records = await this.metrics.records(metric, { count, order, entity }, this.duration, this.options);
    const common = [
      ['layer', layerOf(fixed)],
      ['scope', scope.scope],
    ] as const;
    return records.map(({ statement, latency }) => ({
      name: metric.name,
      labels: new Map([...common, ['record', statement]]),
      values: this.#always(latency),
    }));
  }

  /** A ranking has one value for the whole range. */
  #always(value: number): StepValues {
    return new Array<number>(this.#steps).fill(value);
  }
}

/** A series says of its entity what its scope has labels for; of a relation only the layer. */
function entityLabels({ scope, own, entity }: ScopeLabels, fixed: ReadonlyMap<FixedLabel, string>): Labels {
  const layer = ['layer', layerOf(fixed)] as const;
  if (entity === undefined) return new Map([layer]);
  const names = (['service', ...own] as const).map((label) => [label, fixed.get(label) ?? ''] as const);
  return new Map([layer, ['scope', scope], ...names]);
}

function rankingOf(fixed: ReadonlyMap<FixedLabel, string>) {
  requireLabels(fixed, ['top_n', 'order']);
  const top = fixed.get('top_n')!;
  const count = /^\d{1,9}$/.test(top) ? Number(top) : 0;
  if (count < 1) refuse(`The label top_n must be a whole number from 1 on (got "${top.slice(0, 20)}").`);
  const order = fixed.get('order')!.toUpperCase();
  if (order !== 'ASC' && order !== 'DES') refuse(`The label order must be ASC or DES (got "${order.slice(0, 20)}").`);
  return { count, order: order === 'ASC' ? 'asc' : 'des' } as const;
}

/** A labelled metric can be ranked by the values of one label. */
function pickedLabel(metric: MetricDefinition, values: LabelConditions['values']): { readonly key: string; readonly value: string } {
  const [only, ...more] = values;
  if (only === undefined || more.length > 0 || only.op !== '=' || only.value.includes(',')) {
    refuse(`Metric: [${metric.name}] has labels: a ranking needs one value of one of them, such as p="99".`);
  }
  return { key: only.label, value: only.value };
}

/** All conditions must hold; a label that a series lacks is empty. Numbered values are asked for with `labels`. */
function isWanted({ fixed, values }: LabelConditions): (series: LabelledValues) => boolean {
  const conditions = values.map((m) => ({ label: m.label, holds: valueConditionOf(m) }));
  const numbers = fixed.get('labels');
  if (numbers !== undefined) {
    const holds = valueConditionOf({ label: NUMBERED_LABEL, op: '=', value: numbers });
    return ({ labels }) => !labels.has(NUMBERED_LABEL) || holds(labels.get(NUMBERED_LABEL)!);
  }
  return ({ labels }) => conditions.every(({ label, holds }) => holds(labels.get(label) ?? ''));
}

/** Numbered values are shown as `labels`, and by the names that `relabels` gives them. */
function shownLabels({ labels }: LabelledValues, { fixed }: LabelConditions): Labels {
  const number = labels.get(NUMBERED_LABEL);
  if (number === undefined) return labels;
  const at = (fixed.get('labels') ?? '').split(',').indexOf(number);
  return new Map([['labels', (at < 0 ? undefined : (fixed.get('relabels') ?? '').split(',')[at]) || number]]);
}
