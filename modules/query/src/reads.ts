import type { Logger, Meter } from '@skein/core';
import { DeadlineError, type Found, type Limits, type Storage } from '@skein/telemetry/storage';
import { QueryError, type ReadOptions } from './contract/common.js';

/** How long reads may keep the event loop to themselves. */
const SLICE_MS = 5;
const NEVER = new AbortController().signal;

type Arguments<K extends keyof Storage> = Storage[K] extends (q: infer Q, l: Limits) => unknown ? Q : never;

export interface ReadSettings {
  /** Longest search, ms. */
  readonly deadlineMs: number;
  /** Most rows of a metadata or topology list. */
  readonly maxRows: number;
  /** Largest page of a list. */
  readonly maxPage: number;
}

/** Storage reads under the module's deadline. What comes back incomplete is logged and counted, so that nobody takes it for the whole. */
export class Reads {
  readonly #incomplete: ReturnType<Meter['counter']>;
  #gaveWay = 0;

  constructor(
    readonly storage: Storage,
    readonly settings: ReadSettings,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.#incomplete = meter.counter(
      'query_incomplete_total',
      'Reads that ended at their deadline or at a limit before they had seen everything',
    );
  }

  async records(q: Arguments<'records'>, o?: ReadOptions) {
    return this.#items(q.model.name, await this.storage.records(q, await this.#limits(o)));
  }

  async group(q: Arguments<'group'>, o?: ReadOptions) {
    return this.#items(q.model.name, await this.storage.group(q, await this.#limits(o)));
  }

  async entities(q: Arguments<'entities'>, o?: ReadOptions) {
    return this.#items(q.model.name, await this.storage.entities(q, await this.#limits(o)));
  }

  async rank(q: Arguments<'rank'>, o?: ReadOptions) {
    return this.#items(q.metric.name, await this.storage.rank(q, await this.#limits(o)));
  }

  /** Throws QueryError at the deadline, because half a series cannot be told from one with gaps. */
  async series(q: Arguments<'series'>, o?: ReadOptions) {
    const limits = await this.#limits(o);
    try {
      return await this.storage.series(q, limits);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      this.cut(q.scope);
      throw new QueryError(`the read took longer than ${limits.deadlineMs} ms`, { cause: error });
    }
  }

  /** Offset and limit of a page. Throws QueryError when it is out of bounds. */
  page({ page, size }: { readonly page: number; readonly size: number }): { readonly offset: number; readonly limit: number } {
    const { maxPage } = this.settings;
    if (size < 1 || size > maxPage) throw new QueryError(`the page size must be 1 to ${maxPage} (got ${size})`);
    const offset = (Math.max(1, page) - 1) * size;
    if (offset > 100 * maxPage) throw new QueryError(`page ${page} of ${size} rows lies beyond row ${100 * maxPage}; narrow the search`);
    return { offset, limit: size };
  }

  /** A list was cut at one of this module's own limits. */
  cut(what: string): void {
    this.#incomplete.add(1, { of: what });
    this.logger.warn('a query result is incomplete', { of: what });
  }

  async #limits(o: ReadOptions | undefined): Promise<Limits> {
    const signal = o?.signal ?? NEVER;
    await this.#giveWay();
    signal.throwIfAborted();
    return { signal, deadlineMs: this.settings.deadlineMs };
  }

  /** Reads that are answered from memory never leave the microtasks; without this, a query of a thousand reads would stop timers and ingestion. */
  async #giveWay(): Promise<void> {
    if (performance.now() - this.#gaveWay < SLICE_MS) return;
    await new Promise(setImmediate);
    this.#gaveWay = performance.now();
  }

  #items<T>(what: string, found: Found<T>): readonly T[] {
    if (!found.complete) this.cut(what);
    return found.items;
  }
}
