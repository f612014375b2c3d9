import type { Duration, MetricDefinition, MetricKind, Zone } from '@skein/telemetry';
import { ExpressionError, type ExpressionReader, type Point, type StoredSeries, type TopQuery } from '@skein/telemetry/mqe';
import type { ReadOptions } from './contract/common.js';
import type { EntityNames, MetricsQuery } from './contract/metrics.js';
import { displayEntity } from './entity-names.js';
import { type MetricValues, seriesBuckets } from './metric-values.js';

const STEP_SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;
const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** What one expression reads of one entity and range. Equal reads are made once. */
export class StoredExpressionReader implements ExpressionReader {
  readonly #series = new Map<string, Promise<readonly StoredSeries[] | undefined>>();
  #steps: readonly number[] | undefined;

  constructor(
    private readonly metrics: MetricsQuery,
    private readonly stored: MetricValues,
    private readonly zone: Zone,
    private readonly entity: EntityNames,
    private readonly duration: Duration,
    private readonly options: ReadOptions | undefined,
  ) {}

  get steps(): readonly number[] {
    this.#steps ??= this.metrics.steps(this.duration);
    return this.#steps;
  }

  get stepSeconds(): number {
    return STEP_SECONDS[this.duration.buckets.precision];
  }

  kind(name: string): MetricKind | undefined {
    const metric = this.metrics.find(name);
    return metric?.pick ? 'regular' : metric?.kind;
  }

  series(name: string, before: number): Promise<readonly StoredSeries[] | undefined> {
    const key = `${before} ${name}`;
    const known = this.#series.get(key);
    if (known) return known;
    const series = this.#read(this.#metric(name), before);
    this.#series.set(key, series);
    return series;
  }

  async top(name: string, query: TopQuery): Promise<readonly Point[]> {
    const metric = this.#metric(name);
    if (metric.kind === 'record') return this.#records(metric, query);
    const { serviceName, normal } = this.entity;
    if (serviceName && typeof normal !== 'boolean') return [];
    const parent = serviceName && typeof normal === 'boolean' ? { parent: { serviceName, normal } } : {};
    const rows = await this.metrics.rank(metric, { ...query, ...parent }, this.duration, this.options);
    return rows.map(({ name, value, owner }) => ({ id: name, value, owner }));
  }

  async #records(metric: MetricDefinition, query: TopQuery): Promise<readonly Point[]> {
    const [attribute] = query.attributes;
    if (attribute) throw new ExpressionError(`The metric [${metric.name}] has no attribute [${attribute.name}].`);
    const everywhere = !this.entity.serviceName;
    const entity = everywhere ? undefined : this.metrics.entityId(metric, this.entity);
    if (!everywhere && entity === undefined) return [];
    const rows = await this.metrics.records(metric, { ...query, ...(entity !== undefined && { entity }) }, this.duration, this.options);
    return rows.map((r) => ({
      id: r.statement,
      value: r.latency,
      owner: displayEntity(metric.scope, r.entity, true).owner,
      traceId: r.traceId,
    }));
  }

  async #read(metric: MetricDefinition, before: number): Promise<readonly StoredSeries[] | undefined> {
    const buckets = seriesBuckets(this.zone, this.duration, before);
    const id = this.metrics.entityId(metric, this.entity);
    if (id === undefined) return undefined;
    if (metric.kind === 'labeled' && metric.pick === undefined) return this.stored.labelled(metric, id, buckets, this.options);
    const [values = []] = await this.stored.regular(metric, [id], buckets, this.options);
    return [{ labels: NO_LABELS, values }];
  }

  #metric(name: string): MetricDefinition {
    const metric = this.metrics.find(name);
    if (metric === undefined) throw new ExpressionError(`Metric: [${name}] does not exist.`);
    return metric;
  }
}
