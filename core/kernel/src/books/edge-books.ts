import type { BooksEntry } from './types.js';

/** Why a batch was not admitted. */
export type RefusalReason = 'no-room' | 'memory' | 'closed' | 'aborted' | 'too-many-waiting';

const MAX_REASONS = 32;
const MAX_REASON_LENGTH = 64;
const OTHER = 'other';

/**
 * The books of one edge while it runs. Every movement keeps the identity
 * received = handled + refused + failed + skipped + deduplicated + in flight.
 * At most 32 reasons are told apart; further ones are counted as `other`.
 */
export class EdgeBooks {
  readonly stream: string;
  readonly publisher: string;
  readonly #skipped = new Map<string, number>();
  readonly #refused = new Map<RefusalReason, number>();
  #received = 0;
  #handled = 0;
  #failed = 0;
  #deduplicated = 0;
  #inFlight = 0;

  constructor(stream: string, publisher: string) {
    this.stream = stream;
    this.publisher = publisher;
  }

  receive(items: number): void {
    this.#received += items;
    this.#inFlight += items;
  }

  refuse(items: number, reason: RefusalReason): void {
    this.#inFlight -= items;
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + items);
  }

  fail(items: number): void {
    this.#inFlight -= items;
    this.#failed += items;
  }

  handle(items: number): void {
    this.#inFlight -= items;
    this.#handled += items;
  }

  /** Moves items that were received from in flight to skipped. */
  skip(items: number, reason: string): void {
    this.#inFlight -= items;
    const known = reason.slice(0, MAX_REASON_LENGTH);
    const key = this.#skipped.has(known) || this.#skipped.size < MAX_REASONS ? known : OTHER;
    this.#skipped.set(key, (this.#skipped.get(key) ?? 0) + items);
  }

  /** Moves items that were received from in flight to deduplicated. */
  deduplicate(items: number): void {
    this.#inFlight -= items;
    this.#deduplicated += items;
  }

  refusals(): ReadonlyMap<RefusalReason, number> {
    return this.#refused;
  }

  entry(): BooksEntry {
    return {
      stream: this.stream,
      publisher: this.publisher,
      received: this.#received,
      handled: this.#handled,
      refused: [...this.#refused.values()].reduce((sum, items) => sum + items, 0),
      failed: this.#failed,
      skipped: Object.fromEntries(this.#skipped),
      deduplicated: this.#deduplicated,
      inFlight: this.#inFlight,
    };
  }
}

/** What is missing in an entry for the identity to hold; 0 when the books are right. */
export function imbalance(entry: BooksEntry): number {
  const skipped = Object.values(entry.skipped).reduce((sum, items) => sum + items, 0);
  return entry.received - entry.handled - entry.refused - entry.failed - skipped - entry.deduplicated - entry.inFlight;
}
