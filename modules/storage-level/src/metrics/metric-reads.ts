import { valueReader, type Zone } from '@skein/telemetry';
import {
  type Buckets,
  DeadlineError,
  type Instant,
  type Limits,
  type MetricModel,
  type MetricState,
  type MutableMetricState,
  mergeMetricState,
  type Precision,
} from '@skein/telemetry/storage';
import { type Database, pages } from '../level/database.js';
import { metricKey, metricPartition } from '../level/keys.js';
import { Budget } from '../level/pacer.js';
import type { ReadView } from '../rows/read-view.js';
import type { EntityNumberCache, EntityNumbers } from './entity-numbers.js';
import { CHUNK_ENTITIES, chunkPresence, columnsOf, findColumn, stateIn } from './metric-chunk.js';
import type { MetricColumns } from './metric-columns.js';
import type { MetricRow } from './metric-rows.js';

/** Chunks and points that one read may look at. */
const SCAN_LIMIT = 2_000_000;
const LAST_CHUNK = 0xffffffff;

type States = (MetricState | undefined)[][][];

/** Reads metrics from chunks and memory together. */
export class MetricReads {
  readonly #database: Database;
  readonly #columns: MetricColumns;
  readonly #numbers: EntityNumberCache;
  readonly #zone: Zone;

  constructor(database: Database, columns: MetricColumns, numbers: EntityNumberCache, zone: Zone) {
    this.#database = database;
    this.#columns = columns;
    this.#numbers = numbers;
    this.#zone = zone;
  }

