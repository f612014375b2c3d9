import {
  type Commit,
  checkEntityQuery,
  checkRankQuery,
  checkRecordQuery,
  DocumentConflictError,
  type DocumentPut,
  type MetricDelta,
  type Model,
  matchesAll,
  type Storage,
  type TtlClass,
} from '@skein/telemetry/storage';
import type { Entry, EntryDelta, EntryDocument } from './journal/entry.js';
import { NOTHING } from './journal/entry.js';
import type { ReplayReport } from './journal/journal-replay.js';
import { learnModels } from './learn-models.js';
import { type DataDirectory, openDataDirectory } from './level/data-directory.js';
import { NewRecords } from './records/new-records.js';
import { type Pruned, Retention } from './retention.js';
import { listDocuments, readDocument, toDocument } from './rows/document-reads.js';
import { findEntities, readEntity } from './rows/entity-reads.js';
import type { ReadView } from './rows/read-view.js';
import { Store, type StoreOptions } from './store.js';
import { storeStats } from './store-stats.js';

export interface LevelStorageOptions extends StoreOptions {
  readonly path: string;
  /** How long data is kept, ms. */
  readonly retention: Readonly<Record<Exclude<TtlClass, 'never'>, number>>;
  /** Bytes on disk; beyond, the oldest partitions go, records before metrics. */
  readonly maxBytes: number;
  /** Opens the data directory; tests put failing disks here. */
  readonly openDirectory?: (path: string) => Promise<DataDirectory>;
  /** Called when the journal was replayed. */
  readonly replayed?: (report: ReplayReport) => void;
  /** Called when stored hours and days were folded in another zone. */
  readonly zoneChanged?: (before: string, now: string) => void;
}

/** The durable embedded storage: a journal, memory tables and LevelDB. One process at a time. */
export class LevelStorage implements Storage {
  readonly traits: Storage['traits'];
  readonly #options: LevelStorageOptions;
  #directory: Promise<DataDirectory> | undefined;
  #opening: Promise<Awaited<ReturnType<Storage['open']>>> | undefined;
  #store: Store | undefined;
  #retention: Retention | undefined;
  #closed = false;
  /** Commits under way, by id, so that a retry joins the attempt before it. */
  readonly #committing = new Map<string, Promise<void>>();
  readonly #newRecords = new NewRecords();
  /** Changes of documents follow each other, since each looks at the version before it. */
  #documentTurn: Promise<unknown> = Promise.resolve();

  constructor(options: LevelStorageOptions) {
    this.#options = options;
    this.traits = {
      writers: 'one',
      atomicCommit: true,
      commitWindow: { minMs: 100, maxBytes: 16 * 1024 * 1024 },
      capabilities: new Set(['text', 'contains'] as const),
      retention: { ...options.retention, never: Number.POSITIVE_INFINITY },
    };
  }

  /** Locks and opens the directory; `open` does it if nobody did before. @throws DataDirectoryError */
  async lock(): Promise<void> {
    this.#directory ??= (this.#options.openDirectory ?? openDataDirectory)(this.#options.path);
    await this.#directory;
  }

