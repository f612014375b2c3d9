import { setMaxListeners } from 'node:events';
import type { Clock } from '../api/facilities.js';
import { type Handler, type Publisher, type Receipt, StreamError } from '../api/streams.js';
import type { StreamToken } from '../api/tokens.js';
import { EdgeBooks, type RefusalReason } from '../books/edge-books.js';
import type { AbortSource } from '../listeners/cancellation.js';
import { Admission, type AdmissionEvents, gaveUp, type Patience } from './admission.js';
import { awaitHandler } from './await-handler.js';
import { Flight, type FlightEvents, receiptError } from './flight.js';
import type { MemoryGuard } from './memory-guard.js';
import { Tap } from './tap.js';
import { WeightedGate } from './weighted-gate.js';

export const DEFAULT_CAPACITY = 32 * 1024 * 1024;
export const DEFAULT_WAIT_MS = 20_000;
/** Publishers that may wait at one gate, and the weight they may hold; when one is reached, the next is refused at once. */
const MAX_WAITING = 10_000;
const MAX_WAITING_WEIGHT = 8 * DEFAULT_CAPACITY;

const NOTHING_TO_LET_GO = (): void => undefined;
const NOTHING_TO_HANDLE: Receipt = { handled: Promise.resolve() };

export interface StreamReports {
  /** A handler failed; its publisher knows from the receipt, the operator from here. */
  failed(stream: string, handler: string, error: StreamError): void;
  /** A handler left out more items than its batch had. */
  miscounted(stream: string, handler: string): void;
}

/**
 * A stream of a running host: a weighted gate in front of one handler, and the books of every publisher.
 * It begins closed, is opened when its handler is ready, and is closed for good when its publishers have drained.
 */
export class Stream<T> {
  readonly token: StreamToken<T>;
  readonly tap = new Tap<T>();
  readonly #clock: Clock;
  readonly #reports: StreamReports;
  readonly #books: EdgeBooks[] = [];
  readonly #stop = new AbortController();
  /** What is being handled, and how to let go of it. */
  readonly #flights = new Map<Flight<unknown>, () => void>();
  /** Who had to wait at the gate. */
  readonly #waiting = new Set<Admission>();
  readonly #idle: (() => void)[] = [];
  readonly #events: FlightEvents;
  readonly #admissions: AdmissionEvents;
  #gate = new WeightedGate(DEFAULT_CAPACITY);
  #waitMs = DEFAULT_WAIT_MS;
  #handler: Handler<T> | undefined;
  #handlerName = '';
  #open = false;

  constructor(token: StreamToken<T>, clock: Clock, reports: StreamReports) {
    this.token = token;
    this.#clock = clock;
    this.#reports = reports;
    // Every batch in flight may listen to it.
    setMaxListeners(0, this.#stop.signal);
    this.#events = {
      settled: (flight, error) => this.#settled(flight, error),
      miscounted: () => reports.miscounted(token.id, this.#handlerName),
    };
    this.#admissions = {
      admitted: (admission) => {
        this.#waiting.delete(admission);
        this.#start(admission.flight as Flight<T>);
      },
      gaveUp: (admission, error, reason) => this.#refuse(admission, error, reason),
    };
  }

  get id(): string {
    return this.token.id;
  }

  get hasHandler(): boolean {
    return this.#handler !== undefined;
  }

  get gate(): WeightedGate {
    return this.#gate;
  }

