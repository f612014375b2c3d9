import {
  type Found,
  type Limits,
  matchesAll,
  matchesTags,
  matchesText,
  type RecordModel,
  type Row,
  type Storage,
} from '@skein/telemetry/storage';
import { hashText, type TextHash } from '../bytes/text-hash.js';
import { type Database, pages } from '../level/database.js';
import { blockKey, postingKey, sequenceOf } from '../level/keys.js';
import { Budget } from '../level/pacer.js';
import type { BlockCache } from './block-cache.js';
import { RecordBlock } from './block-codec.js';
import { decodePosting, intersect, type Posting, unite } from './posting-codec.js';
import { orderFields, type RecordBounds } from './record-bounds.js';
import { type HourSummary, hourStart, type RecordHours } from './record-hours.js';
import { ALL, ALL_HASH, type Term, termsOf } from './record-index.js';
import { RowCollector, type RowOrder } from './row-collector.js';

type RecordQuery = Parameters<Storage['records']>[0];
type GroupQuery = Parameters<Storage['group']>[0];

/** Steps that one search may take: a row read or a posting looked at each. */
const SCAN_LIMIT = 2_000_000;

/** What a search sees: rows in memory, and blocks whose sequence is at most `last`; later ones hold rows that are in `rows`. */
export interface RecordView {
  readonly rows: readonly Row[];
  readonly last: number;
}

/** Part of the store that a search has not looked into yet, with the best that can be in it. */
interface Node {
  readonly bound: number;
  readonly hour?: readonly [hour: number, summary: HourSummary];
  readonly found?: { readonly partition: number; readonly sequence: number; readonly posting: Posting };
}

/** Searches records in blocks and memory. */
export class RecordSearch {
  readonly #database: Database;
  readonly #hours: RecordHours;
  readonly #cache: BlockCache;

  constructor(database: Database, hours: RecordHours, cache: BlockCache) {
    this.#database = database;
    this.#hours = hours;
    this.#cache = cache;
  }

  /** Looks where the best rows can be first, hours then postings then blocks, and stops when what is left cannot be better. */
  async records(query: RecordQuery, view: RecordView, limits: Limits): Promise<Found<Row>> {
    const { model } = query;
    const budget = new Budget(limits, SCAN_LIMIT);
    const order: RowOrder = query.order ?? { by: model.time, descending: true };
    const collector = new RowCollector(model, order, query.distinct, query.offset + query.limit);
    for (const [index, row] of view.rows.entries()) {
      if (index % 256 === 0 && !(await budget.spend(256))) break;
      if (matchesQuery(query, row)) collector.offer({ row, sequence: Number.POSITIVE_INFINITY, index });
    }
    const field = orderFields(model).indexOf(order.by);
    const nodes = new NodeQueue();
    const bound = (bounds: RecordBounds): number => bestOf(bounds, field, order.descending);
    for (const hour of this.#hours.of(model.name)) {
      if (inRange(hour[1].bounds, query)) nodes.add({ bound: bound(hour[1].bounds), hour });
    }
    const terms = termsOf(model, query.where, query.tags);
    for (let node = nodes.take(); node !== undefined; node = nodes.take()) {
      if (!collector.wants(node.bound)) break;
      if (!(await budget.spend(0))) break;
      if (node.hour) {
        for (const found of await this.#postings(model, terms, node.hour, view.last, budget)) {
          if (inRange(found.posting.bounds, query)) nodes.add({ bound: bound(found.posting.bounds), found });
        }
      } else if (node.found) await this.#visit(query, node.found, bound, collector, budget);
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
    for (const partition of this.#hours.partitions(model.name)) {
      const range = {
        gte: postingKey(partition, model.name, group, hash, 0),
        lt: postingKey(partition, model.name, group, hash, 2 ** 48 - 1),
      };
      for await (const page of pages(this.#database, range)) {
        for (const [postingAt, value] of page) {
          const sequence = sequenceOf(postingAt);
          if (sequence > last) continue;
          for (const [block, rows] of decodePosting(value).blocks) {
            const found = this.#block(partition, model.name, sequence + block);
            if (!(await budget.spend(rows.length))) return;
            if (found) this.#cache.set(sequence + block, found);
            for (const row of found?.rows.whole(rows) ?? []) if (!add(row, key)) return;
          }
        }
      }
    }
  }

  /** The postings of an hour's flushes that meet all terms. */
  async #postings(
    model: RecordModel,
    terms: readonly Term[],
    [hour, { partition }]: readonly [number, HourSummary],
    last: number,
    budget: Budget,
  ): Promise<{ readonly partition: number; readonly sequence: number; readonly posting: Posting }[]> {
    let found: Map<number, Posting> | undefined;
    for (const { field, hashes } of terms.length > 0 ? terms : [{ field: ALL, hashes: [ALL_HASH] }]) {
      const met = new Map<number, Posting>();
      for (const hash of hashes) {
        for (const [sequence, posting] of await this.#read(model, field, hash, hour, partition, last, budget)) {
          const other = met.get(sequence);
          met.set(sequence, other === undefined ? posting : unite(other, posting));
        }
      }
      found = found === undefined ? met : intersectAll(found, met);
      if (found.size === 0) break;
    }
    return [...(found ?? [])].map(([sequence, posting]) => ({ partition, sequence, posting }));
  }

  async #read(
    model: RecordModel,
    field: string,
    hash: TextHash,
    hour: number,
    partition: number,
    last: number,
    budget: Budget,
  ): Promise<[number, Posting][]> {
    const read: [number, Posting][] = [];
    const at = (sequence: number): Buffer => postingKey(partition, model.name, field, hash, sequence);
    for await (const page of pages(this.#database, { gte: at(hourStart(hour)), lt: at(hourStart(hour + 1)) })) {
      for (const [key, value] of page) if (sequenceOf(key) <= last) read.push([sequenceOf(key), decodePosting(value)]);
      if (!(await budget.spend(page.length))) break;
    }
    return read;
  }

  async #visit(
    query: RecordQuery,
    found: NonNullable<Node['found']>,
    bound: (bounds: RecordBounds) => number,
    collector: RowCollector,
    budget: Budget,
  ): Promise<void> {
    const { model } = query;
    const bodied = query.body === true && model.body !== undefined;
    // The last block first: mostly the newest rows are wanted.
    for (const [place, rows] of [...found.posting.blocks].reverse()) {
      const sequence = found.sequence + place;
      const block = this.#block(found.partition, model.name, sequence);
      if (block === undefined || !inRange(block.bounds, query) || !collector.wants(bound(block.bounds))) continue;
      this.#cache.set(sequence, block);
      for (const index of rows) {
        // The body is read for the few rows that are shown.
        const row = block.rows.row(index);
        if (matchesQuery(query, row))
          collector.offer({ row, sequence, index, ...(bodied && { whole: () => block.rows.whole([index])[0]! }) });
      }
      if (!(await budget.spend(rows.length))) return;
    }
  }

