import type { Found, Limits, RecordModel, Row, Storage } from '@skein/telemetry/storage';
import { hashText } from '../bytes/text-hash.js';
import type { Database } from '../level/database.js';
import { blockKey } from '../level/keys.js';
import { Budget } from '../level/pacer.js';
import type { BlockCache } from './block-cache.js';
import { RecordBlock } from './block-codec.js';
import { FlushReads } from './flush-reads.js';
import { type Best, NodeQueue } from './node-queue.js';
import { readPostings } from './posting-reads.js';
import type { RecordBounds } from './record-bounds.js';
import { RecordFilter, type RecordQuery } from './record-filter.js';
import type { HourSummary, RecordHours } from './record-hours.js';
import { type Term, termsOf } from './record-index.js';
import { bestOfRow, RowCollector } from './row-collector.js';

type GroupQuery = Parameters<Storage['group']>[0];

/** Steps that one search may take: a row read or a posting looked at each. */
const SCAN_LIMIT = 2_000_000;
/** Bounds of blocks that are kept beside the blocks: about 200 bytes each. */
const MAX_BOUNDS = 16_384;
/** Parts that are read at the same time: the disk's threads work side by side, and the event loop is waited for once. */
const AT_ONCE = 8;

/** What a search sees: rows in memory, and blocks whose sequence is at most `last`; later ones hold rows that are in `rows`. */
export interface RecordView {
  readonly rows: readonly Row[];
  readonly last: number;
}

/** Part of the store that a search has not looked into yet, with the best that can be in it. */
interface Node {
  readonly best: Best;
  readonly hour?: readonly [hour: number, summary: HourSummary];
  readonly flush?: { readonly partition: number; readonly sequence: number };
  readonly block?: FoundBlock;
}

interface FoundBlock {
  readonly partition: number;
  readonly sequence: number;
  /** Numbers of the rows that postings name. */
  readonly rows: readonly number[];
}

/** One search under way. */
interface Search {
  readonly query: RecordQuery;
  readonly filter: RecordFilter;
  readonly terms: readonly Term[];
  readonly last: number;
  readonly budget: Budget;
  readonly collector: RowCollector;
  readonly nodes: NodeQueue<Node>;
}

/** Searches records in blocks and memory. */
export class RecordSearch {
  readonly #database: Database;
  readonly #hours: RecordHours;
  readonly #cache: BlockCache;
  readonly #flushes: FlushReads;
  /** Of blocks, by sequence: a search passes over most blocks because of them. The first ones to come leave first. */
  readonly #bounds = new Map<number, RecordBounds>();

  constructor(database: Database, hours: RecordHours, cache: BlockCache) {
    this.#database = database;
    this.#hours = hours;
    this.#cache = cache;
    this.#flushes = new FlushReads(database);
  }

  /** Looks where the best rows can be first, hours then flushes then blocks, and stops when what is left cannot be better. */
  async records(query: RecordQuery, view: RecordView, limits: Limits): Promise<Found<Row>> {
    const { model } = query;
    const filter = new RecordFilter(query);
    const search: Search = {
      query,
      filter,
      terms: termsOf(model, query.where, query.tags),
      last: view.last,
      budget: new Budget(limits, SCAN_LIMIT),
      collector: new RowCollector(model, filter.order, query.distinct, query.offset + query.limit),
      nodes: new NodeQueue(),
    };
    const { budget, collector, nodes } = search;
    for (let index = 0; index < view.rows.length; index++) {
      if (index % 256 === 0 && !(await budget.spend(256))) break;
      const row = view.rows[index]!;
      const { value, time } = bestOfRow(model, filter.order, row);
      if (collector.mayWant(value, time) && filter.matches(row)) collector.offer({ row, sequence: Number.POSITIVE_INFINITY, index });
    }
    for (const hour of this.#hours.of(model.name)) {
      if (filter.admits(hour[1].bounds)) nodes.add({ best: filter.bestOf(hour[1].bounds), hour });
    }
    let hours = 1;
    for (let node = nodes.take(); node !== undefined; node = nodes.take()) {
      if (!collector.wants(node.best)) break;
      if (!(await budget.spend(0))) break;
      if (node.block) await this.#visit(search, node.block);
      else if (node.flush) await this.#addBlocks(search, node.flush, node.best);
      else {
        // The longer it takes to find enough, the more hours at once.
        await this.#addFlushes(search, [node.hour!, ...this.#nextHours(search, hours - 1)]);
        hours = Math.min(hours * 2, AT_ONCE);
      }
    }
    const items = collector.best(query.offset, query.limit);
    const rows =
      query.body || model.body === undefined ? items.map(({ row }) => row) : items.map(({ row }) => withoutBody(model.body!, row));
    return { items: rows, complete: budget.complete };
  }