  /** `capacity`: weight admitted at once, above 0. `waitMs`: how long a publisher waits for room unless it says otherwise. */
  attach(module: string, handler: Handler<T>, o: { readonly capacity?: number; readonly waitMs?: number } = {}): void {
    if (this.#handler !== undefined) throw new Error(`the stream "${this.id}" has a handler already: ${this.#handlerName}`);
    if (o.capacity !== undefined && !(o.capacity > 0)) throw new RangeError(`capacity of the stream "${this.id}" must be above 0`);
    this.#gate = new WeightedGate(o.capacity ?? DEFAULT_CAPACITY);
    this.#waitMs = o.waitMs ?? DEFAULT_WAIT_MS;
    this.#handlerName = module;
    this.#handler = handler;
  }

  /** A publisher with books of its own. `guard` refuses its batches while the process holds too much memory. */
  publisher(module: string, guard?: MemoryGuard): Publisher<T> {
    const books = new EdgeBooks(this.id, module);
    this.#books.push(books);
    return {
      publish: (items, o = {}) => this.#publish(module, books, guard, items, o),
      skip: (count, reason) => {
        books.receive(wholeCount(count));
        books.skip(wholeCount(count), reason);
      },
      deduplicated: (count) => {
        books.receive(wholeCount(count));
        books.deduplicate(wholeCount(count));
      },
    };
  }

  books(): readonly EdgeBooks[] {
    return this.#books;
  }

  open(): void {
    this.#open = true;
  }

  /** From now on publishers get CLOSED; who waits already keeps the place in the line. */
  close(): void {
    this.#open = false;
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isIdle()) resolve();
      else this.#idle.push(resolve);
    });
  }

  /** Gives up everything that is not handled yet: it counts as refused or failed, receipts are rejected. Returns the items lost. */
  abandon(): number {
    this.#open = false;
    const error = new StreamError('CLOSED', `the host stopped before the stream "${this.id}" was empty`, true);
    const before = this.#inFlight();
    this.#gate.shut();
    for (const admission of [...this.#waiting]) this.#refuse(admission, error, 'closed');
    this.#stop.abort(error);
    for (const [flight, letGo] of [...this.#flights]) {
      letGo();
      flight.failed(error);
    }
    this.tap.close();
    return before - this.#inFlight();
  }

  #publish(
    module: string,
    books: EdgeBooks,
    guard: MemoryGuard | undefined,
    items: readonly T[],
    o: { readonly waitMs?: number; readonly signal?: AbortSource },
  ): Promise<Receipt> {
    if (items.length === 0) return Promise.resolve(NOTHING_TO_HANDLE);
    books.receive(items.length);
    const obstacle = this.#obstacle(guard, o.signal);
    if (obstacle !== undefined) {
      books.refuse(items.length, obstacle.reason);
      return Promise.reject(obstacle.error);
    }
    const weight = weigh(this.token, items);
    if (weight instanceof StreamError) {
      books.skip(items.length, 'rejected');
      return Promise.reject(weight);
    }
    const flight = new Flight(items, { module, receivedAt: this.#clock.now() }, weight, books, this.#events);
    return this.#enter(flight, { waitMs: o.waitMs ?? this.#waitMs, signal: o.signal });
  }

  /** What keeps a batch from even waiting. */
  #obstacle(guard: MemoryGuard | undefined, signal: AbortSource | undefined): { error: StreamError; reason: RefusalReason } | undefined {
    if (!this.#open || this.#handler === undefined) {
      return { reason: 'closed', error: new StreamError('CLOSED', `the stream "${this.id}" is not open`, true) };
    }
    if (signal?.aborted) return { reason: 'aborted', error: gaveUp(this.id, signal) };
    if (guard?.exceeded()) return { reason: 'memory', error: new StreamError('REFUSED', 'the process is at its memory limit', true) };
    if (this.#gate.waiting >= MAX_WAITING || this.#gate.waitingWeight >= MAX_WAITING_WEIGHT) {
      return {
        reason: 'too-many-waiting',
        error: new StreamError('REFUSED', `too many publishers wait for the stream "${this.id}"`, true),
      };
    }
    return undefined;
  }

  #enter(flight: Flight<T>, patience: Patience): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const admission = new Admission(flight as Flight<unknown>, resolve, reject, this.id, this.#admissions);
      this.#gate.join(admission);
      if (admission.isAdmitted) return;
      this.#waiting.add(admission);
      admission.wait(patience, this.#clock);
    });
  }

  /** A publisher at the gate waits no longer. */
  #refuse(admission: Admission, error: StreamError, reason: RefusalReason): void {
    admission.stopWaiting();
    this.#waiting.delete(admission);
    if (!this.#gate.leave(admission)) return;
    admission.flight.refused(reason);
    admission.reject(error);
    this.#tellIdle();
  }

  #start(flight: Flight<T>): void {
    const anyFlight = flight as Flight<unknown>;
    this.#flights.set(anyFlight, NOTHING_TO_LET_GO);
    this.tap.show(flight);
    const handler = this.#handler!;
    const letGo = awaitHandler(() => handler(flight, this.#stop.signal), {
      done: () => flight.done(),
      failed: (error) => flight.failed(receiptError(this.id, this.#handlerName, error)),
    });
    if (letGo !== undefined && this.#flights.has(anyFlight)) this.#flights.set(anyFlight, letGo);
  }

  #settled(flight: Flight<unknown>, error: StreamError | undefined): void {
    this.#flights.delete(flight);
    if (error !== undefined) this.#reports.failed(this.id, this.#handlerName, error);
    this.#gate.release(flight.weight);
    this.#tellIdle();
  }

  #inFlight(): number {
    return this.#books.reduce((sum, books) => sum + books.entry().inFlight, 0);
  }

  #isIdle(): boolean {
    return this.#flights.size === 0 && this.#gate.waiting === 0;
  }

  #tellIdle(): void {
    if (this.#idle.length === 0 || !this.#isIdle()) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const wholeCount = (count: number): number => (Number.isInteger(count) && count > 0 ? count : 0);

/** The weight of a batch: at least 1 an item, so that no number of weightless items passes the gate. */
function weigh<T>(token: StreamToken<T>, items: readonly T[]): number | StreamError {
  try {
    let sum = 0;
    for (const item of items) sum += Math.max(1, token.weigh(item));
    if (Number.isFinite(sum)) return sum;
    return new StreamError('REJECTED', `an item for the stream "${token.id}" has no finite weight`, false);
  } catch (error) {
    return new StreamError('REJECTED', `an item for the stream "${token.id}" cannot be weighed`, false, { cause: error });
  }
}