  /** undefined: retention was faster than the search. */
  #block(partition: number, model: string, sequence: number): RecordBlock | undefined {
    const known = this.#cache.get(sequence);
    if (known !== undefined) return known;
    const bytes = this.#database.getSync(blockKey(partition, model, sequence));
    return bytes && new RecordBlock(bytes);
  }
}

function withoutBody(body: string, row: Row): Row {
  if (row[body] === undefined) return row;
  const { [body]: _left, ...shown } = row;
  return shown;
}

function matchesQuery({ model, range, where, tags, text }: RecordQuery, row: Row): boolean {
  const time = row[model.time] as number;
  return (
    time >= range.from &&
    time < range.to &&
    matchesAll(row, where) &&
    (model.tags === undefined || matchesTags(row[model.tags], tags)) &&
    (model.text === undefined || matchesText(row[model.text], text))
  );
}

function inRange({ fields }: RecordBounds, { range, where, model }: RecordQuery): boolean {
  const [min, max] = fields[0]!;
  if (max < range.from || min >= range.to) return false;
  const names = orderFields(model);
  return (where ?? []).every(([field, op, wanted]) => {
    const bounds = fields[names.indexOf(field)];
    if (bounds === undefined || typeof wanted !== 'number') return true;
    return op === '>='
      ? bounds[1] >= wanted
      : op === '<='
        ? bounds[0] <= wanted
        : op === '='
          ? bounds[0] <= wanted && bounds[1] >= wanted
          : true;
  });
}

/** The best value of the order that rows with these bounds can have, larger is better. Where no row has one, the worst. */
function bestOf({ fields }: RecordBounds, field: number, descending: boolean): number {
  const bounds = fields[field];
  if (bounds === undefined) return Number.POSITIVE_INFINITY;
  return descending ? bounds[1] : -bounds[0];
}

function intersectAll(a: ReadonlyMap<number, Posting>, b: ReadonlyMap<number, Posting>): Map<number, Posting> {
  const both = new Map<number, Posting>();
  for (const [sequence, posting] of a) {
    const other = b.get(sequence);
    const met = other && intersect(posting, other);
    if (met) both.set(sequence, met);
  }
  return both;
}

/** Nodes by their bound, the best first. A binary heap. */
class NodeQueue {
  readonly #heap: Node[] = [];

  add(node: Node): void {
    const heap = this.#heap;
    let at = heap.push(node) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.bound >= node.bound) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = node;
  }

  take(): Node | undefined {
    const heap = this.#heap;
    const best = heap[0];
    const last = heap.pop();
    if (best === undefined || last === undefined || heap.length === 0) return best;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.bound > heap[child]!.bound) child++;
      if (heap[child]!.bound <= last.bound) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return best;
  }
}
