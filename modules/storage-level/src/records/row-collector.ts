import { compareValues, type RecordModel, type Row, type Value } from '@skein/telemetry/storage';
import type { Best } from './node-queue.js';

export interface RowOrder {
  readonly by: string;
  readonly descending: boolean;
}

/** A row that matches. Sequence and index say when it was committed; they decide among rows of equal order. */
export interface Candidate {
  readonly row: Row;
  readonly sequence: number;
  readonly index: number;
  /** Reads the row with its body, if `row` came without. */
  readonly whole?: () => Row;
}

/** Rows beyond those wanted that are gathered before the worse ones are dropped. */
const SLACK = 64;

/** Keeps the best `count` rows of an order, or the best row of each of the best `count` distinct values. */
export class RowCollector {
  readonly #model: RecordModel;
  readonly #order: RowOrder;
  readonly #distinct: string | undefined;
  readonly #count: number;
  #rows: Candidate[] = [];
  #sorted = true;
  /** The last of enough rows, when they were last sorted: what comes after it is not wanted. */
  #last: Best | undefined;

  constructor(model: RecordModel, order: RowOrder, distinct: string | undefined, count: number) {
    this.#model = model;
    this.#order = order;
    this.#distinct = distinct;
    this.#count = count;
  }

  offer(candidate: Candidate): void {
    this.#rows.push(candidate);
    this.#sorted = false;
    if (this.#rows.length >= 2 * this.#count + SLACK) this.#trim();
  }

  /** Whether a row that is at best this good can still be among the best, as far as is known without sorting. Equal ones can: the tie may go to them. */
  mayWant(value: number, time: number): boolean {
    const last = this.#last;
    return last === undefined || value > last.value || (value === last.value && time >= last.time);
  }

  /** Whether a row that is at best this good can still be among the best. */
  wants(best: Best): boolean {
    if (this.#count === 0) return false;
    this.#trim();
    return this.mayWant(best.value, best.time);
  }

  best(offset: number, limit: number): Candidate[] {
    this.#trim();
    return this.#rows.slice(offset, offset + limit).map((one) => (one.whole ? { ...one, row: one.whole() } : one));
  }

  #trim(): void {
    if (this.#sorted) return;
    this.#rows.sort((a, b) => this.#compare(a, b));
    if (this.#distinct !== undefined) this.#rows = distinctOf(this.#rows, this.#distinct);
    if (this.#rows.length > this.#count) this.#rows.length = this.#count;
    this.#sorted = true;
    const last = this.#rows[this.#count - 1];
    if (last !== undefined) this.#last = bestOfRow(this.#model, this.#order, last.row);
  }

  #compare(a: Candidate, b: Candidate): number {
    const { by, descending } = this.#order;
    const sign = descending ? -1 : 1;
    if (by === this.#model.time) return sign * ((a.row[by] as number) - (b.row[by] as number) || arrival(a, b));
    const time = this.#model.time;
    return compareAbsentLast(a.row[by], b.row[by], sign) || (b.row[time] as number) - (a.row[time] as number) || arrival(b, a);
  }
}

/** A row's place in an order. One without the field comes last in either direction. */
export function bestOfRow(model: RecordModel, { by, descending }: RowOrder, row: Row): Best {
  const value = row[by];
  const time = row[model.time] as number;
  if (typeof value !== 'number') return { value: Number.NEGATIVE_INFINITY, time };
  return { value: descending ? value : -value, time };
}

/** Rows in memory have an infinite sequence: they came last. */
const arrival = (a: Candidate, b: Candidate): number =>
  (a.sequence === b.sequence ? 0 : a.sequence < b.sequence ? -1 : 1) || a.index - b.index;

/** Orders values by `sign`; absent ones come last in either direction. */
export function compareAbsentLast(a: Value | undefined, b: Value | undefined, sign: number): number {
  const absent = Number((a ?? null) === null) - Number((b ?? null) === null);
  return absent !== 0 || (a ?? null) === null ? absent : sign * compareValues(a!, b!);
}

/** The first row of each value. A row without one has nothing to be distinct by and stays. */
function distinctOf(rows: readonly Candidate[], field: string): Candidate[] {
  const seen = new Set<Value>();
  return rows.filter(({ row }) => {
    const value = row[field] ?? null;
    if (value === null) return true;
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}
