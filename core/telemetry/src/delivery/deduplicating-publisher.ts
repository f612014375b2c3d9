import { type Clock, type Publisher, type Receipt, StreamError } from '@skein/core';
import { type Flight, RememberedIds } from './remembered-ids.js';

/** All of the batch had been stored before. */
const DURABLE: Receipt = { handled: Promise.resolve() };

/** Whoever wants to know of a failure awaits the receipt. */
const ignored = (): void => undefined;

type PublishOptions = Parameters<Publisher<unknown>['publish']>[1];

/** By what copies are recognised, and for how long. */
export interface DedupeOptions<T> {
  /** The same for copies of one item. Items without an id, '', are all new. */
  readonly idOf: (item: T) => string;
  readonly windowMs: number;
  /** Ids that are remembered; with more, the older half is forgotten before its time. */
  readonly limit: number;
  /** What an item is called in an error, `segment`. */
  readonly what: string;
}

/**
 * Recognises items, such as segments, that a sender sends again. A copy of a durable one is acknowledged at once. A copy of one that is
 * still under way shares its fate: it is acknowledged when the first is durable, and refused as retryable when the first failed. Only the
 * number of such copies is kept, not their bytes, so a storm of them takes no memory past the gate.
 */
export class DeduplicatingPublisher<T> implements Publisher<T> {
  readonly ids: RememberedIds;

  constructor(
    private readonly publisher: Publisher<T>,
    private readonly clock: Clock,
    private readonly options: DedupeOptions<T>,
  ) {
    this.ids = new RememberedIds(options.windowMs, options.limit, clock.now());
  }

  async publish(items: readonly T[], options?: PublishOptions): Promise<Receipt> {
    const flight = new OwnFlight();
    const { fresh, ids, copies } = this.sort(items, flight);
    if (copies === undefined) return fresh.length === 0 ? DURABLE : this.send(fresh, ids, flight, options);
    const followed = Promise.all([...copies].map(([first, count]) => this.follow(first, count)));
    followed.catch(ignored);
    const receipt = fresh.length === 0 ? DURABLE : await this.send(fresh, ids, flight, options);
    const handled = Promise.all([followed, receipt.handled]).then(() => undefined);
    handled.catch(ignored);
    return { handled };
  }

  skip(count: number, reason: string): void {
    this.publisher.skip(count, reason);
  }

  deduplicated(count: number): void {
    this.publisher.deduplicated(count);
  }

  /** Tells new items from copies, and writes the new ones down as being under way. `fresh` is `items` where all are new. */
  private sort(
    items: readonly T[],
    flight: Flight,
  ): { fresh: readonly T[]; ids: readonly string[]; copies: Map<Flight, number> | undefined } {
    const now = this.clock.now();
    const { idOf } = this.options;
    const ids: string[] = [];
    let fresh: T[] | undefined;
    let copies: Map<Flight, number> | undefined;
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!;
      const id = idOf(item);
      const first = id === '' ? undefined : this.ids.find(id, now);
      if (first === undefined) {
        fresh?.push(item);
        if (id === '') continue;
        ids.push(id);
        this.ids.remember(id, flight, now);
        continue;
      }
      fresh ??= items.slice(0, i);
      if (first.done || first === flight) {
        this.publisher.deduplicated(1);
      } else {
        copies ??= new Map();
        copies.set(first, (copies.get(first) ?? 0) + 1);
      }
    }
    return { fresh: fresh ?? items, ids, copies };
  }

  /** Only the ids wait for the receipt, not the items. */
  private async send(fresh: readonly T[], ids: readonly string[], flight: OwnFlight, options: PublishOptions): Promise<Receipt> {
    const failed = (error: unknown): never => {
      for (const id of ids) this.ids.forget(id, flight);
      flight.settle(false);
      throw error;
    };
    let receipt: Receipt;
    try {
      receipt = await this.publisher.publish(fresh, options);
    } catch (error) {
      return failed(error);
    }
    const handled = receipt.handled.then(() => flight.settle(true), failed);
    handled.catch(ignored);
    return { handled };
  }

  /** Waits for the first copies. When they were not stored, whoever sent these has to send again, as whoever sent the first. */
  private async follow(first: Flight, copies: number): Promise<void> {
    if (await first.settled) {
      this.publisher.deduplicated(copies);
      return;
    }
    this.publisher.skip(copies, 'first-copy-failed');
    throw new StreamError('FAILED', `the first copy of a ${this.options.what} was not stored`, true);
  }
}

/** There is one for each batch of the last minutes, so that it is small: most are never followed. */
class OwnFlight implements Flight {
  done = false;
  private fate: boolean | undefined;
  private followers: ((durable: boolean) => void)[] | undefined;

  get settled(): Promise<boolean> {
    if (this.fate !== undefined) return Promise.resolve(this.fate);
    return new Promise((resolve) => {
      this.followers ??= [];
      this.followers.push(resolve);
    });
  }

  settle(durable: boolean): void {
    this.fate = durable;
    this.done = durable;
    const { followers = [] } = this;
    this.followers = undefined;
    for (const resolve of followers) resolve(durable);
  }
}
