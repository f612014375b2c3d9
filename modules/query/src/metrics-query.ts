import { type Duration, type MetricCatalog, type MetricDefinition, TOP_N_MODELS, type Zone } from '@skein/telemetry';
import { type ExpressionResult, execute } from '@skein/telemetry/mqe';
import { QueryError, type ReadOptions } from './contract/common.js';
import type { EntityNames, HeatmapValues, MetricsQuery, RankQuery, RecordQuery } from './contract/metrics.js';
import { entityIdOf } from './entity-names.js';
import { StoredExpressionReader } from './expression-reader.js';
import { MetricValues, seriesBuckets } from './metric-values.js';
import { Rankings } from './rankings.js';
import type { Reads } from './reads.js';

const MAX_PATTERN = 500;

/** Record metrics that are there even when no module lists them. */
const RECORD_METRICS: ReadonlyMap<string, MetricDefinition> = new Map(
  TOP_N_MODELS.map(({ name }) => [name, { name, kind: 'record', scope: 'service', scopeId: 1, catalog: 'SERVICE', signature: 'topN' }]),
);

export class StoredMetricsQuery implements MetricsQuery {
  readonly #values: MetricValues;
  readonly #rankings: Rankings;

  constructor(
    private readonly definitions: MetricCatalog,
    private readonly zone: Zone,
    reads: Reads,
  ) {
    this.#values = new MetricValues(reads, zone);
    this.#rankings = new Rankings(reads);
  }

  catalog(pattern?: string): readonly MetricDefinition[] {
    const known = this.definitions.all();
    const listed = new Set(known.map((d) => d.name));
    const all = [...known, ...[...RECORD_METRICS.values()].filter((d) => !listed.has(d.name))];
    if (!pattern) return all;
    const matches = wholeName(pattern);
    return all.filter((d) => matches.test(d.name));
  }

  find(name: string): MetricDefinition | undefined {
    return this.definitions.find(name) ?? RECORD_METRICS.get(name);
  }

  entityId(metric: MetricDefinition, names: EntityNames): string | undefined {
    return entityIdOf(metric.scope, names);
  }

  execute(expression: string, entity: EntityNames, duration: Duration, o?: ReadOptions): Promise<ExpressionResult> {
    return execute(expression, new StoredExpressionReader(this, this.#values, this.zone, entity, duration, o));
  }

  steps(duration: Duration): readonly number[] {
    return this.zone.starts(seriesBuckets(this.zone, duration));
  }

  values(metric: MetricDefinition, entities: readonly string[], duration: Duration, o?: ReadOptions) {
    return this.#values.regular(metric, entities, seriesBuckets(this.zone, duration), o);
  }

  labelled(metric: MetricDefinition, entity: string, duration: Duration, o?: ReadOptions) {
    return this.#values.labelled(metric, entity, seriesBuckets(this.zone, duration), o);
  }

  heatmap(metric: MetricDefinition, entity: string, duration: Duration, o?: ReadOptions): Promise<HeatmapValues> {
    return this.#values.heatmap(metric, entity, seriesBuckets(this.zone, duration), o);
  }

  rank(metric: MetricDefinition, query: RankQuery, duration: Duration, o?: ReadOptions) {
    return this.#rankings.entities(metric, query, duration, o);
  }

  records(metric: MetricDefinition, query: RecordQuery, duration: Duration, o?: ReadOptions) {
    return this.#rankings.records(metric, query, duration, o);
  }
}

/** Metric names are short and few, so what a hostile pattern can cost is bounded by refusing nested repetition. */
function wholeName(pattern: string): RegExp {
  if (pattern.length > MAX_PATTERN) throw new QueryError(`the pattern is longer than ${MAX_PATTERN} characters`);
  if (/[+*}]\)*[+*{]|\([^)]*[+*{][^)]*\)\s*[+*{]|\\[1-9k]/.test(pattern)) {
    throw new QueryError('the pattern repeats a repetition or refers back, which may take for ever');
  }
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    throw new QueryError('the pattern is not a regular expression', { cause: error });
  }
}
