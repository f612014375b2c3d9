const FIRST_SLOTS = 16;

/** A set of 64-bit hashes in an array: 11 to 21 bytes each, no garbage. None may be 0. */
export class HashSet {
  size = 0;
  /** The upper half of a hash before its lower half, so that a look takes one line of the processor's cache. A free slot is 0, 0. */
  #slots: Uint32Array;

  /** `expected`: about how many there will be at least. */
  constructor(expected: number) {
    let slots = FIRST_SLOTS;
    while (slots * 3 < expected * 4) slots *= 2;
    this.#slots = new Uint32Array(slots * 2);
  }

  has(high: number, low: number): boolean {
    const at = this.#find(high, low);
    return this.#slots[at] === high && this.#slots[at + 1] === low;
  }

  /** False if it is there already. */
  add(high: number, low: number): boolean {
    const at = this.#find(high, low);
    if (this.#slots[at] === high && this.#slots[at + 1] === low) return false;
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
    if (++this.size * 8 > this.#slots.length * 3) this.#grow();
    return true;
  }

  /** Where the hash is, or the free slot where it goes. */
  #find(high: number, low: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (low << 1) & mask;
    while ((slots[at] !== high || slots[at + 1] !== low) && (slots[at] !== 0 || slots[at + 1] !== 0)) at = (at + 2) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0 && old[i + 1] === 0) continue;
      const at = this.#find(old[i]!, old[i + 1]!);
      this.#slots[at] = old[i]!;
      this.#slots[at + 1] = old[i + 1]!;
    }
  }
}