  /** @throws DeadlineError */
  async series(
    view: ReadView,
    query: {
      readonly scope: string;
      readonly entities: readonly string[];
      readonly metrics: readonly MetricModel[];
      readonly buckets: Buckets;
    },
    limits: Limits,
  ): Promise<States> {
    const budget = new Budget(limits, SCAN_LIMIT);
    const { scope, entities, metrics } = query;
    const { precision } = query.buckets;
    const columns = metrics.map((model) => this.#columns.of(model));
    const wanted = new Set(columns);
    const states: (MetricState | undefined)[][][] = entities.map(() => metrics.map(() => []));
    const starts = this.#zone.starts(query.buckets);
    for (const [b, start] of starts.entries()) {
      const numbers = this.#numbers.of(precision, metricPartition(start, precision), scope);
      const chunks = new Map<number, ReadonlyMap<number, Buffer>>();
      for (const [e, entity] of entities.entries()) {
        const row = states[e]!;
        for (const points of row) points.push(undefined);
        const number = numbers.get(entity);
        if (number !== undefined) {
          const chunk = Math.floor(number / CHUNK_ENTITIES);
          let read = chunks.get(chunk);
          if (read === undefined) {
            read = this.#readColumns(view, metricKey(precision, metricPartition(start, precision), scope, start, chunk), wanted);
            chunks.set(chunk, read);
          }
          for (const [m, column] of columns.entries()) {
            const payload = column === undefined ? undefined : read.get(column);
            if (payload) row[m]![b] = stateIn(payload, number % CHUNK_ENTITIES);
          }
        }
        this.#overlay(view, scope, entity, start, precision, metrics, columns, row, b);
        if (!(await budget.spend(metrics.length))) throw new DeadlineError('the search did not end before its deadline');
      }
    }
    return states;
  }

  /** Averages of the value over the buckets that have one, by entity. */
  async averages(
    view: ReadView,
    query: { readonly metric: MetricModel; readonly label?: string; readonly buckets: Buckets },
    limits: Limits,
  ): Promise<{ readonly items: { entity: string; value: number }[]; readonly complete: boolean }> {
    const budget = new Budget(limits, SCAN_LIMIT);
    const { metric, buckets } = query;
    const column = this.#columns.of(metric);
    if (column === undefined) return { items: [], complete: true };
    const read = valueReader(metric, query.label);
    const inMemory = this.#bucketsInMemory(view, metric, column, buckets);
    const totals = new Map<string, { sum: number; count: number }>();
    const add = (entity: string, state: MetricState, minutes: number): void => {
      const value = read(state, minutes);
      if (value === undefined) return;
      const total = totals.get(entity);
      if (total === undefined) totals.set(entity, { sum: value, count: 1 });
      else {
        total.sum += value;
        total.count++;
      }
    };
    await this.#chunks(view, metric.scope, buckets, budget, (bytes, bucket, first, numbers) => {
      const found = findColumn(bytes, column);
      if (found === undefined) return;
      const minutes = this.#zone.minutes(bucket, buckets.precision);
      const recent = inMemory.get(bucket);
      for (let i = 0; i < found.places.length; i++) {
        const entity = numbers.names[first + found.places[i]!];
        if (entity === undefined) continue;
        const more = recent?.get(entity);
        if (more === undefined) add(entity, found.state(i), minutes);
        else {
          recent!.delete(entity);
          add(entity, mergeMetricState(metric, found.state(i), more), minutes);
        }
      }
    });
    for (const [bucket, entities] of inMemory) {
      const minutes = this.#zone.minutes(bucket, buckets.precision);
      for (const [entity, state] of entities) add(entity, state, minutes);
    }
    const items = [...totals].map(([entity, { sum, count }]) => ({ entity, value: sum / count }));
    return { items, complete: budget.complete };
  }

  /** Ids of the entities of a scope that were active in any of the buckets. */
  async active(
    view: ReadView,
    scope: string,
    buckets: Buckets,
    limits: Limits,
  ): Promise<{ readonly ids: Set<string>; readonly complete: boolean }> {
    const budget = new Budget(limits, SCAN_LIMIT);
    const ids = new Set<string>();
    await this.#chunks(view, scope, buckets, budget, (bytes, _bucket, first, numbers) => {
      for (const place of chunkPresence(bytes)) {
        const entity = numbers.names[first + place];
        if (entity !== undefined) ids.add(entity);
      }
    });
    const { from, to } = this.#range(buckets);
    for (const { metrics } of view.memories) {
      for (const [, rows] of metrics.within(scope, from, to)) for (const entity of rows.byEntity.keys()) ids.add(entity);
    }
    return { ids, complete: budget.complete };
  }

  #range(buckets: Buckets): { readonly from: Instant; readonly to: Instant } {
    return { from: this.#zone.floor(buckets.from, buckets.precision), to: this.#zone.end(buckets) };
  }

  /** Visits every stored chunk of the buckets. */
  async #chunks(
    view: ReadView,
    scope: string,
    buckets: Buckets,
    budget: Budget,
    visit: (bytes: Buffer, bucket: Instant, first: number, numbers: EntityNumbers) => void,
  ): Promise<void> {
    const { precision } = buckets;
    const { from, to } = this.#range(buckets);
    if (to <= from) return;
    for (let partition = metricPartition(from, precision); partition <= metricPartition(to - 1, precision); partition++) {
      const numbers = this.#numbers.of(precision, partition, scope);
      if (numbers.names.length === 0) continue;
      const range = {
        gte: metricKey(precision, partition, scope, from, 0),
        lt: metricKey(precision, partition, scope, to - 1, LAST_CHUNK),
      };
      for await (const page of pages(this.#database, range, { snapshot: view.snapshot, page: 64 })) {
        for (const [key, bytes] of page) {
          const bucket = key.readUIntBE(key.length - 10, 6);
          visit(bytes, bucket, key.readUInt32BE(key.length - 4) * CHUNK_ENTITIES, numbers);
          if (!(await budget.spend(CHUNK_ENTITIES / 4))) return;
        }
      }
    }
  }

  /** Payloads of the wanted columns of a chunk. */
  #readColumns(view: ReadView, key: Buffer, wanted: ReadonlySet<number | undefined>): ReadonlyMap<number, Buffer> {
    const read = new Map<number, Buffer>();
    const bytes = this.#database.getSync(key, { snapshot: view.snapshot });
    if (bytes !== undefined) for (const [column, payload] of columnsOf(bytes)) if (wanted.has(column)) read.set(column, payload);
    return read;
  }

  /** Merges what memory has of an entity's bucket into the points that were read. */
  #overlay(
    view: ReadView,
    scope: string,
    entity: string,
    start: Instant,
    precision: Precision,
    metrics: readonly MetricModel[],
    columns: readonly (number | undefined)[],
    row: (MetricState | undefined)[][],
    bucket: number,
  ): void {
    const end = this.#zone.next(start, precision);
    for (const { metrics: memory } of view.memories) {
      for (const [, { byEntity }] of memory.within(scope, start, end)) {
        const recent = byEntity.get(entity);
        if (recent === undefined) continue;
        for (const [m, column] of columns.entries()) {
          if (column === undefined) continue;
          row[m]![bucket] = withRow(metrics[m]!, row[m]![bucket] as MutableMetricState | undefined, recent, column);
        }
      }
    }
  }

  /** What memory has of a metric, by bucket and entity; states of its own. */
  #bucketsInMemory(view: ReadView, metric: MetricModel, column: number, buckets: Buckets): Map<Instant, Map<string, MutableMetricState>> {
    const { from, to } = this.#range(buckets);
    const found = new Map<Instant, Map<string, MutableMetricState>>();
    for (const { metrics } of view.memories) {
      for (const [minute, { byEntity }] of metrics.within(metric.scope, from, to)) {
        const bucket = this.#zone.floor(minute, buckets.precision);
        let states = found.get(bucket);
        if (states === undefined) {
          states = new Map();
          found.set(bucket, states);
        }
        for (const [entity, row] of byEntity) {
          const state = withRow(metric, states.get(entity), row, column);
          if (state !== undefined) states.set(entity, state);
        }
      }
    }
    return found;
  }
}

/** A state of one's own, merged with what a row in memory has of the column. */
function withRow(
  metric: MetricModel,
  known: MutableMetricState | undefined,
  row: MetricRow,
  column: number,
): MutableMetricState | undefined {
  if (known === undefined) return row.state(column);
  const more = row.view(column);
  return more === undefined ? known : mergeMetricState(metric, known, more);
}
