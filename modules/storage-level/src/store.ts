import type { Clock } from '@skein/core';
import { Zone } from '@skein/telemetry';
import type { MetricModel, Model } from '@skein/telemetry/storage';
import { Backlog, type BacklogLimits } from './backlog.js';
import { Flusher, type FlusherEvents } from './flusher.js';
import type { Entry, EntrySize } from './journal/entry.js';
import { decodePayload, encodePayload } from './journal/entry-codec.js';
import type { Span } from './journal/frame.js';
import { Journal } from './journal/journal.js';
import type { ReplayReport } from './journal/journal-replay.js';
import { KnownModels } from './known-models.js';
import type { DataDirectory } from './level/data-directory.js';
import { noteZone } from './level/stored-zone.js';
import { flushedUpTo, readMarks } from './marks.js';
import { EntityNumberCache } from './metrics/entity-numbers.js';
import { MetricColumns } from './metrics/metric-columns.js';
import { MetricReads } from './metrics/metric-reads.js';
import { RowLayouts } from './metrics/row-layout.js';
import { BATCH_ROWS, RecordStore } from './records/record-store.js';
import { BLOCK_ROWS } from './records/row-chunks.js';
import { RowStore } from './rows/row-store.js';

export interface StoreOptions {
  readonly sync: boolean;
  /** Records are flushed after so long at the latest. */
  readonly flushMs: number;
  /** Rows likewise; when absent, `flushMs`. Later is cheaper: the chunks that a flush reads and writes are the same again and again. */
  readonly rowFlushMs?: number;
  readonly dedupeMs: number;
  readonly journalFileBytes: number;
  readonly cacheBytes: number;
  readonly backlog: BacklogLimits;
  readonly clock: Clock;
  readonly events: FlusherEvents;
}

const RECORD_PAUSE_MS = 4000;
/** Bytes of entries in memory after which a replay stops to flush. */
const REPLAY_FLUSH_BYTES = 32 * 1024 * 1024;

/** Everything behind the storage contract that is open together: journal, memory, LevelDB and the two flushers. */
export class Store {
  readonly directory: DataDirectory;
  readonly models: KnownModels;
  readonly zone: Zone;
  readonly columns: MetricColumns;
  readonly layouts: RowLayouts;
  readonly numbers: EntityNumberCache;
  readonly records: RecordStore;
  readonly rows: RowStore;
  readonly metrics: MetricReads;
  readonly journal: Journal;
  readonly backlog: Backlog;
  readonly #clock: Clock;
  readonly #recordFlusher: Flusher;
  readonly #rowFlusher: Flusher;
  readonly #marks: ReturnType<typeof readMarks>;
  /** Rows are to be flushed before their time, and that has not been done yet. */
  #rowsAsked = false;
  #lastWholeFlush = Number.NEGATIVE_INFINITY;
  #lastRecordFlush = Number.NEGATIVE_INFINITY;
  /** Flushes of rows and work that must not meet one follow each other. */
  #rowTurn: Promise<unknown> = Promise.resolve();

