import type { Clock } from '../api/facilities.js';

const SAMPLE_EVERY_MS = 250;

/**
 * Says whether the process holds more memory than it may. The resident set is read at most four times a second, since reading it costs
 * a system call.
 */
export class MemoryGuard {
  readonly #limit: number | undefined;
  readonly #clock: Clock;
  readonly #read: () => number;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #resident = 0;

  /** `limit` in bytes; undefined: never exceeded. */
  constructor(limit: number | undefined, clock: Clock, read: () => number = () => process.memoryUsage.rss()) {
    this.#limit = limit;
    this.#clock = clock;
    this.#read = read;
  }

  exceeded(): boolean {
    if (this.#limit === undefined) return false;
    const now = this.#clock.now();
    // The clock may be set back, hence the distance.
    if (Math.abs(now - this.#sampledAt) >= SAMPLE_EVERY_MS) {
      this.#sampledAt = now;
      this.#resident = this.#read();
    }
    return this.#resident > this.#limit;
  }
}
