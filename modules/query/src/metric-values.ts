import { type Duration, DurationError, type MetricDefinition, type Zone } from '@skein/telemetry';
import type { Buckets, MetricState } from '@skein/telemetry/storage';
import type { ReadOptions } from './contract/common.js';
import type { HeatmapValues, LabelledValues, StepValues } from './contract/metrics.js';
import { parseLabels } from './label-text.js';
import type { Reads } from './reads.js';

/** A series spans at most 500 steps; both ends count. Source: query.md 3.1. */
export const MAX_POINTS = 501;

/** The buckets of a series, beginning `before` steps earlier. Throws DurationError for a range of more than 501. */
export function seriesBuckets(zone: Zone, { buckets }: Duration, before = 0): Buckets {
  if (buckets.count > MAX_POINTS) {
    throw new DurationError(`a series may span at most ${MAX_POINTS - 1} steps; the duration has ${buckets.count - 1}`);
  }
  let from = zone.floor(buckets.from, buckets.precision);
  for (let i = 0; i < before; i++) from = zone.floor(from - 1, buckets.precision);
  return { precision: buckets.precision, from, count: buckets.count + before };
}

/** Reads stored states and makes values of them. */
export class MetricValues {
  constructor(
    private readonly reads: Reads,
    private readonly zone: Zone,
  ) {}

  /** One array per entity. A metric without a model (a record metric) has no values. */
  async regular(metric: MetricDefinition, entities: readonly string[], buckets: Buckets, o?: ReadOptions): Promise<readonly StepValues[]> {
    const minutes = this.#minutes(buckets);
    const states = await this.#states(metric, entities, buckets, o);
    return states.map((row) => row.map((state, i) => state && metric.value?.(state, minutes[i]!)));
  }

  /** A series per label set that has data in the range. */
  async labelled(metric: MetricDefinition, entity: string, buckets: Buckets, o?: ReadOptions): Promise<readonly LabelledValues[]> {
    const minutes = this.#minutes(buckets);
    const [states = []] = await this.#states(metric, [entity], buckets, o);
    const sets = new Map<string, (number | undefined)[]>();
    states.forEach((state, i) => {
      if (state === undefined || metric.labels === undefined) return;
      for (const [labels, value] of metric.labels(state, minutes[i]!)) {
        const values = sets.get(labels) ?? new Array<number | undefined>(buckets.count).fill(undefined);
        values[i] = value;
        sets.set(labels, values);
      }
    });
    return Array.from(sets, ([labels, values]) => ({ labels: parseLabels(labels), values }));
  }

  async heatmap(metric: MetricDefinition, entity: string, buckets: Buckets, o?: ReadOptions): Promise<HeatmapValues> {
    const minutes = this.#minutes(buckets);
    const [states = []] = await this.#states(metric, [entity], buckets, o);
    const counts = states.map((state, i) => countsOf(metric, state, minutes[i]!));
    const bounds = [...new Set(counts.flatMap((c) => [...c.keys()]))].filter(Number.isFinite).sort((a, b) => a - b);
    return { bounds, columns: counts.map((c) => bounds.map((bound) => c.get(bound) ?? 0)) };
  }

  async #states(metric: MetricDefinition, entities: readonly string[], buckets: Buckets, o?: ReadOptions) {
    if (metric.model === undefined) return entities.map(() => new Array<MetricState | undefined>(buckets.count).fill(undefined));
    const found = await this.reads.series({ scope: metric.model.scope, entities, metrics: [metric.model], buckets }, o);
    return entities.map((_, e) => Array.from({ length: buckets.count }, (_, i) => found[e]?.[0]?.[i]));
  }

  #minutes(buckets: Buckets): readonly number[] {
    return this.zone.starts(buckets).map((start) => this.zone.minutes(start, buckets.precision));
  }
}

/** Counts by bound: as the metric's function reads them, or of a metric without one as they are stored. */
function countsOf(metric: MetricDefinition, state: MetricState | undefined, minutes: number): ReadonlyMap<number, number> {
  if (state === undefined) return new Map();
  if (metric.labels !== undefined) return new Map(Array.from(metric.labels(state, minutes), ([bound, count]) => [Number(bound), count]));
  return new Map(Array.from(state.table ?? [], ([bound, counts]) => [Number(bound), counts[0] ?? 0]));
}
