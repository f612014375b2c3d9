import type { Database } from '../level/database.js';
import type { Budget } from '../level/pacer.js';
import { type PostingRange, readPostings } from './posting-reads.js';
import type { RecordBounds } from './record-bounds.js';

/** Numbers in all lists together, 8 bytes each; beyond, the least recently used lists leave. */
const MAX_NUMBERS = 1_000_000;
/** What a list costs besides its numbers, in numbers. */
const LIST_COST = 64;

/** The flushes that have rows with one value, ascending, and between what the fields of these rows lie. */
export class PostingList {
  /** First sequences of the flushes. */
  readonly sequences: number[] = [];
  readonly #counts: number[] = [];
  /** Smallest and largest of each field, flush by flush. */
  readonly #ranges: number[] = [];
  #width = 0;
  /** Flushes before this sequence are in the list, or have no such row. */
  #until: number;
  #reading: Promise<void> | undefined;

  constructor(from: number) {
    this.#until = from;
  }

  /** Numbers that the list keeps. */
  get size(): number {
    return LIST_COST + this.sequences.length * 2 + this.#ranges.length;
  }

  boundsAt(index: number): RecordBounds {
    const fields: [number, number][] = [];
    for (let at = index * this.#width, i = 0; i < this.#width; i += 2) fields.push([this.#ranges[at + i]!, this.#ranges[at + i + 1]!]);
    return { count: this.#counts[index]!, fields };
  }

  /** How many of the sequences are below `until`. */
  countBefore(until: number): number {
    let low = 0;
    let high = this.sequences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sequences[middle]! < until) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Reads what was flushed since it was last read. What has a sequence never changes, so nothing is read twice. */
  async read(database: Database, range: PostingRange, budget: Budget): Promise<void> {
    while (this.#until < range.until && budget.complete) {
      // Another search's reading may end early, with its budget or with an error that is told there; then this one goes on.
      if (this.#reading !== undefined) await this.#reading.catch(() => undefined);
      else {
        this.#reading = this.#extend(database, range, budget).finally(() => {
          this.#reading = undefined;
        });
        await this.#reading;
      }
    }
  }

  async #extend(database: Database, range: PostingRange, budget: Budget): Promise<void> {
    const found = await readPostings(database, { ...range, from: this.#until }, budget);
    // Nobody knows how far a read came that was cut.
    if (!budget.complete) return;
    for (const [sequence, { bounds }] of found) {
      this.#width = bounds.fields.length * 2;
      this.sequences.push(sequence);
      this.#counts.push(bounds.count);
      for (const [min, max] of bounds.fields) this.#ranges.push(min, max);
    }
    this.#until = range.until;
  }
}

/** Lists of values that were searched for, hour by hour, within a fixed memory. */
export class PostingLists {
  readonly #database: Database;
  readonly #lists = new Map<string, { readonly list: PostingList; charged: number }>();
  #numbers = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The list of a value in the hour that begins with the sequence `from`, complete up to `until` unless the budget is spent. */
  async of(range: PostingRange, budget: Budget): Promise<PostingList> {
    const { model, field, hash, from } = range;
    const key = `${model}\0${field}\0${hash.high} ${hash.low} ${from}`;
    const kept = this.#lists.get(key) ?? { list: new PostingList(from), charged: 0 };
    this.#lists.delete(key);
    this.#lists.set(key, kept);
    await kept.list.read(this.#database, range, budget);
    // It may have left meanwhile, for others.
    if (this.#lists.get(key) === kept) {
      this.#numbers += kept.list.size - kept.charged;
      kept.charged = kept.list.size;
      this.#trim();
    }
    return kept.list;
  }

  #trim(): void {
    for (const [key, { charged }] of this.#lists) {
      if (this.#numbers <= MAX_NUMBERS) return;
      this.#numbers -= charged;
      this.#lists.delete(key);
    }
  }
}
