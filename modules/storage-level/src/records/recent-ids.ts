import type { IdHashes } from './id-hashes.js';

const FIRST_SLOTS = 1024;
/** Ids of one generation; at the limit a new generation begins early. */
const MAX_IDS = 2_000_000;

/** A set of 64-bit hashes in two arrays: 11 to 21 bytes an id, no garbage. */
class HashSet {
  size = 0;
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);

  has(high: number, low: number): boolean {
    const at = this.#slot(high, low);
    return this.#high[at] === high && this.#low[at] === low;
  }

  add(high: number, low: number): void {
    const at = this.#slot(high, low);
    if (this.#high[at] === high && this.#low[at] === low) return;
    this.#high[at] = high;
    this.#low[at] = low;
    if (++this.size * 4 > this.#high.length * 3) this.#grow();
  }

  /** Where the hash is, or the free slot where it goes. A free slot is (0, 0). */
  #slot(high: number, low: number): number {
    const mask = this.#high.length - 1;
    let at = low & mask;
    while ((this.#high[at] !== 0 || this.#low[at] !== 0) && (this.#high[at] !== high || this.#low[at] !== low)) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const high = this.#high;
    const low = this.#low;
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(high.length * 2);
    for (let i = 0; i < high.length; i++) {
      if (high[i] === 0 && low[i] === 0) continue;
      const at = this.#slot(high[i]!, low[i]!);
      this.#high[at] = high[i]!;
      this.#low[at] = low[i]!;
    }
  }
}

/**
 * Ids of records that were stored within the window, as 64-bit hashes: two different ids are taken for one about once in 10^13.
 * Kept in two generations of a window each: while ids come, one is known for at least one window and at most two. When more than
 * 2 million ids come in a window, a generation ends early and its ids are known for a shorter time.
 */
export class RecentIds {
  readonly #windowMs: number;
  #current = new HashSet();
  #previous = new HashSet();
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
      this.#previous = now - this.#since > 2 * this.#windowMs ? new HashSet() : this.#current;
      this.#current = new HashSet();
      this.#since = now;
    }
    this.#current.add(high, low);
  }
}
