import {
  compareValues,
  type Found,
  type Instant,
  matchesAll,
  matchesTags,
  matchesText,
  type RecordModel,
  type Row,
  type Storage,
  type Value,
} from '@skein/telemetry/storage';
import type { Pruned } from './pruned.js';
import type { Search } from './search.js';
import { weighRow } from './weight.js';

const MINUTE = 60_000;

type Query = Parameters<Storage['records']>[0];
interface StoredRow {
  readonly row: Row;
  readonly time: Instant;
  /** Order of arrival; decides among rows of equal order. */
  readonly sequence: number;
  readonly bytes: number;
}

/** The rows of one record model, in partitions by the minute of their time. */
export class RecordTable {
  bytes = 0;
  rows = 0;
  readonly #partitions = new Map<Instant, StoredRow[]>();
  readonly #ids = new Set<Value>();
  readonly #groups = new Map<Value, StoredRow[]>();
  #sequence = 0;

  constructor(readonly model: RecordModel) {}

  add(row: Row): void {
    const { id, group, time } = this.model;
    if (id !== undefined) {
      if (this.#ids.has(row[id]!)) return;
      this.#ids.add(row[id]!);
    }
    const stored: StoredRow = { row, time: row[time] as Instant, sequence: this.#sequence++, bytes: weighRow(row) };
    push(this.#partitions, Math.floor(stored.time / MINUTE) * MINUTE, stored);
    const key = group === undefined ? undefined : row[group];
    if (key !== undefined && key !== null) push(this.#groups, key, stored);
    this.bytes += stored.bytes;
    this.rows++;
  }

  async search(query: Query, search: Search): Promise<Found<Row>> {
    const order = query.order ?? { by: this.model.time, descending: true };
    const found = order.by === this.model.time ? await this.#byTime(query, order, search) : await this.#byField(query, order, search);
    const items = found.slice(query.offset, query.offset + query.limit).map(({ row }) => this.#shown(row, query.body === true));
    return { items, complete: search.complete };
  }

  async group(query: Parameters<Storage['group']>[0], search: Search): Promise<Found<Row>> {
    const { range, limit } = query;
    const items: Row[] = [];
    for (const key of new Set(query.keys)) {
      for (const { row, time } of this.#groups.get(key) ?? []) {
        if (search.due() && !(await search.pause())) return { items, complete: false };
        if (range && (time < range.from || time >= range.to)) continue;
        if (items.length >= limit) return { items, complete: false };
        items.push(row);
      }
    }
    return { items, complete: search.complete };
  }

  /** Start of the oldest partition. */
  oldest(): Instant | undefined {
    let oldest: Instant | undefined;
    for (const start of this.#partitions.keys()) if (oldest === undefined || start < oldest) oldest = start;
    return oldest;
  }

  /** Drops the partitions that end at or before the instant; undefined if there were none. */
  dropBefore(before: Instant, reason: Pruned['reason']): Pruned | undefined {
    const bytes = this.bytes;
    for (const start of [...this.#partitions.keys()]) if (start + MINUTE <= before) this.#drop(start);
    return bytes === this.bytes ? undefined : { model: this.model.name, before, bytes: bytes - this.bytes, reason };
  }

  #drop(start: Instant): void {
    const { id, group } = this.model;
    const dropped = new Set(this.#partitions.get(start));
    const keys = new Set<Value>();
    this.#partitions.delete(start);
    for (const { row, bytes } of dropped) {
      this.bytes -= bytes;
      this.rows--;
      if (id !== undefined) this.#ids.delete(row[id]!);
      const key = group === undefined ? undefined : row[group];
      if (key !== undefined && key !== null) keys.add(key);
    }
    for (const key of keys) {
      const left = this.#groups.get(key)?.filter((stored) => !dropped.has(stored)) ?? [];
      if (left.length > 0) this.#groups.set(key, left);
      else this.#groups.delete(key);
    }
  }

  /** Partition after partition, so that the first pages of a long range are quick. */
  async #byTime(query: Query, { descending }: { readonly descending: boolean }, search: Search): Promise<readonly StoredRow[]> {
    const sign = descending ? -1 : 1;
    const seen = new Set<Value>();
    const result: StoredRow[] = [];
    for (const start of this.#partitionsOf(query).sort((a, b) => sign * (a - b))) {
      const matched = await this.#matching(query, [start], search);
      matched.sort((a, b) => sign * (a.time - b.time || a.sequence - b.sequence));
      for (const stored of distinctOf(matched, query.distinct, seen)) result.push(stored);
      if (result.length >= query.offset + query.limit || !search.complete) break;
    }
    return result;
  }

  async #byField(
    query: Query,
    { by, descending }: { readonly by: string; readonly descending: boolean },
    search: Search,
  ): Promise<readonly StoredRow[]> {
    const sign = descending ? -1 : 1;
    const matched = await this.#matching(query, this.#partitionsOf(query), search);
    matched.sort((a, b) => compareAbsentLast(a.row[by], b.row[by], sign) || b.time - a.time || b.sequence - a.sequence);
    return distinctOf(matched, query.distinct, new Set());
  }

  #partitionsOf({ range }: Query): Instant[] {
    return [...this.#partitions.keys()].filter((start) => start < range.to && start + MINUTE > range.from);
  }

  async #matching(query: Query, partitions: readonly Instant[], search: Search): Promise<StoredRow[]> {
    const matched: StoredRow[] = [];
    for (const start of partitions) {
      for (const stored of this.#partitions.get(start) ?? []) {
        if (search.due() && !(await search.pause())) return matched;
        if (this.#matches(query, stored)) matched.push(stored);
      }
    }
    return matched;
  }

  #matches({ range, where, tags, text }: Query, { row, time }: StoredRow): boolean {
    return (
      time >= range.from &&
      time < range.to &&
      matchesAll(row, where) &&
      (this.model.tags === undefined || matchesTags(row[this.model.tags], tags)) &&
      (this.model.text === undefined || matchesText(row[this.model.text], text))
    );
  }

  #shown(row: Row, withBody: boolean): Row {
    const { body } = this.model;
    if (withBody || body === undefined || row[body] === undefined) return row;
    const { [body]: _left, ...shown } = row;
    return shown;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Rows with a value that was not seen before. A row without one has nothing to be distinct by and stays. */
function distinctOf(rows: readonly StoredRow[], field: string | undefined, seen: Set<Value>): readonly StoredRow[] {
  if (field === undefined) return rows;
  return rows.filter(({ row }) => {
    const value = row[field] ?? null;
    if (value === null) return true;
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}

/** Orders values by `sign`; absent ones come last in either direction. */
export function compareAbsentLast(a: Value | undefined, b: Value | undefined, sign: number): number {
  const absent = Number((a ?? null) === null) - Number((b ?? null) === null);
  return absent !== 0 || (a ?? null) === null ? absent : sign * compareValues(a!, b!);
}
