import type { RecordModel } from '@skein/telemetry/storage';
import type { Entry } from '../journal/entry.js';
import type { Span } from '../journal/frame.js';
import type { Database } from '../level/database.js';
import { putRecordsMark, type RecordsMark, recordsMarkOf } from '../marks.js';
import { BlockCache } from './block-cache.js';
import { hashIds } from './id-hashes.js';
import { RecentIds } from './recent-ids.js';
import { writeRecords } from './record-flush.js';
import { RecordHours } from './record-hours.js';
import { RecordMemory } from './record-memory.js';
import { RecordSearch, type RecordView } from './record-search.js';
import { BLOCK_ROWS } from './row-chunks.js';
import { StoredIds } from './stored-ids.js';

/** Rows of one model that go into one batch, about. */
export const BATCH_ROWS = 1024;

/** Records in memory and in blocks. */
export class RecordStore {
  readonly hours = new RecordHours();
  readonly search: RecordSearch;
  /** Ids of what is stored or in memory. */
  readonly recentIds: RecentIds;
  readonly #ids: StoredIds;
  readonly #sync: boolean;
  readonly #database: Database;
  readonly #memory = new RecordMemory();
  readonly #model: (name: string) => RecordModel | undefined;
  #mark: RecordsMark;
  #applied: number;
  /** The first sequence of a flush in progress, by model. */
  readonly #flushing = new Map<string, number>();

  constructor(
    database: Database,
    mark: RecordsMark,
    model: (name: string) => RecordModel | undefined,
    o: { readonly cacheBytes: number; readonly dedupeMs: number; readonly sync: boolean },
  ) {
    this.#database = database;
    this.#mark = mark;
    this.#applied = mark.position;
    this.#model = model;
    this.search = new RecordSearch(database, this.hours, new BlockCache(o.cacheBytes));
    this.recentIds = new RecentIds(o.dedupeMs);
    this.#ids = new StoredIds(o.dedupeMs);
    this.#sync = o.sync;
  }

  /** Reads what searches and the recognition of ids need in memory. */
  async load(now: number): Promise<void> {
    await this.hours.load(this.#database);
    await this.#ids.load(this.#database, this.recentIds, now);
  }

  /** Takes the rows of an entry that are not in blocks yet. */
  apply(entry: Entry, span: Span, now: number): void {
    for (const { model: name, fields, rows, chunks, ids = hashIds(name, this.#model(name)?.id, rows) } of entry.records) {
      this.recentIds.add(ids, now);
      if (span.end <= recordsMarkOf(this.#mark, name) || this.#model(name) === undefined) continue;
      this.#memory.add(name, { span, at: entry.at, fields, rows, chunks, ids });
    }
    this.#applied = Math.max(this.#applied, span.end);
  }

  /** Rows of the model that has most of them. */
  get mostRowsInMemory(): number {
    let most = 0;
    for (const model of this.#memory.models) most = Math.max(most, this.#memory.count(model));
    return most;
  }

  rowsInMemory(model: string): number {
    return this.#memory.count(model);
  }

  /** Memory and blocks as they are now; must be used at once. */
  view(model: string): RecordView {
    return { rows: this.#memory.rows(model), last: (this.#flushing.get(model) ?? this.#mark.sequence + 1) - 1 };
  }

  /** Position up to which everything is in blocks. */
  get flushed(): number {
    let position = this.#applied;
    for (const model of this.#memory.models) position = Math.min(position, this.#memory.first(model) ?? position);
    return position;
  }

  /** Writes models that fill a block; `all`: everything that is there now. A batch each. Must not be called again before it has ended. */
  async flush(all: boolean): Promise<void> {
    const until = this.#applied;
    for (const model of [...this.#memory.models]) {
      const due = (): boolean => all && (this.#memory.first(model) ?? until) < until;
      while (this.#memory.count(model) >= BLOCK_ROWS || due()) await this.#flushModel(model);
    }
  }

  async #flushModel(name: string): Promise<void> {
    const model = this.#model(name);
    if (model === undefined) return;
    const pieces = this.#memory.oldest(name, BATCH_ROWS);
    if (pieces.length === 0) return;
    this.#flushing.set(name, this.#mark.sequence + 1);
    const batch = this.#database.batch();
    try {
      const flushed = await writeRecords(batch, model, pieces, this.#mark.sequence, this.hours);
      const idsWritten = this.#ids.write(batch, model, pieces, flushed.first);
      const mark = this.#markAfter(name, pieces.length, flushed.last);
      putRecordsMark(batch, mark);
      // The journal is deleted behind this: it must not be the only thing that survives a power loss.
      await batch.write({ sync: this.#sync });
      this.#mark = mark;
      this.#memory.drop(name, pieces.length);
      flushed.publish();
      idsWritten();
    } catch (error) {
      // A batch that was not written must be given back.
      await batch.close();
      throw error;
    } finally {
      this.#flushing.delete(name);
    }
  }

  /** The mark once the oldest `count` pieces of `flushed` are in blocks. */
  #markAfter(flushed: string, count: number, sequence: number): RecordsMark {
    const pending: Record<string, number> = {};
    for (const model of this.#memory.models) {
      const first = this.#memory.first(model, model === flushed ? count : 0);
      if (first !== undefined) pending[model] = first;
    }
    return { position: this.#applied, pending, sequence };
  }
}
