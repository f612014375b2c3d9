import { type Clock, type Publisher, type Receipt, StreamError } from '@skein/core';
import { type Flight, RememberedIds } from './remembered-ids.js';
import type { SegmentItem } from './segment-item.js';

/** All of the batch had been stored before. */
const DURABLE: Receipt = { handled: Promise.resolve() };

/** Whoever wants to know of a failure awaits the receipt. */
const ignored = (): void => undefined;

type PublishOptions = Parameters<Publisher<SegmentItem>['publish']>[1];

/**
 * Recognises segments that a sender sends again. A copy of a durable segment is acknowledged at once. A copy of one that is still under way
 * shares its fate: it is acknowledged when the first is durable, and refused as retryable when the first failed. Only the number of such
 * copies is kept, not their bytes, so a storm of them takes no memory past the gate. Segments without an id are all new.
 */
export class DeduplicatingPublisher implements Publisher<SegmentItem> {
  readonly ids: RememberedIds;

  constructor(
    private readonly publisher: Publisher<SegmentItem>,
    private readonly clock: Clock,
    options: { readonly windowMs: number; readonly limit: number },
  ) {
    this.ids = new RememberedIds(options.windowMs, options.limit, clock.now());
  }

  async publish(items: readonly SegmentItem[], options?: PublishOptions): Promise<Receipt> {
    const flight = new OwnFlight();
    const { fresh, copies } = this.sort(items, flight);
    if (copies === undefined) return fresh.length === 0 ? DURABLE : this.send(fresh, flight, options);
    const followed = Promise.all([...copies].map(([first, count]) => this.follow(first, count)));
    followed.catch(ignored);
    const receipt = fresh.length === 0 ? DURABLE : await this.send(fresh, flight, options);
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

  /** Tells new segments from copies, and writes the new ones down as being under way. `fresh` is `items` where all are new. */
  private sort(items: readonly SegmentItem[], flight: Flight): { fresh: readonly SegmentItem[]; copies: Map<Flight, number> | undefined } {
    const now = this.clock.now();
    let fresh: SegmentItem[] | undefined;
    let copies: Map<Flight, number> | undefined;
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!;
      const { segmentId } = item;
      const first = segmentId === '' ? undefined : this.ids.find(segmentId, now);
      if (first === undefined) {
        fresh?.push(item);
        if (segmentId !== '') this.ids.remember(segmentId, flight, now);
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
    return { fresh: fresh ?? items, copies };
  }

  private async send(fresh: readonly SegmentItem[], flight: OwnFlight, options: PublishOptions): Promise<Receipt> {
    // Only the ids wait for the receipt, not the segments.
    const ids = fresh.map(({ segmentId }) => segmentId);
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
    throw new StreamError('FAILED', 'the first copy of a segment was not stored', true);
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