  private constructor(directory: DataDirectory, models: KnownModels, zone: Zone, options: StoreOptions) {
    const { database } = directory;
    this.directory = directory;
    this.models = models;
    this.zone = zone;
    this.#clock = options.clock;
    this.#marks = readMarks(database);
    this.columns = new MetricColumns(database);
    this.columns.load();
    this.layouts = new RowLayouts(this.columns);
    this.numbers = new EntityNumberCache(database);
    this.records = new RecordStore(database, this.#marks.records, models.record, options);
    this.rows = new RowStore(database, this.#marks.rows, this.layouts, this.numbers, zone, models.entity, options.sync);
    this.metrics = new MetricReads(database, this.columns, this.numbers, zone);
    this.journal = new Journal(directory.journal, { sync: options.sync, fileBytes: options.journalFileBytes });
    this.backlog = new Backlog(
      options.backlog,
      options.clock,
      () => this.journal.bytes,
      () => this.flushSoon(),
    );
    const { flushMs, rowFlushMs = flushMs, clock, events } = options;
    this.#recordFlusher = new Flusher('records', () => this.#flushRecords(flushMs), flushMs, clock, events);
    this.#rowFlusher = new Flusher('rows', () => this.#flushRows(), rowFlushMs, clock, events);
  }

  /** Opens what is in the directory and replays the journal behind the watermarks. */
  static async open(
    directory: DataDirectory,
    models: readonly Model[],
    zoneName: string,
    options: StoreOptions,
  ): Promise<{
    readonly store: Store;
    readonly problems: { model: string; reason: string }[];
    readonly replayed: ReplayReport;
    /** The zone of what was stored before, when it was another. */
    readonly zoneBefore: string | undefined;
  }> {
    const known = new KnownModels();
    known.load(directory.database);
    const problems = await known.open(directory.database, models);
    const store = new Store(directory, known, new Zone(zoneName), options);
    const unsound = new Set(problems.map(({ model }) => model));
    await store.columns.assign(models.filter((model): model is MetricModel => model.kind === 'metric' && !unsound.has(model.name)));
    await store.records.load(options.clock.now());
    const replayed = await store.#replay();
    const zoneBefore = await noteZone(directory.database, zoneName);
    store.#recordFlusher.start();
    store.#rowFlusher.start();
    if (replayed.entries > 0) store.flushSoon();
    return { store, problems, replayed, zoneBefore };
  }

  /** Makes the entry durable, then visible. All or nothing. */
  async write(entry: Entry): Promise<void> {
    const { payload, size } = encodePayload(entry);
    await this.journal.append(payload, (span) => this.#apply(entry, span, size));
    if (this.#recordsAreDue()) this.#recordFlusher.request();
    if (this.backlog.full) this.flushSoon();
    else if (this.backlog.hasManyRows && !this.#rowsAsked) {
      this.#rowsAsked = true;
      this.#rowFlusher.request();
    }
  }

  /** Blocks are cut once one is full, but within four seconds after the last time only for a whole batch, so that many rows share postings. */
  #recordsAreDue(): boolean {
    const rows = this.records.mostRowsInMemory;
    return rows >= BATCH_ROWS || (rows >= BLOCK_ROWS && this.#since(this.#lastRecordFlush) >= RECORD_PAUSE_MS);
  }

  flushSoon(): void {
    this.#lastWholeFlush = Number.NEGATIVE_INFINITY;
    this.#recordFlusher.request();
    this.#rowFlusher.request();
  }

  /** Everything committed so far is in LevelDB when it resolves. */
  async flush(): Promise<void> {
    this.#lastWholeFlush = Number.NEGATIVE_INFINITY;
    await this.#recordFlusher.now();
    await this.#rowFlusher.now();
  }

  /** Runs the work while no rows are flushed, so that what it reads in LevelDB is still there when it writes. Must not call {@link flush}. */
  betweenRowFlushes<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#rowTurn.then(work);
    this.#rowTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Flushes, as far as that is possible, and closes. What could not be flushed stays in the journal. */
  async close(): Promise<void> {
    await this.#recordFlusher.stop();
    await this.#rowFlusher.stop();
    let failure: unknown;
    try {
      await this.flush();
    } catch (error) {
      failure = error;
    }
    await this.journal.close();
    await this.rows.close();
    await this.directory.close();
    if (failure !== undefined) throw failure;
  }

  async #replay(): Promise<ReplayReport> {
    const { rows, records } = this.#marks;
    const report = await this.journal.replay(
      flushedUpTo(rows, records),
      Math.max(rows.position, records.position),
      async (payload, span) => {
        const { entry, size } = decodePayload(payload, this.layouts);
        this.#apply(entry, span, size);
        if (this.backlog.bytes > REPLAY_FLUSH_BYTES) await this.flush();
      },
    );
    return report;
  }

  #apply(entry: Entry, span: Span, size: EntrySize): void {
    this.records.apply(entry, span, this.#clock.now());
    this.rows.apply(entry, span);
    this.backlog.add(span.end, size);
  }

  async #flushRecords(intervalMs: number): Promise<void> {
    const now = this.#clock.now();
    this.#lastRecordFlush = now;
    const all = this.#since(this.#lastWholeFlush) >= intervalMs;
    if (all) this.#lastWholeFlush = now;
    await this.records.flush(all);
    await this.#release();
  }

  async #flushRows(): Promise<void> {
    await this.betweenRowFlushes(() => this.rows.flush());
    await this.#release();
    this.#rowsAsked = false;
  }

  async #release(): Promise<void> {
    const flushed = Math.min(this.records.flushed, this.rows.flushed);
    try {
      await this.journal.release(flushed);
    } finally {
      // What is flushed takes no memory, whatever becomes of the files.
      this.backlog.release(this.records.flushed, this.rows.flushed);
    }
  }

  /** The clock may be set back, hence the distance. */
  #since(instant: number): number {
    return Math.abs(this.#clock.now() - instant);
  }
}
