import type { Limits, MetricModel, MetricState, Storage } from '@skein/telemetry/storage';
import { afterOthers } from './contract/turns.js';

type SeriesQuery = Parameters<Storage['series']>[0];
type States = ReadonlyArray<ReadonlyArray<ReadonlyArray<MetricState | undefined>>>;

/** Series of the same entities and buckets that are about to be read, whatever their metrics. */
interface Batch {
  readonly metrics: MetricModel[];
  readonly states: Promise<States>;
}

/**
 * Joins reads of series that one query asks for in the same turn. A dashboard asks for a dozen expressions over the same entity and range,
 * and a storage has the metrics of an entity side by side: reading them one by one would be the same work a dozen times.
 */
export class SeriesBatches {
  readonly #storage: Storage;
  readonly #waiting = new Map<AbortSignal, Map<string, Batch>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** As `series` of the storage. Reads of another signal are not joined: it may end them. */
  async read(query: SeriesQuery, limits: Limits): Promise<States> {
    const batch = this.#batchOf(query, limits);
    const places = query.metrics.map((metric) => placeIn(batch.metrics, metric));
    const states = await batch.states;
    return states.map((byMetric) => places.map((place) => byMetric[place]!));
  }

  #batchOf({ scope, entities, buckets }: SeriesQuery, limits: Limits): Batch {
    let batches = this.#waiting.get(limits.signal);
    if (batches === undefined) {
      batches = new Map();
      this.#waiting.set(limits.signal, batches);
    }
    const key = JSON.stringify([scope, entities, buckets.precision, buckets.from, buckets.count]);
    let batch = batches.get(key);
    if (batch === undefined) {
      const metrics: MetricModel[] = [];
      const states = afterOthers().then(() => {
        this.#waiting.get(limits.signal)?.delete(key);
        if (this.#waiting.get(limits.signal)?.size === 0) this.#waiting.delete(limits.signal);
        return this.#storage.series({ scope, entities, metrics, buckets }, limits);
      });
      batch = { metrics, states };
      batches.set(key, batch);
    }
    return batch;
  }
}

function placeIn(metrics: MetricModel[], metric: MetricModel): number {
  const known = metrics.indexOf(metric);
  return known >= 0 ? known : metrics.push(metric) - 1;
}