  /** All rows of the keys, in the order of the keys and then of their commits, with their bodies. */
  async group(query: GroupQuery, view: RecordView, limits: Limits): Promise<Found<Row>> {
    const { model, range, limit } = query;
    const group = model.group;
    if (group === undefined) return { items: [], complete: true };
    const budget = new Budget(limits, SCAN_LIMIT);
    const items: Row[] = [];
    const add = (row: Row, key: string): boolean => {
      if (row[group] !== key) return true;
      const time = row[model.time] as number;
      if (range && (time < range.from || time >= range.to)) return true;
      if (items.length >= limit) budget.cut();
      else items.push(row);
      return budget.complete;
    };
    for (const key of new Set(query.keys)) {
      await this.#groupOnDisk(model, group, key, view.last, budget, add);
      for (const row of view.rows) if (!add(row, key)) break;
      if (!(await budget.spend(view.rows.length / 16))) break;
    }
    return { items, complete: budget.complete };
  }

  async #groupOnDisk(
    model: RecordModel,
    group: string,
    key: string,
    last: number,
    budget: Budget,
    add: (row: Row, key: string) => boolean,
  ): Promise<void> {
    const hash = hashText(key);
    const partitions = this.#hours.partitions(model.name);
    for (let at = 0; at < partitions.length; at += AT_ONCE) {
      const some = partitions.slice(at, at + AT_ONCE);
      const read = (partition: number) =>
        readPostings(this.#database, { partition, model: model.name, field: group, hash, from: 0, until: last + 1 }, budget);
      for (const [i, found] of (await Promise.all(some.map(read))).entries()) {
        for (const [sequence, posting] of found) {
          for (const [place, rows] of posting.blocks) {
            const block = this.#block(some[i]!, model.name, sequence + place);
            if (!(await budget.spend(rows.length))) return;
            if (block) this.#cache.set(sequence + place, block);
            for (const row of block?.rows.whole(rows) ?? []) if (!add(row, key)) return;
          }
        }
      }
    }
  }

  /** The best hours, taken out of the queue as long as nothing better comes before them. */
  #nextHours({ nodes, collector }: Search, count: number): NonNullable<Node['hour']>[] {
    const hours: NonNullable<Node['hour']>[] = [];
    for (let next = nodes.first; next?.hour && hours.length < count && collector.wants(next.best); next = nodes.first) {
      hours.push(next.hour);
      nodes.take();
    }
    return hours;
  }

  async #addFlushes(search: Search, hours: readonly NonNullable<Node['hour']>[]): Promise<void> {
    const { query, filter, terms, last, budget, collector, nodes } = search;
    const found = await Promise.all(
      hours.map(([hour, { partition }]) => this.#flushes.flushes(query.model, terms, { hour, partition, last }, budget)),
    );
    for (const [i, flushes] of found.entries()) {
      const { partition } = hours[i]![1];
      for (const { sequence, bounds } of flushes) {
        if (!filter.admits(bounds)) continue;
        const best = filter.bestOf(bounds);
        if (collector.mayWant(best.value, best.time)) nodes.add({ best, flush: { partition, sequence } });
      }
    }
  }

  async #addBlocks(search: Search, { partition, sequence: first }: NonNullable<Node['flush']>, limit: Best): Promise<void> {
    const { query, filter, terms, budget, collector, nodes } = search;
    for (const [place, rows] of this.#flushes.rows(query.model, terms, partition, first)) {
      const sequence = first + place;
      const bounds = this.#boundsOf(partition, query.model.name, sequence);
      if (!(await budget.spend(1))) return;
      if (bounds === undefined || !filter.admits(bounds)) continue;
      const { value, time } = filter.bestOf(bounds);
      const best = { value: Math.min(value, limit.value), time: Math.min(time, limit.time) };
      if (collector.mayWant(best.value, best.time)) nodes.add({ best, block: { partition, sequence, rows } });
    }
  }

  async #visit({ query, filter, budget, collector }: Search, { partition, sequence, rows }: FoundBlock): Promise<void> {
    const { model } = query;
    const block = this.#block(partition, model.name, sequence);
    if (block === undefined) return;
    this.#cache.set(sequence, block);
    const bodied = query.body === true && model.body !== undefined;
    const numbers = filter.numbersOf(block.rows);
    for (const index of rows) {
      if (!numbers.match(index) || !collector.mayWant(numbers.value(index), numbers.time(index))) continue;
      // The body is read for the few rows that are shown.
      const row = block.rows.row(index);
      if (filter.matches(row)) collector.offer({ row, sequence, index, ...(bodied && { whole: () => block.rows.whole([index])[0]! }) });
    }
    await budget.spend(rows.length);
  }

  /** undefined: retention was faster than the search. */
  #block(partition: number, model: string, sequence: number): RecordBlock | undefined {
    const known = this.#cache.get(sequence);
    if (known !== undefined) return known;
    const bytes = this.#database.getSync(blockKey(partition, model, sequence));
    return bytes && new RecordBlock(bytes);
  }

  /** Bounds of a block; undefined as above. */
  #boundsOf(partition: number, model: string, sequence: number): RecordBounds | undefined {
    const known = this.#bounds.get(sequence);
    if (known !== undefined) return known;
    const bounds = this.#block(partition, model, sequence)?.bounds;
    if (bounds === undefined) return undefined;
    this.#bounds.set(sequence, bounds);
    if (this.#bounds.size > MAX_BOUNDS) this.#bounds.delete(this.#bounds.keys().next().value!);
    return bounds;
  }
}

function withoutBody(body: string, row: Row): Row {
  if (row[body] === undefined) return row;
  const { [body]: _left, ...shown } = row;
  return shown;
}
