import { Zone } from '@skein/telemetry';
import {
  type Commit,
  checkEntityQuery,
  checkModel,
  checkRankQuery,
  checkRecordQuery,
  DocumentConflictError,
  type EntityModel,
  type Instant,
  type Model,
  matchesAll,
  type RecordModel,
  type Storage,
  type TtlClass,
} from '@skein/telemetry/storage';
import { dropOldestMetrics, dropOldestRecords, mergePruned } from './budget.js';
import { DocumentTable } from './document-table.js';
import { EntityTable } from './entity-table.js';
import { MetricTable } from './metric-table.js';
import type { Pruned } from './pruned.js';
import { RecordTable } from './record-table.js';
import { Search } from './search.js';

export interface MemoryStorageOptions {
  /** How long data is kept, ms. */
  readonly retention: Readonly<Record<Exclude<TtlClass, 'never'>, number>>;
  /** Bytes, as far as they can be estimated. Beyond, the oldest minutes go: records first, then metrics, minutes before hours before days. */
  readonly maxBytes: number;
}

/** Writers whose last sequence is remembered; the one that was quiet for longest is forgotten. */
const MAX_WRITERS = 1000;
/** What stays after the budget was exceeded, so that not every commit has to make room. */
const AFTER_BUDGET = 0.9;

/** The storage contract without a disk: for tests and trials. All of a commit is applied in one synchronous step. */
export class MemoryStorage implements Storage {
  readonly traits: Storage['traits'];
  readonly #maxBytes: number;
  readonly #records = new Map<string, RecordTable>();
  readonly #entities = new Map<string, EntityTable>();
  readonly #metrics = new Map<string, MetricTable>();
  readonly #documents = new DocumentTable();
  readonly #writers = new Map<string, number>();
  /** What the budget took since the last `prune`. */
  readonly #overBudget = new Map<string, Pruned>();
  #zone: Zone | undefined;
  #closed = false;

  constructor(options: MemoryStorageOptions) {
    this.#maxBytes = options.maxBytes;
    this.traits = {
      writers: 'one',
      atomicCommit: true,
      commitWindow: { minMs: 0, maxBytes: 16 * 1024 * 1024 },
      capabilities: new Set(['text', 'contains'] as const),
      retention: { ...options.retention, never: Number.POSITIVE_INFINITY },
    };
  }

