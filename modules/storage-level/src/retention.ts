import type { Instant, Precision, Storage, TtlClass } from '@skein/telemetry/storage';
import { deleteRange, pages } from './level/database.js';
import {
  blockRange,
  entityRange,
  hourRange,
  type KeyRange,
  metricPartition,
  metricPartitionEnd,
  metricRange,
  namesRange,
  postingRange,
  recordPartitionEnd,
  restOf,
} from './level/keys.js';
import { Pacer } from './level/pacer.js';
import { decodeEntity } from './rows/entity-codec.js';
import type { Store } from './store.js';
import { databaseBytes } from './store-stats.js';

/** One thing that `prune` reports. */
export type Pruned = Awaited<ReturnType<Storage['prune']>>[number];

const PRECISIONS: readonly Precision[] = ['minute', 'hour', 'day'];

/** Deletes what is too old, then the oldest of what is too much: records before metrics, minutes before hours before days. */
export class Retention {
  readonly #store: Store;
  readonly #keep: Readonly<Record<TtlClass, number>>;
  readonly #maxBytes: number;
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;
  overBudget = false;
  /** Bytes on disk at the end of the last `prune`. */
  bytes = 0;

  constructor(store: Store, keep: Readonly<Record<TtlClass, number>>, maxBytes: number) {
    this.#store = store;
    this.#keep = keep;
    this.#maxBytes = maxBytes;
  }

  prune(now: Instant): Promise<Pruned[]> {
    const turn = this.#turn.then(() => this.#prune(now));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends a `prune` that is under way, as soon as it can; what it has not deleted yet, a later one does. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
  }

