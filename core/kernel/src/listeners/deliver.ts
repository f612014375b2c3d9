import type { Clock } from '../api/facilities.js';
import { type Publisher, type Receipt, StreamError } from '../api/streams.js';
import type { AbortSource } from './cancellation.js';
import { StatusError } from './status-error.js';

const MAX_HOLD_MS = 20_000;
const MAX_OUTSTANDING = 256;
const MAX_DETAIL_LENGTH = 200;

/** How long a receiver may hold a reply: the client's remaining time less 2 s, at most 20 s, at least 1 s. */
export function holdTime(deadline: number | undefined, now: number): number {
  if (deadline === undefined) return MAX_HOLD_MS;
  return Math.max(1_000, Math.min(deadline - now - 2_000, MAX_HOLD_MS));
}

/** What {@link deliver} needs: raw messages, how to read them, where they go, and the call that waits. */
export interface Delivery<T, R = Uint8Array> {
  /** What came: the messages of a gRPC call, `[[body]]` for one HTTP body or unary request, `[elements]` for the array in a body. */
  readonly messages: AsyncIterable<readonly R[]> | Iterable<readonly R[]>;
  /** Turns one raw message into items; may be none. Whatever it throws makes this message malformed; the other messages go on. */
  readonly read: (raw: R) => readonly T[];
  readonly publisher: Publisher<T>;
  /** The call that is held: a GrpcCall or an HttpRequest fits. */
  readonly call: { readonly deadline?: number | undefined; readonly signal: AbortSignal; readonly cancellation?: AbortSource };
  readonly clock: Clock;
}

/**
 * The one loop between a listener and a stream: admission per chunk, all receipts before the reply. Returns when every item is handled,
 * so the reply that follows is an acknowledgement; the number of items is returned.
 *
 * Time that the client spends sending is the client's; time that is spent waiting for room and for receipts is limited to
 * {@link holdTime}, counted anew whenever a receipt ends well. At most 256 chunks wait for their receipt; then no more are read, which holds back the client.
 *
 * A malformed message is counted (`skipped`, reason `malformed`) and the others are delivered; then the call ends with INVALID_ARGUMENT,
 * in which the first reason is told.
 *
 * @throws StatusError INVALID_ARGUMENT when there were malformed messages.
 * @throws StreamError REFUSED when there was no room or no receipt in time or the client went away; otherwise what the stream says.
 */
export async function deliver<T, R = Uint8Array>(delivery: Delivery<T, R>): Promise<number> {
  const receipts = new Receipts(delivery.call, delivery.clock);
  const signal = cancellationOf(delivery.call);
  const malformed = new Malformed();
  let accepted = 0;
  for await (const chunk of delivery.messages) {
    const items = readChunk(chunk, delivery, malformed);
    if (items.length === 0) continue;
    if (receipts.isAbove(MAX_OUTSTANDING - 1)) await receipts.atMost(MAX_OUTSTANDING - 1);
    const from = delivery.clock.now();
    receipts.admitted(await delivery.publisher.publish(items, { waitMs: receipts.left(from), signal }), from);
    accepted += items.length;
  }
  if (receipts.isAbove(0)) await receipts.atMost(0);
  malformed.throwIfAny();
  return accepted;
}

function readChunk<T, R>(chunk: readonly R[], { read, publisher }: Delivery<T, R>, malformed: Malformed): readonly T[] {
  const items: T[] = [];
  for (const raw of chunk) {
    try {
      for (const item of read(raw)) items.push(item);
      malformed.good();
    } catch (error) {
      malformed.bad(error);
      publisher.skip(1, 'malformed');
    }
  }
  return items;
}

class Malformed {
  #good = 0;
  #bad = 0;
  #first: unknown;

  good(): void {
    this.#good += 1;
  }

