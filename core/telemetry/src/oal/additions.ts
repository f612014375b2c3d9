import type { Addend } from '../metrics/function.js';

/** The slots that one input makes grow, in one list, sorted by what they grow by. */
export class Additions {
  private readonly offsets: number[] = [];
  /** Where in the list those end that grow by 1, those that grow by the value, and those that grow if the first condition holds. */
  private ones = 0;
  private values = 0;
  private firsts = 0;

  get none(): boolean {
    return this.offsets.length === 0;
  }

  /** A further slot. */
  put(offset: number, addend: Addend): void {
    this.offsets.splice(this.endOf(addend), 0, offset);
    if (addend === 'second') return;
    this.firsts++;
    if (addend === 'first') return;
    this.values++;
    if (addend === 'one') this.ones++;
  }

  private endOf(addend: Addend): number {
    switch (addend) {
      case 'one':
        return this.ones;
      case 'value':
        return this.values;
      case 'first':
        return this.firsts;
      case 'second':
        return this.offsets.length;
    }
  }

  /** `base`: where in `slots` the offsets count from. */
  grow(slots: Float64Array, base: number, value: number, first: boolean, second: boolean): void {
    const { offsets, ones, values, firsts } = this;
    let i = 0;
    for (; i < ones; i++) slots[base + offsets[i]!]! += 1;
    for (; i < values; i++) slots[base + offsets[i]!]! += value;
    if (first) for (; i < firsts; i++) slots[base + offsets[i]!]! += 1;
    if (second) for (i = firsts; i < offsets.length; i++) slots[base + offsets[i]!]! += 1;
  }
}