  async #prune(now: Instant): Promise<Pruned[]> {
    // What is old in memory must be in partitions first.
    await this.#store.flush();
    const pruned: Pruned[] = [];
    for (const model of [...this.#store.records.hours.models]) {
      const before = now - this.#keep[this.#store.models.record(model)?.ttl ?? 'records'];
      for (const partition of this.#store.records.hours.partitions(model)) {
        if (recordPartitionEnd(partition) <= before && !this.#stopped) pruned.push(await this.#dropRecords(model, partition, 'age'));
      }
    }
    for (const precision of PRECISIONS) {
      const entry = await this.#dropMetrics(precision, metricPartition(now - this.#keep.metrics, precision), 'age');
      if (entry) pruned.push(entry);
    }
    pruned.push(...(await this.#dropEntities(now)));
    pruned.push(...(await this.#keepBudget(now)));
    await this.#store.rows.refresh();
    return pruned;
  }

  async #dropRecords(model: string, partition: number, reason: Pruned['reason']): Promise<Pruned> {
    this.#store.records.hours.dropPartition(model, partition);
    // The hours last, since they are what leads here again when this did not come to its end.
    const ranges = [postingRange(partition, model), blockRange(partition, model), hourRange(partition, model)];
    const bytes = await this.#delete(ranges);
    await this.#compact(ranges);
    return { model, before: recordPartitionEnd(partition), bytes, reason };
  }

  async #delete(ranges: readonly KeyRange[]): Promise<number> {
    let bytes = 0;
    for (const range of ranges) bytes += await deleteRange(this.#store.directory.database, range, () => this.#stopped);
    return bytes;
  }

  /** Gives the space of deleted ranges back. */
  async #compact(ranges: readonly KeyRange[]): Promise<void> {
    for (const { gte, lt } of ranges) if (!this.#stopped) await this.#store.directory.database.compactRange(gte, lt);
  }

  /** Deletes the partitions before this one. */
  async #dropMetrics(precision: Precision, before: number, reason: Pruned['reason']): Promise<Pruned | undefined> {
    if (this.#stopped || (await this.#firstMetricPartition(precision)) >= before) return undefined;
    // The chunks last, since they are what leads here again when this did not come to its end.
    const ranges = [namesRange(precision, before), metricRange(precision, before)];
    // A flush in the middle would write chunks by numbers whose names are being deleted.
    const bytes = await this.#store.betweenRowFlushes(async () => {
      // Numbers of a flush that failed would outlive their names.
      await this.#store.rows.flush();
      const deleted = await this.#delete(ranges);
      this.#store.numbers.clear();
      return deleted;
    });
    await this.#compact(ranges);
    return { model: `metrics.${precision}`, before: metricPartitionEnd(before - 1, precision), bytes, reason };
  }

  async #firstMetricPartition(precision: Precision): Promise<number> {
    const keys = await this.#store.directory.database.keys({ ...metricRange(precision, 0xffff), limit: 1 }).all();
    return keys[0]?.readUInt16BE(2) ?? Number.POSITIVE_INFINITY;
  }

  /** Entities that were not written for too long, and were not active in any partition of metrics that is left. */
  async #dropEntities(now: Instant): Promise<Pruned[]> {
    const pruned: Pruned[] = [];
    const { database } = this.#store.directory;
    for (const model of this.#store.models.entities) {
      const before = now - this.#keep[model.ttl];
      if (before === Number.NEGATIVE_INFINITY || this.#stopped) continue;
      const active = this.#activeEntities(model.name, before, now);
      const range = entityRange(model.name);
      const pacer = new Pacer();
      let bytes = 0;
      for await (const page of pages(database, range)) {
        if (this.#stopped) break;
        const old = page
          .filter(([key, value]) => decodeEntity(value).seen < before && !active().has(restOf(key, range)))
          .map(([key]) => key);
        if (old.length > 0) bytes += await this.#deleteEntities(model.name, old, before);
        if (pacer.due) await pacer.pause();
      }
      if (bytes > 0) pruned.push({ model: model.name, before, bytes, reason: 'age' });
    }
    return pruned;
  }

  /** Deletes those that are still old: an entity may have come back since the page was read. Returns their bytes. */
  #deleteEntities(model: string, keys: readonly Buffer[], before: Instant): Promise<number> {
    const { rows, directory } = this.#store;
    const range = entityRange(model);
    return this.#store.betweenRowFlushes(async () => {
      const batch = directory.database.batch();
      let bytes = 0;
      for (const key of keys) {
        const value = directory.database.getSync(key);
        if (value === undefined || decodeEntity(value).seen >= before) continue;
        if (rows.isInMemory(model, restOf(key, range))) continue;
        batch.del(key);
        bytes += key.length + value.length;
      }
      await batch.write();
      return bytes;
    });
  }

  /** Collected when first asked for: mostly nothing is old. */
  #activeEntities(scope: string, from: Instant, to: Instant): () => ReadonlySet<string> {
    let found: Set<string> | undefined;
    return () => {
      if (found !== undefined) return found;
      found = new Set();
      for (let partition = metricPartition(from, 'minute'); partition <= metricPartition(to, 'minute'); partition++) {
        for (const name of this.#store.numbers.of('minute', partition, scope).names) found.add(name);
      }
      return found;
    };
  }

  async #keepBudget(now: Instant): Promise<Pruned[]> {
    const pruned: Pruned[] = [];
    let bytes = await databaseBytes(this.#store);
    while (bytes > this.#maxBytes && !this.#stopped) {
      const entry = (await this.#dropOldestRecords(now)) ?? (await this.#dropOldestMetrics(now));
      if (entry === undefined) break;
      pruned.push(entry);
      bytes = await databaseBytes(this.#store);
    }
    this.overBudget = bytes > this.#maxBytes;
    this.bytes = bytes;
    return pruned;
  }

  /** The oldest day of any model of records that ages, but not today. */
  async #dropOldestRecords(now: Instant): Promise<Pruned | undefined> {
    let oldest: { readonly model: string; readonly partition: number } | undefined;
    for (const model of this.#store.records.hours.models) {
      const partition = this.#store.records.hours.partitions(model)[0];
      if (partition === undefined || recordPartitionEnd(partition) > now || this.#store.models.record(model)?.ttl === 'never') continue;
      if (oldest === undefined || partition < oldest.partition) oldest = { model, partition };
    }
    return oldest && this.#dropRecords(oldest.model, oldest.partition, 'budget');
  }

  async #dropOldestMetrics(now: Instant): Promise<Pruned | undefined> {
    for (const precision of PRECISIONS) {
      const first = await this.#firstMetricPartition(precision);
      if (metricPartitionEnd(first, precision) <= now) return this.#dropMetrics(precision, first + 1, 'budget');
    }
    return undefined;
  }
}
