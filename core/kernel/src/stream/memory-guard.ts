import type { Clock, Logger } from '../api/facilities.js';

const SAMPLE_EVERY_MS = 250;
/** At most one line in this time says that refusing began or ended. */
const QUIET_MS = 10_000;

/**
 * Says whether the process holds more memory than it may. The resident set is read at most four times a second, since reading it costs
 * a system call.
 */
export class MemoryGuard {
  readonly #limit: number | undefined;
  readonly #clock: Clock;
  readonly #read: () => number;
  readonly #logger: Logger | undefined;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #resident = 0;
  /** What the log said last, and when. It follows late when memory goes up and down quickly. */
  #saidExceeded = false;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** `limit` in bytes; undefined: never exceeded. */
  constructor(limit: number | undefined, clock: Clock, read: () => number = () => process.memoryUsage.rss(), logger?: Logger) {
    this.#limit = limit;
    this.#clock = clock;
    this.#read = read;
    this.#logger = logger;
  }

  exceeded(): boolean {
    return this.reason() !== undefined;
  }

  /** Why publishers from outside are refused now, with both numbers; undefined while they are admitted. */
  reason(): string | undefined {
    if (this.#limit === undefined) return undefined;
    const now = this.#clock.now();
    // The clock may be set back, hence the distance.
    if (Math.abs(now - this.#sampledAt) >= SAMPLE_EVERY_MS) {
      this.#sampledAt = now;
      this.#resident = this.#read();
      this.#say(now, this.#limit);
    }
    return this.#resident > this.#limit ? `intake is refused: ${this.#numbers(this.#limit)}` : undefined;
  }

  /** To be called once before anything is loaded: a limit below what the process needs anyway refuses everything. */
  warnOfTooLow(): void {
    if (this.#limit === undefined) return;
    this.#resident = this.#read();
    if (this.#resident <= this.#limit) return;
    this.#logger?.warn(`host.memory is below what the process needs without any data: ${this.#numbers(this.#limit)}; raise host.memory`);
  }

  #say(now: number, limit: number): void {
    const exceeded = this.#resident > limit;
    if (exceeded === this.#saidExceeded || Math.abs(now - this.#saidAt) < QUIET_MS) return;
    this.#saidExceeded = exceeded;
    this.#saidAt = now;
    if (exceeded) this.#logger?.warn(`memory limit reached, intake is refused: ${this.#numbers(limit)}`);
    else this.#logger?.info(`below the memory limit again, intake is admitted: ${this.#numbers(limit)}`);
  }

  #numbers(limit: number): string {
    return `${mebibytes(this.#resident)} are resident, host.memory is ${mebibytes(limit)}`;
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1).replace(/\.0$/, '')} MiB`;
