import type { Clock } from '@skein/core';
import type { EntrySize } from './journal/entry.js';

export interface BacklogLimits {
  /** Encoded bytes of what is not flushed: bounds memory, and how much a start replays. */
  readonly memoryBytes: number;
  /** Bytes of all journal files: bounds disk and the time of a start. */
  readonly journalBytes: number;
  /** Age of the oldest entry that is not flushed. */
  readonly ageMs: number;
}

interface Waiter {
  resolve(): void;
}

/** Parts of entries that wait for one flusher, in the order of the journal. */
class Unflushed {
  bytes = 0;
  #parts: { readonly end: number; readonly bytes: number; readonly at: number }[] = [];

  /** When the oldest was committed. */
  get since(): number | undefined {
    return this.#parts[0]?.at;
  }

  add(end: number, bytes: number, at: number): void {
    this.#parts.push({ end, bytes, at });
    this.bytes += bytes;
  }

  release(mark: number): void {
    let count = 0;
    while (count < this.#parts.length && this.#parts[count]!.end <= mark) this.bytes -= this.#parts[count++]!.bytes;
    this.#parts.splice(0, count);
  }
}

/** What is committed and not flushed yet. When it is too much, commits wait here until a flusher has caught up. */
export class Backlog {
  readonly #limits: BacklogLimits;
  readonly #clock: Clock;
  readonly #journalBytes: () => number;
  readonly #flushSoon: () => void;
  /** Records are flushed much more often than rows, and leave memory then. */
  readonly #records = new Unflushed();
  readonly #rows = new Unflushed();
  #waiters = new Set<Waiter>();

  /** `flushSoon` asks the flushers for what makes room. */
  constructor(limits: BacklogLimits, clock: Clock, journalBytes: () => number, flushSoon: () => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#journalBytes = journalBytes;
    this.#flushSoon = flushSoon;
  }

  get bytes(): number {
    return this.#records.bytes + this.#rows.bytes;
  }

  /** Whether it is time to flush rows, so that no commit need wait for that. */
  get hasManyRows(): boolean {
    return this.#rows.bytes > this.#limits.memoryBytes / 2;
  }

  get full(): boolean {
    const now = this.#clock.now();
    const oldest = Math.min(this.#records.since ?? now, this.#rows.since ?? now);
    const { memoryBytes, journalBytes, ageMs } = this.#limits;
    const unflushed = this.#records.since !== undefined || this.#rows.since !== undefined;
    return unflushed && (this.bytes > memoryBytes || this.#journalBytes() > journalBytes || now - oldest > ageMs);
  }

  /** `size`: bytes of an entry's records, and of all else in it. */
  add(end: number, size: EntrySize): void {
    const now = this.#clock.now();
    this.#records.add(end, size.records, now);
    this.#rows.add(end, size.rows, now);
  }

  /** Everything up to these positions is flushed. */
  release(records: number, rows: number): void {
    this.#records.release(records);
    this.#rows.release(rows);
    this.#wake();
  }

  /** Lets waiting commits look again. */
  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const { resolve } of waiters) resolve();
  }

  /** Resolves when there is room. @throws the reason of the abort */
  async room(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.full) {
      // It may be a long time until their next turn.
      this.#flushSoon();
      await this.#released(signal);
      signal.throwIfAborted();
    }
  }

  #released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resolve: () => {
          signal.removeEventListener('abort', waiter.resolve);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', waiter.resolve, { once: true });
    });
  }
}
