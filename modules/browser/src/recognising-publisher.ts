import { type Clock, type Publisher, type Receipt, StreamError } from '@skein/core';
import type { BrowserItem } from './report.js';

/** What became of the logs that were published together. */
class Flight {
  /** Settles as the receipt of the logs does. */
  readonly handled: Promise<void>;
  /** They are durable. */
  done = false;
  private resolve: () => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor() {
    this.handled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who needs it awaits it; often nobody does.
    this.handled.catch(() => undefined);
  }

  land(): void {
    this.done = true;
    this.resolve();
  }

  fail(error: unknown): void {
    this.reject(error);
  }
}

const DURABLE: Receipt = { handled: Promise.resolve() };

type PublishOptions = Parameters<Publisher<BrowserItem>['publish']>[1];

/**
 * Recognises error logs that come again, by service and the sender's id: skywalking-client-js sends the logs that wait when a page is left
 * once for each of them. A copy of a durable log is acknowledged at once; a copy of one under way shares its fate. Ids are remembered for
 * at least the window, at most twice as long; with more than `limit` of them the older half is forgotten.
 */
export class RecognisingPublisher implements Publisher<BrowserItem> {
  private young = new Map<string, Flight>();
  private old = new Map<string, Flight>();
  private youngSince: number;

  constructor(
    private readonly publisher: Publisher<BrowserItem>,
    private readonly clock: Clock,
    private readonly options: { readonly windowMs: number; readonly limit: number },
  ) {
    this.youngSince = clock.now();
  }

  /** How many ids are remembered. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  async publish(items: readonly BrowserItem[], options?: PublishOptions): Promise<Receipt> {
    if (items.every(({ repetition }) => repetition === '')) return this.publisher.publish(items, options);
    const flight = new Flight();
    const { fresh, copies } = this.sort(items, flight);
    const followed = [...copies].map(([first, count]) => this.follow(first, count));
    const receipt = fresh.length === 0 ? DURABLE : await this.send(fresh, flight, options);
    if (followed.length === 0) return receipt;
    const handled = Promise.all([receipt.handled, ...followed]).then(() => undefined);
    handled.catch(() => undefined);
    return { handled };
  }

  skip(count: number, reason: string): void {
    this.publisher.skip(count, reason);
  }

  deduplicated(count: number): void {
    this.publisher.deduplicated(count);
  }

  /** Tells new logs from copies, and writes the new ones down as being under way. */
  private sort(items: readonly BrowserItem[], flight: Flight): { fresh: readonly BrowserItem[]; copies: ReadonlyMap<Flight, number> } {
    this.age();
    const fresh: BrowserItem[] = [];
    const copies = new Map<Flight, number>();
    for (const item of items) {
      const id = item.repetition;
      const first = id === '' ? undefined : (this.young.get(id) ?? this.old.get(id));
      if (first === undefined) {
        fresh.push(item);
        if (id !== '') this.remember(id, flight);
      } else if (first.done || first === flight) this.publisher.deduplicated(1);
      else copies.set(first, (copies.get(first) ?? 0) + 1);
    }
    return { fresh, copies };
  }

  private async send(fresh: readonly BrowserItem[], flight: Flight, options: PublishOptions): Promise<Receipt> {
    // Only the ids wait for the receipt, not the logs.
    const ids = fresh.map(({ repetition }) => repetition);
    const failed = (error: unknown): never => {
      this.forget(ids, flight);
      flight.fail(error);
      throw error;
    };
    const receipt = await this.publisher.publish(fresh, options).catch(failed);
    const handled = receipt.handled.then(() => flight.land(), failed);
    handled.catch(() => undefined);
    return { handled };
  }

  /** When the first copy was not stored, whoever sent this one has to send it again, as whoever sent the first. */
  private follow(first: Flight, copies: number): Promise<void> {
    const followed = first.handled.then(
      () => this.publisher.deduplicated(copies),
      (cause: unknown) => {
        this.publisher.skip(copies, 'first-copy-failed');
        throw new StreamError('FAILED', 'the first copy of an error log was not stored', true, { cause });
      },
    );
    followed.catch(() => undefined);
    return followed;
  }

  private remember(id: string, flight: Flight): void {
    if (this.young.size >= this.options.limit / 2) this.turn();
    this.young.set(id, flight);
  }

  private forget(ids: readonly string[], flight: Flight): void {
    for (const id of ids) for (const known of [this.young, this.old]) if (known.get(id) === flight) known.delete(id);
  }

  private age(): void {
    const age = this.clock.now() - this.youngSince;
    if (age < this.options.windowMs) return;
    // After a long silence both generations are past the window.
    if (age >= 2 * this.options.windowMs) this.young = new Map();
    this.turn();
  }

  private turn(): void {
    this.old = this.young;
    this.young = new Map();
    this.youngSince = this.clock.now();
  }
}