  async open(models: readonly Model[], { zone }: { readonly zone: string }): Promise<{ model: string; reason: string }[]> {
    this.#zone = new Zone(zone);
    const problems: { model: string; reason: string }[] = [];
    for (const model of models) {
      const reason = checkModel(model);
      if (reason !== undefined) problems.push({ model: model.name, reason });
      else if (model.kind === 'record') this.#recordTable(model);
      else if (model.kind === 'entity') this.#entityTable(model);
    }
    return problems;
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<void> {
    this.#opened();
    signal.throwIfAborted();
    const { writer, sequence } = commit.id;
    if (sequence <= (this.#writers.get(writer) ?? Number.NEGATIVE_INFINITY)) return;
    const conflict = commit.documents.find((put) => !this.#documents.accepts(put));
    if (conflict) throw new DocumentConflictError(conflict.kind, conflict.id);
    // What stays whatever the budget says must not outgrow it.
    if (this.#entityBytes() > this.#maxBytes)
      throw new Error(`the memory storage is full: its entities alone exceed ${this.#maxBytes} bytes`);
    this.#remember(writer, sequence);
    for (const { model, rows } of commit.records) for (const row of rows) this.#recordTable(model).add(row);
    for (const { model, id, at, row } of commit.entities) this.#entityTable(model).merge(id, at, row);
    for (const delta of commit.deltas) {
      this.#metricTable(delta.scope).add(delta);
      this.#entities.get(delta.scope)?.touch(delta.entity, delta.minute);
    }
    for (const put of commit.documents) this.#documents.put(put);
    this.#keepBudget();
  }

  async records(...[query, limits]: Parameters<Storage['records']>): ReturnType<Storage['records']> {
    this.#opened();
    checkRecordQuery(query);
    return this.#recordTable(query.model).search(query, new Search(limits));
  }

  async group(...[query, limits]: Parameters<Storage['group']>): ReturnType<Storage['group']> {
    this.#opened();
    return this.#recordTable(query.model).group(query, new Search(limits));
  }

  async entities(...[query, limits]: Parameters<Storage['entities']>): ReturnType<Storage['entities']> {
    this.#opened();
    checkEntityQuery(query);
    const active = query.activeIn ? this.#metricTable(query.model.name).active(query.activeIn) : () => true;
    return this.#entityTable(query.model).search(query, active, new Search(limits));
  }

  async series(...[query, limits]: Parameters<Storage['series']>): ReturnType<Storage['series']> {
    this.#opened();
    return this.#metricTable(query.scope).series(query.entities, query.metrics, query.buckets, new Search(limits));
  }

  async rank(...[query, limits]: Parameters<Storage['rank']>): ReturnType<Storage['rank']> {
    this.#opened();
    const scope = this.#entities.get(query.metric.scope);
    checkRankQuery(query, scope?.model);
    const search = new Search(limits);
    const wanted = (entity: string): boolean => !query.where?.length || matchesAll(scope?.row(entity) ?? {}, query.where);
    const items = await this.#metricTable(query.metric.scope).averages(query.metric, query.label, query.buckets, wanted, search);
    const sign = query.descending ? -1 : 1;
    items.sort((a, b) => sign * (a.value - b.value) || (a.entity < b.entity ? -1 : 1));
    return { items: items.slice(0, query.limit), complete: search.complete };
  }

  async document(...[kind, id]: Parameters<Storage['document']>): ReturnType<Storage['document']> {
    this.#opened();
    return this.#documents.get(kind, id);
  }

  async documents(...[kind, options]: Parameters<Storage['documents']>): ReturnType<Storage['documents']> {
    this.#opened();
    return this.#documents.list(kind, options?.prefix ?? '', options?.limit ?? Number.POSITIVE_INFINITY);
  }

  async put(...[put]: Parameters<Storage['put']>): Promise<boolean> {
    this.#opened();
    if (!this.#documents.accepts(put)) return false;
    this.#documents.put(put);
    return true;
  }

  async delete(...[kind, id]: Parameters<Storage['delete']>): Promise<void> {
    this.#opened();
    this.#documents.delete(kind, id);
  }

  async prune(now: Instant): Promise<Pruned[]> {
    // Nothing is there to be dropped before the first models are.
    if (this.#zone === undefined && !this.#closed) return [];
    this.#opened();
    this.#keepBudget();
    const pruned: (Pruned | undefined)[] = [...this.#overBudget.values()];
    this.#overBudget.clear();
    const { retention } = this.traits;
    for (const table of this.#records.values()) pruned.push(table.dropBefore(now - retention[table.model.ttl], 'age'));
    for (const table of this.#entities.values()) pruned.push(table.dropBefore(now - retention[table.model.ttl]));
    for (const table of this.#metrics.values()) {
      for (const precision of ['minute', 'hour', 'day'] as const) pruned.push(table.dropBefore(precision, now - retention.metrics, 'age'));
    }
    return pruned.filter((entry) => entry !== undefined);
  }

  async stats(): ReturnType<Storage['stats']> {
    this.#opened();
    const tables = [...this.#records.values(), ...this.#entities.values()].map(({ model, rows, bytes }) => ({
      model: model.name,
      rows,
      bytes,
    }));
    const metrics = [...this.#metrics.values()].map(({ scope, rows, bytes }) => ({ model: `${scope}.metrics`, rows, bytes }));
    return [...tables, ...metrics, ...this.#documents.stats()];
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const tables of [this.#records, this.#entities, this.#metrics]) tables.clear();
  }

  /** Drops oldest minutes until the estimate is well within the budget. Entities and documents stay. */
  #keepBudget(): void {
    if (this.#bytes() <= this.#maxBytes) return;
    while (this.#bytes() > this.#maxBytes * AFTER_BUDGET) {
      const gone = dropOldestRecords(this.#records.values()) ?? dropOldestMetrics([...this.#metrics.values()]);
      if (gone === undefined) return;
      mergePruned(this.#overBudget, gone);
    }
  }

  #bytes(): number {
    let bytes = this.#entityBytes();
    for (const table of this.#records.values()) bytes += table.bytes;
    for (const table of this.#metrics.values()) bytes += table.bytes;
    return bytes;
  }

  #entityBytes(): number {
    let bytes = 0;
    for (const table of this.#entities.values()) bytes += table.bytes;
    return bytes;
  }

  #remember(writer: string, sequence: number): void {
    // Written last = at the end of the map's order.
    this.#writers.delete(writer);
    this.#writers.set(writer, sequence);
    if (this.#writers.size > MAX_WRITERS) this.#writers.delete(this.#writers.keys().next().value!);
  }

  #opened(): Zone {
    if (this.#closed) throw new Error('the storage is closed');
    if (this.#zone === undefined) throw new Error('the storage is not open yet');
    return this.#zone;
  }

  #recordTable(model: RecordModel): RecordTable {
    return madeOnce(this.#records, model.name, () => new RecordTable(model));
  }

  #entityTable(model: EntityModel): EntityTable {
    return madeOnce(this.#entities, model.name, () => new EntityTable(model));
  }

  #metricTable(scope: string): MetricTable {
    return madeOnce(this.#metrics, scope, () => new MetricTable(scope, this.#opened()));
  }
}

function madeOnce<T>(tables: Map<string, T>, name: string, make: () => T): T {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const made = make();
  tables.set(name, made);
  return made;
}
