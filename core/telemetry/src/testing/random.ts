/** Numbers that look random and are the same for the same seed, so that a failed check can be run again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, but not, `below`. */
  below(below: number): number {
    // A linear congruential generator with the constants of Numerical Recipes; its high bits are good enough to choose by.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * below);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** Cuts a list into parts of 1 to `most` items. */
  parts<T>(items: readonly T[], most: number): T[][] {
    const result: T[][] = [];
    for (let at = 0; at < items.length; ) {
      const size = 1 + this.below(most);
      result.push(items.slice(at, at + size));
      at += size;
    }
    return result;
  }
}
