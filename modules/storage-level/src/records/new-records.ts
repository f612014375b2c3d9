import type { Commit, RecordModel, Row } from '@skein/telemetry/storage';
import type { EntryRecords } from '../journal/entry.js';
import { HashSet } from './hash-set.js';
import { IdHasher } from './id-hashes.js';
import type { RecentIds } from './recent-ids.js';
import { chunkRows } from './row-chunks.js';

/** Picks the rows whose id is neither stored nor on its way. Decided before an entry is written, so that a replay need not decide again. */
export class NewRecords {
  /** Ids of the commits under way, a set each: 64-bit hashes, as exact as the set of stored ids. */
  readonly #underWay = new Set<HashSet>();
  readonly #hashers = new Map<string, IdHasher>();

  /** Begins a commit. Its ids are taken until {@link end}, whether it is stored or not. */
  begin(commit: Commit): HashSet {
    let rows = 0;
    for (const records of commit.records) rows += records.rows.length;
    const ids = new HashSet(rows);
    this.#underWay.add(ids);
    return ids;
  }

  end(ids: HashSet): void {
    this.#underWay.delete(ids);
  }

  /** What of a commit is new; its ids go into `taken`. */
  of(commit: Commit, stored: RecentIds, taken: HashSet): EntryRecords[] {
    return commit.records.map(({ model, rows }) => this.#pick(model, rows, taken, stored));
  }

  #pick(model: RecordModel, rows: readonly Row[], taken: HashSet, stored: RecentIds): EntryRecords {
    const { id: field, name, body } = model;
    const fields = Object.keys(model.fields);
    const ids: number[] = [];
    const isNew = (row: Row): boolean => {
      const id = field === undefined ? undefined : row[field];
      if (typeof id !== 'string') return true;
      const { high, low } = this.#hasher(name).hash(id);
      if (stored.has(high, low) || this.#isUnderWay(high, low)) return false;
      taken.add(high, low);
      ids.push(high, low);
      return true;
    };
    const added = field === undefined ? rows : rows.filter(isNew);
    return { model: name, fields, rows: added, chunks: chunkRows(fields, added, body), ids };
  }

  #isUnderWay(high: number, low: number): boolean {
    for (const ids of this.#underWay) if (ids.has(high, low)) return true;
    return false;
  }

  #hasher(model: string): IdHasher {
    let hasher = this.#hashers.get(model);
    if (hasher === undefined) {
      hasher = new IdHasher(model);
      this.#hashers.set(model, hasher);
    }
    return hasher;
  }
}
