import type { Commit, RecordModel, Row } from '@skein/telemetry/storage';
import type { EntryRecords } from '../journal/entry.js';
import { HashSet } from './hash-set.js';
import { IdHasher } from './id-hashes.js';
import type { RecentIds } from './recent-ids.js';
import { chunkRows } from './row-chunks.js';

/** What is the same for all commits of a model. */
interface Known {
  readonly fields: readonly string[];
  readonly hasher: IdHasher;
}

/** Picks the rows whose id is neither stored nor on its way. Decided before an entry is written, so that a replay need not decide again. */
export class NewRecords {
  /** Ids of the commits under way, a set each: 64-bit hashes, as exact as the set of stored ids. */
  readonly #underWay = new Set<HashSet>();
  readonly #known = new WeakMap<RecordModel, Known>();

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
    const { fields, hasher } = this.#of(model);
    const ids: number[] = [];
    const isNew = (row: Row): boolean => {
      const id = field === undefined ? undefined : row[field];
      if (typeof id !== 'string') return true;
      const { high, low } = hasher.hash(id);
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

  #of(model: RecordModel): Known {
    let known = this.#known.get(model);
    if (known === undefined) {
      known = { fields: Object.keys(model.fields), hasher: new IdHasher(model.name) };
      this.#known.set(model, known);
    }
    return known;
  }
}
