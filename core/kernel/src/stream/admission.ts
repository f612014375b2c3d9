import type { Clock } from '../api/facilities.js';
import { type Receipt, StreamError } from '../api/streams.js';
import type { RefusalReason } from '../books/edge-books.js';
import type { AbortSource } from '../listeners/cancellation.js';
import type { Flight } from './flight.js';
import type { Waiter } from './weighted-gate.js';

/** How long a publisher waits for room, and what makes it give up before. */
export interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSource | undefined;
}

/** What an admission tells the stream whose gate it is at. */
export interface AdmissionEvents {
  /** Once, when there is room: the flight begins. */
  admitted(admission: Admission): void;
  /** The publisher waits no longer. */
  gaveUp(admission: Admission, error: StreamError, reason: RefusalReason): void;
}

/** One batch at the gate of a stream. One object for each batch, since most are admitted at once: only who has to wait pays for more. */
export class Admission implements Waiter {
  readonly weight: number;
  isAdmitted = false;
  #timer: Disposable | undefined;
  #signal: AbortSource | undefined;
  #onAbort: (() => void) | undefined;

  constructor(
    readonly flight: Flight<unknown>,
    readonly resolve: (receipt: Receipt) => void,
    readonly reject: (error: StreamError) => void,
    private readonly stream: string,
    private readonly events: AdmissionEvents,
  ) {
    this.weight = flight.weight;
  }

  admit(): void {
    this.isAdmitted = true;
    this.stopWaiting();
    this.resolve({ handled: this.flight.handled });
    this.events.admitted(this);
  }

  /** Gives up after `waitMs`, at once when that is 0, or when the signal is aborted. */
  wait({ waitMs, signal }: Patience, clock: Clock): void {
    const tooLate = (): void =>
      this.#giveUp(new StreamError('REFUSED', `no room in the stream "${this.stream}" within ${waitMs} ms`, true), 'no-room');
    if (!(waitMs > 0)) {
      tooLate();
      return;
    }
    if (signal !== undefined) {
      this.#signal = signal;
      this.#onAbort = () => this.#giveUp(gaveUp(this.stream, signal), 'aborted');
      signal.addEventListener('abort', this.#onAbort);
    }
    if (waitMs < Number.POSITIVE_INFINITY) this.#timer = clock.setTimeout(tooLate, waitMs);
  }

  stopWaiting(): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #giveUp(error: StreamError, reason: RefusalReason): void {
    this.events.gaveUp(this, error, reason);
  }
}

/** Why a publisher that was aborted gets no receipt. */
export const gaveUp = (stream: string, signal: AbortSource | undefined): StreamError =>
  new StreamError('REFUSED', `the publisher gave up waiting for the stream "${stream}"`, true, { cause: signal?.reason });
