import type { Subscriber } from 'rxjs';
// The same class as that of 'rxjs', which would read all its 220 files at every start.
import { Observable } from 'rxjs/internal/Observable';
import type { Batch } from '../api/streams.js';

const MAX_WAITING = 256;
const BATCHES_PER_TURN = 16;

/**
 * Shows the batches of a stream to subscribers, best effort: each subscriber has a queue of 256 batches that is emptied in turns of the
 * event loop of its own, so that a subscriber never runs inside a publisher. When the queue is full the oldest batch is dropped and counted.
 * A subscriber must handle its own errors, as with every observable.
 */
export class Tap<T> {
  readonly #queues = new Set<TapQueue<T>>();
  #closed = false;
  #dropped = 0;

  readonly batches = new Observable<Batch<T>>((subscriber) => {
    if (this.#closed) {
      subscriber.complete();
      return undefined;
    }
    const queue = new TapQueue(subscriber, (items) => {
      this.#dropped += items;
    });
    this.#queues.add(queue);
    return () => {
      this.#queues.delete(queue);
      queue.stop();
    };
  });

  /** Items dropped for all subscribers so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Shows the items that a batch has now; its handler may release them. */
  show({ items, origin }: Batch<T>): void {
    if (this.#queues.size === 0) return;
    const batch = { items, origin };
    for (const queue of this.#queues) queue.push(batch);
  }

  /** Ends all subscriptions; what is still queued is dropped and counted. */
  close(): void {
    this.#closed = true;
    for (const queue of [...this.#queues]) queue.complete();
  }
}

class TapQueue<T> {
  readonly #subscriber: Subscriber<Batch<T>>;
  readonly #onDrop: (items: number) => void;
  #waiting: Batch<T>[] = [];
  #turn: NodeJS.Immediate | undefined;

  constructor(subscriber: Subscriber<Batch<T>>, onDrop: (items: number) => void) {
    this.#subscriber = subscriber;
    this.#onDrop = onDrop;
  }

  push(batch: Batch<T>): void {
    this.#waiting.push(batch);
    if (this.#waiting.length > MAX_WAITING) this.#onDrop(this.#waiting.shift()?.items.length ?? 0);
    this.#turn ??= setImmediate(() => this.#deliver());
  }

  complete(): void {
    for (const batch of this.#waiting) this.#onDrop(batch.items.length);
    this.stop();
    this.#subscriber.complete();
  }

  stop(): void {
    this.#waiting = [];
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
  }

  #deliver(): void {
    this.#turn = undefined;
    for (const batch of this.#waiting.splice(0, BATCHES_PER_TURN)) this.#subscriber.next(batch);
    if (this.#waiting.length > 0) this.#turn ??= setImmediate(() => this.#deliver());
  }
}
