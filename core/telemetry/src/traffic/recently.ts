/**
 * Remembers what was written in the current period, so that a row which is the same for a whole minute or day is written once.
 * At most `capacity` keys: when full it forgets all, and rows are written again, which storage merges.
 */
export class Recently {
  private readonly seen = new Map<string, number>();
  /** Grows when all has to be written again: whoever remembers an answer asks anew then. */
  epoch = 0;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.seen.size;
  }

  /** True unless the key was asked for with the same period before. */
  first(key: string, period: number): boolean {
    if (this.seen.get(key) === period) return false;
    if (this.seen.size >= this.capacity) this.seen.clear();
    this.seen.set(key, period);
    return true;
  }

  /** After rows were lost on their way to storage: write all of them again. */
  clear(): void {
    this.epoch++;
    this.seen.clear();
  }
}
