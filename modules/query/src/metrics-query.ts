import type { Duration, MetricCatalog, MetricDefinition, Zone } from '@skein/telemetry';
import { type ExpressionResult, execute } from '@skein/telemetry/mqe';
import type { ReadOptions } from './contract/common.js';
import type { EntityNames, HeatmapValues, MetricsQuery, RankQuery, RecordQuery } from './contract/metrics.js';
import { entityIdOf } from './entity-names.js';
import { StoredExpressionReader } from './expression-reader.js';
import { MetricValues, seriesBuckets } from './metric-values.js';
import { compilePattern } from './name-pattern.js';
import { Rankings } from './rankings.js';
import type { Reads } from './reads.js';

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
    const all = this.definitions.all();
    if (!pattern) return all;
    const matches = compilePattern(pattern);
    return all.filter((d) => matches(d.name));
  }

  find(name: string): MetricDefinition | undefined {
    return this.definitions.find(name);
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
