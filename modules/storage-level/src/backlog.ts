import type { Clock } from '@skein/core';
import type { Span } from './journal/frame.js';

export interface BacklogLimits {
  /** Encoded bytes of entries that are not flushed: bounds memory. */
  readonly memoryBytes: number;
  /** Bytes of all journal files: bounds disk and the time of a start. */
  readonly journalBytes: number;
  /** Age of the oldest entry that is not flushed. */
  readonly ageMs: number;
}

interface Waiter {
  resolve(): void;
}

/** What is committed and not flushed yet. When it is too much, commits wait here until a flusher has caught up. */
export class Backlog {
  readonly #limits: BacklogLimits;
  readonly #clock: Clock;
  readonly #journalBytes: () => number;
  readonly #flushSoon: () => void;
  #entries: { readonly end: number; readonly bytes: number; readonly at: number }[] = [];
  #bytes = 0;
  #waiters = new Set<Waiter>();

  /** `flushSoon` asks the flushers for what makes room. */
  constructor(limits: BacklogLimits, clock: Clock, journalBytes: () => number, flushSoon: () => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#journalBytes = journalBytes;
    this.#flushSoon = flushSoon;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    const oldest = this.#entries[0];
    return (
      oldest !== undefined &&
      (this.#bytes > this.#limits.memoryBytes ||
        this.#journalBytes() > this.#limits.journalBytes ||
        this.#clock.now() - oldest.at > this.#limits.ageMs)
    );
  }

  add(span: Span, bytes: number): void {
    this.#entries.push({ end: span.end, bytes, at: this.#clock.now() });
    this.#bytes += bytes;
  }

  /** Everything up to this position is flushed. */
  release(mark: number): void {
    let count = 0;
    while (count < this.#entries.length && this.#entries[count]!.end <= mark) this.#bytes -= this.#entries[count++]!.bytes;
    this.#entries.splice(0, count);
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
