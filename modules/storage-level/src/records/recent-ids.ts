import { HashSet } from './hash-set.js';
import type { IdHashes } from './id-hashes.js';

/** Ids that a generation has room for at first. */
const FIRST_IDS = 768;
/** Ids of one generation; at the limit a new generation begins early. */
const MAX_IDS = 2_000_000;

/**
 * Ids of records that were stored within the window, as 64-bit hashes: two different ids are taken for one about once in 10^13.
 * Kept in two generations of a window each: while ids come, one is known for at least one window and at most two. When more than
 * 2 million ids come in a window, a generation ends early and its ids are known for a shorter time.
 */
export class RecentIds {
  readonly #windowMs: number;
  #current = new HashSet(FIRST_IDS);
  #previous = new HashSet(FIRST_IDS);
  #since = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  has(high: number, low: number): boolean {
    return this.#current.has(high, low) || this.#previous.has(high, low);
  }

  add(ids: IdHashes, now: number): void {
    for (let i = 0; i < ids.length; i += 2) this.#add(ids[i]!, ids[i + 1]!, now);
  }

  /** Reads back what `encodeIds` wrote at the time `at`. */
  restore(bytes: Buffer, at: number): void {
    for (let i = 0; i + 8 <= bytes.length; i += 8) this.#add(bytes.readUInt32BE(i), bytes.readUInt32BE(i + 4), at);
  }

  #add(high: number, low: number, now: number): void {
    if (now - this.#since > this.#windowMs || this.#current.size >= MAX_IDS) {
      this.#previous = now - this.#since > 2 * this.#windowMs ? new HashSet(FIRST_IDS) : this.#current;
      this.#current = new HashSet(FIRST_IDS);
      this.#since = now;
    }
    this.#current.add(high, low);
  }
}
