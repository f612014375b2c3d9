import type { LimitedReads, MetadataQuery, MetricsQuery, ReadOptions } from '@skein/query/contract';
import { fairTurn } from '@skein/query/contract';
import { type Duration, LAYERS, type MetricDefinition } from '@skein/telemetry';
import {
  conditionOf,
  conditionsOf,
  FIXED_LABELS,
  type FixedLabel,
  type LabelConditions,
  NUMBERED_LABEL,
} from '../evaluation/label-conditions.js';
import { SCOPES } from '../evaluation/metric-selection.js';
import type { Selector } from '../promql/syntax-tree.js';
import { TrafficSeries } from './traffic.js';
import { ValueLabels } from './value-labels.js';

const MEMBER_TRAFFIC: Readonly<Record<string, string>> = {
  service: 'service_traffic',
  service_instance: 'instance_traffic',
  endpoint: 'endpoint_traffic',
};
const ALL_NAMES: LabelConditions = { name: undefined, fixed: new Map(), patterns: [], values: [] };

/** Names and values of labels, and series without values: what a user interface completes a query from. Source: query.md 8.1. */
export class Labels {
  readonly #traffic: TrafficSeries;
  readonly #valueLabels: ValueLabels;

  constructor(
    private readonly metrics: MetricsQuery,
    private readonly metadata: MetadataQuery,
    reads: LimitedReads,
  ) {
    this.#traffic = new TrafficSeries(metadata, reads);
    this.#valueLabels = new ValueLabels(metrics, reads);
  }

  /** Labels that a metric, or a series of entities, can be asked by. None for a metric that is not there. */
  async names(selector: Selector | undefined, day: Duration, o: ReadOptions): Promise<readonly string[]> {
    const conditions = selector === undefined ? ALL_NAMES : conditionsOf(selector);
    if (conditions.name === undefined) return FIXED_LABELS;
    const traffic = this.#traffic.find(conditions.name);
    if (traffic !== undefined) return traffic.labels;
    const metric = this.metrics.find(conditions.name);
    return metric === undefined ? [] : this.#namesOf(metric, conditions, day, o);
  }

  /** Values of a label. Those of metrics' names, layers and scopes need no selector. */
  async values(
    label: string,
    selector: Selector | undefined,
    day: Duration,
    limit: number | undefined,
    o: ReadOptions,
  ): Promise<readonly string[]> {
    const conditions = selector === undefined ? ALL_NAMES : conditionsOf(selector);
    if (label === '__name__') return this.#metricNames(conditions, o);
    if (label === 'layer' || label === 'dest_layer') return LAYERS;
    if (label === 'scope') return Array.from(SCOPES.values(), ({ scope }) => scope);
    if (label === 'order') return ['ASC', 'DES'];
    const traffic = this.#traffic.find(conditions.name);
    if (traffic !== undefined) return traffic.label === label ? this.#traffic.list(traffic, conditions, day, limit, o) : [];
    const metric = conditions.name === undefined ? undefined : this.metrics.find(conditions.name);
    return metric === undefined ? [] : this.#valuesOf(metric, label, conditions, day, limit, o);
  }

  /** Series that a selector names: entities, or one without values for a metric. */
  async series(
    selector: Selector,
    duration: Duration,
    day: Duration,
    limit: number | undefined,
    o: ReadOptions,
  ): Promise<readonly object[]> {
    const conditions = conditionsOf(selector);
    const { name } = conditions;
    const traffic = this.#traffic.find(name);
    if (traffic !== undefined) {
      const shown = traffic.shown(conditions);
      const names = await this.#traffic.list(traffic, conditions, duration, limit, o);
      return names.map((entity) => ({ __name__: name, [traffic.label]: entity, ...shown }));
    }
    const metric = name === undefined ? undefined : this.metrics.find(name);
    if (metric === undefined) return [];
    const empty = (await this.#namesOf(metric, conditions, day, o)).map((label) => [label, ''] as const);
    return [Object.fromEntries([['__name__', name], ...empty, ['scope', SCOPES.get(metric.scope)?.scope ?? '']])];
  }

  /** Names of the metrics whose name fulfils all conditions. */
  async #metricNames({ name, patterns }: LabelConditions, o: ReadOptions): Promise<readonly string[]> {
    const tests = patterns.filter(({ label }) => label === '__name__').map(conditionOf);
    if (name !== undefined) tests.push((text) => text === name);
    const names: string[] = [];
    for (const metric of this.metrics.catalog()) {
      if (tests.length > 0) await fairTurn(o.signal);
      if (tests.every((test) => test(metric.name))) names.push(metric.name);
    }
    return names;
  }

  async #namesOf(metric: MetricDefinition, conditions: LabelConditions, day: Duration, o: ReadOptions): Promise<readonly string[]> {
    const sets = await this.#valueLabels.on(day, metric, conditions, o);
    const keys = [...new Set(sets.flatMap((labels) => [...labels.keys()]))].sort();
    const ofValues = keys.includes(NUMBERED_LABEL) ? ['labels', 'relabels'] : keys;
    return [...entityLabels(metric), ...ofValues];
  }

  /** Of an entity's label: the entities there are. Of any other: what its values had on the day. */
  async #valuesOf(
    metric: MetricDefinition,
    label: string,
    conditions: LabelConditions,
    day: Duration,
    limit: number | undefined,
    o: ReadOptions,
  ): Promise<readonly string[]> {
    const list = this.#traffic.find(Object.hasOwn(MEMBER_TRAFFIC, label) ? MEMBER_TRAFFIC[label] : undefined);
    if (list !== undefined) {
      const { fixed, patterns } = conditions;
      // Grafana asks for them before a layer or a service was chosen.
      if (label === 'service' && !fixed.has('layer')) return (await this.metadata.services({}, o)).map(({ name }) => name).sort();
      if (!fixed.has('layer') || (label !== 'service' && !fixed.has('service'))) return [];
      const narrowed = { ...conditions, patterns: patterns.filter((m) => m.label === label) };
      return this.#traffic.list(list, narrowed, day, limit, o);
    }
    const sets = await this.#valueLabels.on(day, metric, conditions, o);
    return [...new Set(sets.flatMap((labels) => labels.get(label) ?? []))];
  }
}

/** Labels by which an entity of the metric, or a ranking of them, is asked for. */
function entityLabels({ kind, scope }: MetricDefinition): readonly FixedLabel[] {
  const labels = SCOPES.get(scope);
  if (labels === undefined) return ['layer'];
  if (kind === 'record') return ['layer', 'parent_service', 'top_n', 'order', ...labels.own];
  if (labels.entity === undefined) return ['layer', 'service', ...labels.own];
  const member = labels.own.length > 0;
  return ['layer', 'service', 'top_n', 'order', ...labels.own, ...(member ? (['parent_service'] as const) : [])];
}
