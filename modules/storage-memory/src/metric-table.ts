import { valueReader, type Zone } from '@skein/telemetry';
import {
  type Buckets,
  type Commit,
  copyMetricState,
  type Instant,
  type MetricModel,
  type MetricState,
  type MutableMetricState,
  mergeMetricState,
  type Precision,
} from '@skein/telemetry/storage';
import type { Pruned } from './pruned.js';
import type { Search } from './search.js';
import { weighState } from './weight.js';

const ENTITY_BYTES = 160;
const PRECISIONS = ['minute', 'hour', 'day'] as const;

/** States by column; a column that had no input is a hole. */
type Columns = (MutableMetricState | undefined)[];
interface Bucket {
  readonly entities: Map<string, Columns>;
  bytes: number;
}

/** The metrics of one scope: which entities were active in a bucket, and their merged states. */
export class MetricTable {
  bytes = 0;
  readonly #zone: Zone;
  readonly #buckets: Readonly<Record<Precision, Map<Instant, Bucket>>> = { minute: new Map(), hour: new Map(), day: new Map() };
  readonly #columns = new Map<string, number>();

  constructor(
    readonly scope: string,
    zone: Zone,
  ) {
    this.#zone = zone;
  }

  get rows(): number {
    let rows = 0;
    for (const precision of PRECISIONS) for (const { entities } of this.#buckets[precision].values()) rows += entities.size;
    return rows;
  }

  add({ entity, minute, metrics }: Commit['deltas'][number]): void {
    for (const precision of PRECISIONS) {
      const bucket = this.#bucket(precision, this.#zone.floor(minute, precision));
      const before = bucket.bytes;
      let columns = bucket.entities.get(entity);
      if (columns === undefined) {
        columns = [];
        bucket.entities.set(entity, columns);
        bucket.bytes += ENTITY_BYTES + entity.length * 2;
      }
      for (const [model, state] of metrics) bucket.bytes += this.#merge(columns, model, state);
      this.bytes += bucket.bytes - before;
    }
  }

  active(buckets: Buckets): (entity: string) => boolean {
    const found = this.#found(buckets).map(({ bucket }) => bucket);
    return (entity) => found.some((bucket) => bucket?.entities.has(entity));
  }

  async series(
    entities: readonly string[],
    metrics: readonly MetricModel[],
    buckets: Buckets,
    search: Search,
  ): Promise<(MetricState | undefined)[][][]> {
    const found = this.#found(buckets);
    const columns = metrics.map((model) => this.#columns.get(columnKey(model)));
    const result: (MetricState | undefined)[][][] = [];
    for (const entity of entities) {
      if (search.due()) await search.pauseOrFail();
      const rows = found.map(({ bucket }) => bucket?.entities.get(entity));
      result.push(columns.map((column) => rows.map((row) => copyOf(column === undefined ? undefined : row?.[column]))));
    }
    return result;
  }

  /** Averages of the value over the buckets that have one, for the entities that are wanted. */
  async averages(
    metric: MetricModel,
    label: string | undefined,
    buckets: Buckets,
    wanted: (entity: string) => boolean,
    search: Search,
  ): Promise<{ entity: string; value: number }[]> {
    const column = this.#columns.get(columnKey(metric));
    const read = valueReader(metric, label);
    const sums = new Map<string, Total>();
    if (column === undefined) return [];
    for (const { bucket, minutes } of this.#found(buckets)) {
      for (const [entity, columns] of bucket?.entities ?? []) {
        if (search.due() && !(await search.pause())) return averagesOf(sums);
        const state = columns[column];
        const value = state && read(state, minutes);
        if (value === undefined) continue;
        let total = sums.get(entity);
        if (total === undefined) {
          total = { sum: 0, count: 0, wanted: wanted(entity) };
          sums.set(entity, total);
        }
        total.sum += value;
        total.count++;
      }
    }
    return averagesOf(sums);
  }

  /** Start of the oldest bucket of a precision. */
  oldest(precision: Precision): Instant | undefined {
    let oldest: Instant | undefined;
    for (const start of this.#buckets[precision].keys()) if (oldest === undefined || start < oldest) oldest = start;
    return oldest;
  }

  /** Drops the buckets of a precision that end at or before the instant; undefined if there were none. */
  dropBefore(precision: Precision, before: Instant, reason: Pruned['reason']): Pruned | undefined {
    const total = this.bytes;
    for (const [start, { bytes }] of this.#buckets[precision]) {
      if (this.#zone.next(start, precision) > before) continue;
      this.bytes -= bytes;
      this.#buckets[precision].delete(start);
    }
    return total === this.bytes ? undefined : { model: `${this.scope}.${precision}`, before, bytes: total - this.bytes, reason };
  }

  /** Drops one bucket, which must exist. */
  dropBucket(precision: Precision, start: Instant, reason: Pruned['reason']): Pruned {
    const bytes = this.#buckets[precision].get(start)?.bytes ?? 0;
    this.#buckets[precision].delete(start);
    this.bytes -= bytes;
    return { model: `${this.scope}.${precision}`, before: this.#zone.next(start, precision), bytes, reason };
  }

  /** Returns by how many bytes the row grew. */
  #merge(columns: Columns, model: MetricModel, delta: MetricState): number {
    const column = this.#columnOf(model);
    const known = columns[column];
    if (known === undefined) {
      while (columns.length < column) columns.push(undefined);
      columns[column] = copyMetricState(delta);
      return weighState(delta);
    }
    const before = weighState(known);
    const merged = mergeMetricState(model, known, delta);
    columns[column] = merged;
    return weighState(merged) - before;
  }

  #columnOf(model: MetricModel): number {
    const key = columnKey(model);
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const column = this.#columns.size;
    this.#columns.set(key, column);
    return column;
  }

  #bucket(precision: Precision, start: Instant): Bucket {
    const buckets = this.#buckets[precision];
    let bucket = buckets.get(start);
    if (bucket === undefined) {
      bucket = { entities: new Map(), bytes: 0 };
      buckets.set(start, bucket);
    }
    return bucket;
  }

  #found(buckets: Buckets): { readonly bucket: Bucket | undefined; readonly minutes: number }[] {
    const { precision } = buckets;
    return this.#zone.starts(buckets).map((start) => ({
      bucket: this.#buckets[precision].get(start),
      minutes: this.#zone.minutes(start, precision),
    }));
  }
}

const columnKey = ({ name, signature }: MetricModel): string => `${name} ${signature}`;
const copyOf = (state: MetricState | undefined): MetricState | undefined => state && copyMetricState(state);

interface Total {
  sum: number;
  count: number;
  readonly wanted: boolean;
}

function averagesOf(sums: ReadonlyMap<string, Total>): { entity: string; value: number }[] {
  const averages: { entity: string; value: number }[] = [];
  for (const [entity, { sum, count, wanted }] of sums) if (wanted) averages.push({ entity, value: sum / count });
  return averages;
}