  async open(models: readonly Model[], { zone }: { readonly zone: string }): ReturnType<Storage['open']> {
    if (this.#closed) throw new Error('the storage is closed');
    if (this.#opening) throw new Error('the storage is open already');
    this.#opening = this.#open(models, zone);
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #open(models: readonly Model[], zone: string): ReturnType<Storage['open']> {
    await this.lock();
    const directory = await this.#directory!;
    const { store, problems, replayed, zoneBefore } = await Store.open(directory, models, zone, this.#options);
    this.#store = store;
    this.#retention = new Retention(store, this.traits.retention, this.#options.maxBytes);
    this.#options.replayed?.(replayed);
    if (zoneBefore !== undefined) this.#options.zoneChanged?.(zoneBefore, zone);
    return problems;
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<void> {
    const store = this.#opened();
    signal.throwIfAborted();
    if (store.rows.isStored(commit.id)) return;
    const key = `${commit.id.sequence} ${commit.id.writer}`;
    let attempt = this.#committing.get(key);
    if (attempt === undefined) {
      attempt = this.#commit(store, commit, signal).finally(() => this.#committing.delete(key));
      this.#committing.set(key, attempt);
    }
    await untilAborted(attempt, signal);
  }

  async records(...[query, limits]: Parameters<Storage['records']>): ReturnType<Storage['records']> {
    const { records } = this.#opened();
    checkRecordQuery(query);
    return records.search.records(query, records.view(query.model.name), limits);
  }

  async group(...[query, limits]: Parameters<Storage['group']>): ReturnType<Storage['group']> {
    const { records } = this.#opened();
    return records.search.group(query, records.view(query.model.name), limits);
  }

  entities(...[query, limits]: Parameters<Storage['entities']>): ReturnType<Storage['entities']> {
    return this.#read(async (store, view) => {
      checkEntityQuery(query);
      const active = query.activeIn && (await store.metrics.active(view, query.model.name, query.activeIn, limits));
      const found = await findEntities(store.directory.database, view, query, active?.ids, limits);
      return { items: found.items, complete: found.complete && active?.complete !== false };
    });
  }

  series(...[query, limits]: Parameters<Storage['series']>): ReturnType<Storage['series']> {
    return this.#read((store, view) => store.metrics.series(view, query, limits));
  }

  rank(...[query, limits]: Parameters<Storage['rank']>): ReturnType<Storage['rank']> {
    return this.#read(async (store, view) => {
      const scope = store.models.entity(query.metric.scope);
      checkRankQuery(query, scope);
      const { items, complete } = await store.metrics.averages(view, query, limits);
      const wanted = (entity: string): boolean => {
        if (!query.where?.length) return true;
        const stored = scope && readEntity(store.directory.database, view, scope, entity);
        return matchesAll(
          stored ? { id: entity, ...Object.fromEntries([...stored.state].map(([k, { value }]) => [k, value])) } : {},
          query.where,
        );
      };
      const sign = query.descending ? -1 : 1;
      const sorted = items.sort((a, b) => sign * (a.value - b.value) || (a.entity < b.entity ? -1 : 1));
      const best: typeof items = [];
      // From the best on, so that only as many entities are read as it takes.
      for (const item of sorted) {
        if (best.length >= query.limit) break;
        if (wanted(item.entity)) best.push(item);
      }
      return { items: best, complete };
    });
  }

