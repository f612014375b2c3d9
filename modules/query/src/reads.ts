import type { Meter } from '@skein/core';
import { DeadlineError, type Found, type Limits, type Storage } from '@skein/telemetry/storage';
import { IncompleteError, QueryError, type ReadOptions } from './contract/common.js';
import type { LimitedReads } from './contract/reads.js';
import { fairTurn } from './contract/turns.js';
import { SeriesBatches } from './series-batches.js';

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

/** Storage reads under the module's deadline. What comes back incomplete is counted and told, so that nobody takes it for the whole. */
export class Reads implements LimitedReads {
  readonly #incomplete: ReturnType<Meter['counter']>;
  readonly #series: SeriesBatches;

  constructor(
    readonly storage: Storage,
    readonly settings: ReadSettings,
    meter: Meter,
  ) {
    this.#series = new SeriesBatches(storage);
    this.#incomplete = meter.counter(
      'query_incomplete_total',
      'Reads that ended at their deadline or at a limit before they had seen everything',
    );
  }

  async records(q: Arguments<'records'>, o?: ReadOptions) {
    return this.#items(q.model.name, await this.storage.records(q, await this.#limits(o)), o);
  }

  /** At most `limit` rows; that there are more is a cut. */
  async group(q: Arguments<'group'>, o?: ReadOptions) {
    const found = await this.storage.group({ ...q, limit: q.limit + 1 }, await this.#limits(o));
    return this.#first(q.limit, q.model.name, found, o);
  }

  async entities(q: Arguments<'entities'>, o?: ReadOptions) {
    return this.#items(q.model.name, await this.storage.entities(q, await this.#limits(o)), o);
  }

  /** All of them, as far as the setting `maxRows` goes; that there are more is a cut. */
  async allEntities(q: Omit<Arguments<'entities'>, 'limit'>, o?: ReadOptions) {
    const { maxRows } = this.settings;
    const found = await this.storage.entities({ ...q, limit: maxRows + 1 }, await this.#limits(o));
    return this.#first(maxRows, q.model.name, found, o);
  }

  async rank(q: Arguments<'rank'>, o?: ReadOptions) {
    return this.#items(q.metric.name, await this.storage.rank(q, await this.#limits(o)), o);
  }

  /** Throws QueryError at the deadline, because half a series cannot be told from one with gaps. */
  async series(q: Arguments<'series'>, o?: ReadOptions) {
    const limits = await this.#limits(o);
    try {
      return await this.#series.read(q, limits);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      this.#incomplete.add(1, { of: q.scope });
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

  /** Counts and tells a cut. Throws IncompleteError if nobody listens. */
  cut(what: string, limit: string, o: ReadOptions | undefined): void {
    this.#incomplete.add(1, { of: what });
    if (o?.onCut === undefined) throw new IncompleteError({ what, limit });
    o.onCut({ what, limit });
  }

  async #limits(o: ReadOptions | undefined): Promise<Limits> {
    const signal = o?.signal ?? NEVER;
    // Reads that are answered from memory never leave the microtasks; without this, a query of a thousand reads would stop timers and ingestion.
    await fairTurn(signal);
    return { signal, deadlineMs: this.settings.deadlineMs };
  }

  #first<T>(most: number, what: string, found: Found<T>, o: ReadOptions | undefined): readonly T[] {
    if (found.items.length <= most) return this.#items(what, found, o);
    this.cut(what, `there are more than ${most} rows, and no more are given; narrow the search`, o);
    return found.items.slice(0, most);
  }

  #items<T>(what: string, found: Found<T>, o: ReadOptions | undefined): readonly T[] {
    const { deadlineMs } = this.settings;
    if (!found.complete) this.cut(what, `the search did not end in time (${deadlineMs} ms); narrow the range`, o);
    return found.items;
  }
}
