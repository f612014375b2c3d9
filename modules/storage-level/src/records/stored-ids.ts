import type { RecordModel } from '@skein/telemetry/storage';
import { type Database, type DatabaseBatch, pages } from '../level/database.js';
import { idsKey, Kind, kindRange, sequenceOf } from '../level/keys.js';
import { encodeIds } from './id-hashes.js';
import type { RecentIds } from './recent-ids.js';
import { timeOf } from './record-hours.js';
import type { Piece } from './record-memory.js';

/** Ids of the records in blocks, kept beside them for the window, so that a restart does not forget them. */
export class StoredIds {
  readonly #windowMs: number;
  /** Sequences of the stored lists, oldest first. */
  readonly #lists: number[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  async load(database: Database, recent: RecentIds, now: number): Promise<void> {
    for await (const page of pages(database, kindRange(Kind.ids))) {
      for (const [key, value] of page) {
        const sequence = sequenceOf(key);
        this.#lists.push(sequence);
        if (now - timeOf(sequence) <= this.#windowMs) recent.restore(value, timeOf(sequence));
      }
    }
  }

  /** Adds the ids of a flush to its batch, and deletes what is older than the window. Returns what to call once it is written. */
  write(batch: DatabaseBatch, model: RecordModel, pieces: readonly Piece[], sequence: number): () => void {
    const identified = model.id !== undefined;
    if (identified) batch.put(idsKey(sequence), encodeIds(pieces.map(({ ids }) => ids)));
    let expired = 0;
    while (expired < this.#lists.length && timeOf(sequence) - timeOf(this.#lists[expired]!) > this.#windowMs) {
      batch.del(idsKey(this.#lists[expired++]!));
    }
    return () => {
      this.#lists.splice(0, expired);
      if (identified) this.#lists.push(sequence);
    };
  }
}