  document(...[kind, id]: Parameters<Storage['document']>): ReturnType<Storage['document']> {
    return this.#read(async ({ directory }, view) => {
      const stored = readDocument(directory.database, view, kind, id);
      return stored && toDocument(kind, id, stored);
    });
  }

  documents(...[kind, options]: Parameters<Storage['documents']>): ReturnType<Storage['documents']> {
    const { prefix = '', limit = Number.POSITIVE_INFINITY } = options ?? {};
    return this.#read(({ directory }, view) => listDocuments(directory.database, view, kind, prefix, limit));
  }

  async put(...[put]: Parameters<Storage['put']>): Promise<boolean> {
    const store = this.#opened();
    return this.#inTurn(async () => {
      if (!(await this.#accepts(store, put))) return false;
      await store.write({ ...NOTHING, at: this.#options.clock.now(), documents: [this.#documentOf(store, put)] });
      return true;
    });
  }

  async delete(...[kind, id]: Parameters<Storage['delete']>): Promise<void> {
    const store = this.#opened();
    await this.#inTurn(async () => {
      const document: EntryDocument = { kind, id, version: store.rows.nextDocumentVersion(), json: undefined };
      await store.write({ ...NOTHING, at: this.#options.clock.now(), documents: [document] });
    });
  }

  async prune(...[now]: Parameters<Storage['prune']>): Promise<Pruned[]> {
    this.#opened();
    return this.#retention!.prune(now);
  }

  /** Whether the byte budget could not be kept at the last `prune`, because what is left may not be deleted. */
  get overBudget(): boolean {
    return this.#retention?.overBudget ?? false;
  }

  async stats(): ReturnType<Storage['stats']> {
    return storeStats(this.#opened());
  }

  get isOpen(): boolean {
    return this.#store !== undefined && !this.#closed;
  }

  /** Bytes in LevelDB's files when `prune` last looked. */
  get diskBytes(): number {
    return this.#retention?.bytes ?? 0;
  }

  /** Journal bytes on disk, for self-metrics. */
  get journalBytes(): number {
    return this.#store?.journal.bytes ?? 0;
  }

  /** Bytes of entries that are in memory because they are not flushed yet. */
  get unflushedBytes(): number {
    return this.#store?.backlog.bytes ?? 0;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A replay under way comes to its end, so that what it has opened can be closed; its failure is the caller's of `open`.
    await this.#opening?.catch(() => undefined);
    await this.#retention?.stop();
    await Promise.allSettled([...this.#committing.values(), this.#documentTurn]);
    const directory = await this.#directory?.catch(() => undefined);
    if (this.#store) await this.#store.close();
    else await directory?.close();
  }

  async #commit(store: Store, commit: Commit, signal: AbortSignal): Promise<void> {
    await store.backlog.room(signal);
    await learnModels(store, commit);
    if (commit.documents.length === 0) return this.#write(store, commit, []);
    await this.#inTurn(async () => {
      for (const put of commit.documents) {
        if (!(await this.#accepts(store, put))) throw new DocumentConflictError(put.kind, put.id);
      }
      await this.#write(
        store,
        commit,
        commit.documents.map((put) => this.#documentOf(store, put)),
      );
    });
  }

  async #write(store: Store, commit: Commit, documents: readonly EntryDocument[]): Promise<void> {
    const ids = this.#newRecords.begin(commit);
    try {
      const entry: Entry = {
        at: this.#options.clock.now(),
        id: commit.id,
        records: this.#newRecords.of(commit, store.records.recentIds, ids),
        entities: commit.entities.map(({ model, id, at, row }) => ({ model: model.name, id, at, row })),
        deltas: commit.deltas.map((delta) => toEntryDelta(store, delta)),
        documents,
      };
      await store.write(entry);
    } finally {
      this.#newRecords.end(ids);
    }
  }

  async #accepts(store: Store, { kind, id, ifVersion }: DocumentPut): Promise<boolean> {
    if (ifVersion === undefined) return true;
    const view = store.rows.view();
    try {
      return ifVersion === (readDocument(store.directory.database, view, kind, id)?.version ?? 0);
    } finally {
      await view.leave();
    }
  }

  #documentOf(store: Store, { kind, id, value }: DocumentPut): EntryDocument {
    return { kind, id, version: store.rows.nextDocumentVersion(), json: JSON.stringify(value) ?? 'null' };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#documentTurn.then(work);
    this.#documentTurn = turn.catch(() => undefined);
    return turn;
  }

  async #read<T>(work: (store: Store, view: ReadView) => Promise<T>): Promise<T> {
    const store = this.#opened();
    const view = store.rows.view();
    try {
      return await work(store, view);
    } finally {
      await view.leave();
    }
  }

  #opened(): Store {
    if (this.#closed) throw new Error('the storage is closed');
    if (this.#store === undefined) throw new Error('the storage is not open yet');
    return this.#store;
  }
}

/** All its metrics have columns by now. */
function toEntryDelta(store: Store, { scope, entity, minute, layout, slots, slotsAt, tables, tablesAt }: MetricDelta): EntryDelta {
  return { scope, entity, minute, layout: store.layouts.find(layout)!, slots, slotsAt, tables, tablesAt };
}

/** Rejects when the signal is aborted first; the attempt goes on, and a retry joins it or finds it done. */
async function untilAborted(attempt: Promise<void>, signal: AbortSignal): Promise<void> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    await Promise.race([attempt, aborted]);
  } finally {
    signal.removeEventListener('abort', abort!);
  }
}
