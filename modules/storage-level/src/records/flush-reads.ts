import type { RecordModel } from '@skein/telemetry/storage';
import type { TextHash } from '../bytes/text-hash.js';
import type { Database } from '../level/database.js';
import type { Budget } from '../level/pacer.js';
import { intersectRows, type RowsByBlock, uniteRows } from './posting-codec.js';
import { PostingLists } from './posting-lists.js';
import { readPosting } from './posting-reads.js';
import { emptyBounds, join, type RecordBounds } from './record-bounds.js';
import { hourStart } from './record-hours.js';
import { ALL, ALL_HASH, type Term } from './record-index.js';

/** A flush that has rows of all terms, as far as its postings' bounds tell. */
export interface FoundFlush {
  readonly sequence: number;
  /** Of the rows that meet all terms, or wider. */
  readonly bounds: RecordBounds;
}

/** Finds the flushes that have what a search asks for, and then which of their rows. */
export class FlushReads {
  readonly #database: Database;
  readonly #lists: PostingLists;

  constructor(database: Database) {
    this.#database = database;
    this.#lists = new PostingLists(database);
  }

  /** The flushes of an hour, up to the sequence `last`, that have all terms. */
  async flushes(
    model: RecordModel,
    terms: readonly Term[],
    { hour, partition, last }: { readonly hour: number; readonly partition: number; readonly last: number },
    budget: Budget,
  ): Promise<readonly FoundFlush[]> {
    const until = Math.min(hourStart(hour + 1), last + 1);
    const read = async (field: string, hash: TextHash): Promise<readonly FoundFlush[]> => {
      const list = await this.#lists.of({ partition, model: model.name, field, hash, from: hourStart(hour), until }, budget);
      return Array.from({ length: list.countBefore(until) }, (_, i) => ({ sequence: list.sequences[i]!, bounds: list.boundsAt(i) }));
    };
    let found: readonly FoundFlush[] | undefined;
    for (const { field, hashes } of orAll(terms)) {
      const met = await Promise.all(hashes.map((hash) => read(field, hash)));
      const any = met.length === 1 ? met[0]! : unite(met);
      found = found === undefined ? any : intersect(found, any);
      if (found.length === 0) break;
    }
    return found ?? [];
  }

  /** The rows of one flush that meet all terms, by block. Hashes decide: each row is still to be compared. */
  rows(model: RecordModel, terms: readonly Term[], partition: number, sequence: number): RowsByBlock {
    let found: RowsByBlock | undefined;
    for (const { field, hashes } of orAll(terms)) {
      let any: RowsByBlock | undefined;
      for (const hash of hashes) {
        const posting = readPosting(this.#database, { partition, model: model.name, field, hash }, sequence);
        if (posting !== undefined) any = any === undefined ? posting.blocks : uniteRows(any, posting.blocks);
      }
      if (any === undefined) return new Map();
      found = found === undefined ? any : intersectRows(found, any);
    }
    return found ?? new Map();
  }
}

const orAll = (terms: readonly Term[]): readonly Term[] => (terms.length > 0 ? terms : [{ field: ALL, hashes: [ALL_HASH] }]);

function unite(lists: ReadonlyArray<readonly FoundFlush[]>): readonly FoundFlush[] {
  const flushes = new Map<number, FoundFlush>();
  for (const list of lists) {
    for (const one of list) {
      const other = flushes.get(one.sequence);
      if (other === undefined) flushes.set(one.sequence, one);
      else {
        const bounds = emptyBounds(one.bounds.fields.length);
        join(bounds, one.bounds);
        join(bounds, other.bounds);
        flushes.set(one.sequence, { sequence: one.sequence, bounds });
      }
    }
  }
  return [...flushes.values()];
}

/** Flushes that are in both; their bounds become the tighter of both. */
function intersect(a: readonly FoundFlush[], b: readonly FoundFlush[]): readonly FoundFlush[] {
  const others = new Map(b.map((one) => [one.sequence, one.bounds]));
  const both: FoundFlush[] = [];
  for (const { sequence, bounds } of a) {
    const other = others.get(sequence);
    if (other === undefined) continue;
    const fields = bounds.fields.map(([min, max], i): [number, number] => {
      const [otherMin, otherMax] = other.fields[i] ?? [min, max];
      return [Math.max(min, otherMin), Math.min(max, otherMax)];
    });
    both.push({ sequence, bounds: { count: Math.min(bounds.count, other.count), fields } });
  }
  return both;
}