  bad(error: unknown): void {
    if (this.#bad === 0) this.#first = error;
    this.#bad += 1;
  }

  throwIfAny(): void {
    if (this.#bad === 0) return;
    const detail = (this.#first instanceof Error ? this.#first.message : String(this.#first)).slice(0, MAX_DETAIL_LENGTH);
    const which =
      this.#good === 0 && this.#bad === 1 ? 'the message is malformed' : `${this.#bad} of ${this.#good + this.#bad} messages are malformed`;
    throw new StatusError('INVALID_ARGUMENT', `${which}: ${detail}`, { cause: this.#first });
  }
}

/**
 * The receipts of one call, and how much of its hold time is left. Time spent waiting counts since the last receipt that ended well, so
 * a long stream under mild pressure goes on as long as it makes progress.
 */
class Receipts {
  readonly #call: Delivery<unknown>['call'];
  readonly #clock: Clock;
  readonly #handled = (): void => this.#settle(undefined);
  readonly #failed = (error: unknown): void => this.#settle({ error });
  #spent = 0;
  #progressAt = Number.NEGATIVE_INFINITY;
  #outstanding = 0;
  #failure: { readonly error: unknown } | undefined;
  /** Set while somebody waits: for how many outstanding receipts, and how to wake. */
  #waiter: { readonly limit: number; readonly wake: () => void } | undefined;

  constructor(call: Delivery<unknown>['call'], clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  /** Takes the receipt of an admission that began at `from`, and charges what it took. */
  admitted(receipt: Receipt, from: number): void {
    this.#charge(from);
    this.#outstanding += 1;
    receipt.handled.then(this.#handled, this.#failed);
  }

  /** Whether {@link atMost} would wait or throw. Asked first, since most calls need neither. */
  isAbove(limit: number): boolean {
    return this.#failure !== undefined || this.#outstanding > limit;
  }

  /** Resolves when at most `limit` receipts are outstanding; throws what made one fail. */
  async atMost(limit: number): Promise<void> {
    if (this.#failure === undefined && this.#outstanding > limit) await this.#wait(limit);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Adds the time since `from` to what was spent; only that after the last progress counts. */
  #charge(from: number): void {
    this.#spent += Math.max(0, this.#clock.now() - Math.max(from, this.#progressAt));
  }

  /** How long an admission that begins now may take. */
  left(now: number): number {
    return Math.max(0, Math.min(MAX_HOLD_MS - this.#spent, holdTime(this.#call.deadline, now)));
  }

  #settle(failure: { readonly error: unknown } | undefined): void {
    this.#outstanding -= 1;
    this.#failure ??= failure;
    if (failure === undefined) {
      this.#spent = 0;
      this.#progressAt = this.#clock.now();
    }
    if (this.#waiter === undefined) return;
    if (this.#failure !== undefined || this.#outstanding <= this.#waiter.limit) this.#waiter.wake();
  }

  /** Waits for `#settle`, the end of the hold time, or the client to go away. */
  async #wait(limit: number): Promise<void> {
    const signal = cancellationOf(this.#call);
    if (signal.aborted) throw clientGone(signal);
    const from = this.#clock.now();
    let timer: Disposable | undefined;
    let onAbort: () => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiter = { limit, wake: resolve };
        onAbort = () => reject(clientGone(signal));
        signal.addEventListener('abort', onAbort);
        const watch = (since: number) => {
          const late = () => {
            // Progress meanwhile gives the call more time.
            if (this.#progressAt > since) watch(this.#progressAt);
            else reject(new StreamError('REFUSED', 'not stored within the time that the call can be held', true));
          };
          timer = this.#clock.setTimeout(late, Math.max(0, since + this.left(since) - this.#clock.now()));
        };
        watch(from);
      });
    } finally {
      this.#waiter = undefined;
      timer?.[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
      this.#charge(from);
    }
  }
}

/** Reading `signal` may make one, which the call's own cancellation saves. */
const cancellationOf = (call: Delivery<unknown>['call']): AbortSource => call.cancellation ?? call.signal;

const clientGone = (signal: AbortSource): StreamError => new StreamError('REFUSED', 'the client went away', true, { cause: signal.reason });
