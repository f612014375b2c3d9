import type { Batch } from '../api/streams.js';
import type { Collector } from './types.js';

/** Handles a stream in place of the module that would; holds or fails batches when told to. */
export class StreamCollector<T> implements Collector<T> {
  readonly batches: Batch<T>[] = [];
  #failures = 0;
  #failure: Error | undefined;
  #gate: { readonly open: Promise<void>; readonly release: () => void } | undefined;

  get items(): readonly T[] {
    return this.batches.flatMap((batch) => batch.items);
  }

  block(): void {
    if (this.#gate !== undefined) return;
    let release: () => void = () => undefined;
    const open = new Promise<void>((done) => {
      release = done;
    });
    this.#gate = { open, release };
  }

  release(): void {
    this.#gate?.release();
    this.#gate = undefined;
  }

  fail(count: number, error?: Error): void {
    this.#failures = count;
    this.#failure = error;
  }

  /** A batch is recorded when it is handled: after it was held, and only if it did not fail. */
  async handle(batch: Batch<T>, signal: AbortSignal): Promise<void> {
    if (this.#failures > 0) {
      this.#failures--;
      throw this.#failure ?? new Error('the collector was told to fail');
    }
    while (this.#gate !== undefined) await Promise.race([this.#gate.open, aborted(signal)]);
    this.batches.push(batch);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
