import { type Batch, type HandlerBatch, StreamError } from '../api/streams.js';
import type { EdgeBooks, RefusalReason } from '../books/edge-books.js';

/** What a flight tells the stream that carries it. */
export interface FlightEvents {
  /** Once, when the batch is handled, failed or abandoned. */
  settled(flight: Flight<unknown>, error: StreamError | undefined): void;
  /** The handler left out more items than the batch has. */
  miscounted(): void;
}

const NOBODY_ASKED = (): void => undefined;

/** One admitted batch between admission and settlement: its receipt, what its handler left out, and its effect on the books. */
export class Flight<T> implements HandlerBatch<T> {
  readonly origin: Batch<T>['origin'];
  readonly weight: number;
  /** How many items it carries, released or not. */
  readonly size: number;
  #items: readonly T[];
  /** Observed here, so that a receipt that nobody looks at is never an unhandled rejection. */
  readonly handled: Promise<void>;
  readonly #books: EdgeBooks;
  readonly #events: FlightEvents;
  #leftOut: { readonly count: number; readonly reason: string | undefined }[] | undefined;
  #remaining: number;
  #settled = false;
  #resolve!: () => void;
  #reject!: (error: StreamError) => void;

  constructor(items: readonly T[], origin: Batch<T>['origin'], weight: number, books: EdgeBooks, events: FlightEvents) {
    this.#items = items;
    this.size = items.length;
    this.origin = origin;
    this.weight = weight;
    this.#books = books;
    this.#events = events;
    this.#remaining = items.length;
    this.handled = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.handled.catch(NOBODY_ASKED);
  }

  get items(): readonly T[] {
    return this.#items;
  }

  release(): void {
    this.#items = [];
  }

  skip(count: number, reason: string): void {
    this.#leaveOut(count, reason);
  }

  deduplicated(count: number): void {
    this.#leaveOut(count, undefined);
  }

  done(): void {
    if (this.#settled) return;
    this.#settled = true;
    for (const { count, reason } of this.#leftOut ?? []) {
      if (reason === undefined) this.#books.deduplicate(count);
      else this.#books.skip(count, reason);
    }
    this.#books.handle(this.#remaining);
    this.#resolve();
    this.#events.settled(this, undefined);
  }

  /** It was never admitted. */
  refused(reason: RefusalReason): void {
    this.#books.refuse(this.size, reason);
  }

  failed(error: StreamError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#books.fail(this.size);
    this.#reject(error);
    this.#events.settled(this, error);
  }

  #leaveOut(count: number, reason: string | undefined): void {
    const wanted = Number.isInteger(count) && count > 0 ? count : 0;
    const taken = this.#settled ? 0 : Math.min(wanted, this.#remaining);
    this.#remaining -= taken;
    if (taken > 0) {
      this.#leftOut ??= [];
      this.#leftOut.push({ count: taken, reason });
    }
    if (taken !== count) this.#events.miscounted();
  }
}

/** The error that a receipt carries: the handler's own StreamError (often its downstream receipt's), anything else as FAILED. */
export function receiptError(stream: string, handler: string, error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  return new StreamError('FAILED', `the handler of the stream "${stream}" (${handler}) failed`, true, { cause: error });
}
