import type { ObservableInput } from 'rxjs';
import type { AbortSource } from '../listeners/cancellation.js';

/** Items that travel together: admitted, handled and acknowledged as one. */
export interface Batch<T> {
  readonly items: readonly T[];
  readonly origin: { readonly module: string; readonly receivedAt: number };
}

/**
 * A batch as its handler sees it. What the handler leaves out, it says here, so that the books of the edge stay exact: the items are then
 * counted as skipped or deduplicated instead of handled. Both are written to the books when the batch is acknowledged; when the batch
 * fails, all its items count as failed, since the sender may bring them all again.
 * More items than the batch holds cannot be left out; what is beyond is ignored and logged.
 */
export interface HandlerBatch<T> extends Batch<T> {
  /** `count` items of this batch were left out for `reason`, a short constant such as `too-old`. */
  skip(count: number, reason: string): void;
  /** `count` items of this batch had been handled before. */
  deduplicated(count: number): void;
  /**
   * The handler has taken from the items what it needs: the stream lets go of them, and `items` is empty from here on. Worth calling when a
   * batch waits long after that, for its commit say, since everything that waits is copied by the garbage collector.
   */
  release(): void;
}

/**
 * Started in publish order, one synchronous part at a time; batches may finish out of order.
 * Completion acknowledges; an error refuses this batch only. The signal is aborted when the host must stop without waiting any longer;
 * it is the same one for all batches of the stream, so a handler that listens to it takes its listener off again.
 */
export type Handler<T> = (batch: HandlerBatch<T>, signal: AbortSignal) => void | PromiseLike<void> | ObservableInput<unknown>;

/** A module's way into a stream. */
export interface Publisher<T> {
  /**
   * Resolves once the whole batch is admitted, in first-come order; a batch heavier than the capacity is admitted alone, and an empty one
   * is handled already. Rejects with {@link StreamError}; then nobody saw the batch. An item weighs at least 1.
   *
   * `waitMs`: how long to wait for room; default: as the handler says, 20 s; 0: not at all; Infinity: as long as it takes, or until `signal`
   * is aborted. At most 10 000 publishers with a weight of 256 MiB wait for one stream; the next is refused at once.
   */
  publish(items: readonly T[], o?: { readonly waitMs?: number; readonly signal?: AbortSource }): Promise<Receipt>;
  /**
   * Writes to the books what the publisher itself dropped before publishing: `received` and `skipped` (or `deduplicated`) rise by `count`.
   * `reason` is a short constant such as `malformed`.
   */
  skip(count: number, reason: string): void;
  deduplicated(count: number): void;
}

/** Ignoring `handled` is allowed: the host observes it, so it never becomes an unhandled rejection. */
export interface Receipt {
  readonly handled: Promise<void>;
}

/** REFUSED: no room in time. CLOSED: the host drains. REJECTED: the batch cannot be weighed, a mistake of the publisher's code. FAILED: the handler failed. */
export type StreamErrorCode = 'REFUSED' | 'CLOSED' | 'REJECTED' | 'FAILED';

/** Why a batch was not taken or not handled. `retryable`: the same batch may be sent again. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  constructor(
    readonly code: StreamErrorCode,
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
