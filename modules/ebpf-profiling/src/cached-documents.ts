import type { Clock } from '@skein/core';
import type { Storage } from '@skein/telemetry/storage';

/** Most documents of one kind that are read; whoever adds one checks it. */
export const MAX_DOCUMENTS = 10_000;

/** All documents of a kind by their id, read anew when what is known of them is older than `maxAgeMs`: other servers change them, too. */
export class CachedDocuments<T> {
  #known: ReadonlyMap<string, T> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<ReadonlyMap<string, T>> | undefined;
  /** Grows with every change made here: what was begun to be read before one is not kept. */
  #changes = 0;

  constructor(
    private readonly storage: Storage,
    private readonly kind: string,
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
  ) {}

  get size(): number {
    return this.#known.size;
  }

  /** Rejects when the storage does. */
  async all(): Promise<ReadonlyMap<string, T>> {
    if (this.clock.now() - this.#readAt < this.maxAgeMs) return this.#known;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** After a change made here: the next who asks sees it. */
  changed(): void {
    this.#changes++;
    this.#readAt = Number.NEGATIVE_INFINITY;
    this.#reading = undefined;
  }

  async #read(): Promise<ReadonlyMap<string, T>> {
    const changes = this.#changes;
    const readAt = this.clock.now();
    const documents = await this.storage.documents(this.kind, { limit: MAX_DOCUMENTS });
    const read = new Map(documents.map(({ id, value }) => [id, value as T]));
    if (changes === this.#changes) {
      this.#known = read;
      this.#readAt = readAt;
    }
    return read;
  }
}
