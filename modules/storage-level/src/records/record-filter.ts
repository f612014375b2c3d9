import { matchesAll, matchesTags, matchesText, type Row, type Storage } from '@skein/telemetry/storage';
import type { PackedRows } from './block-codec.js';
import type { Best } from './node-queue.js';
import { orderFields, type RecordBounds } from './record-bounds.js';
import type { RowOrder } from './row-collector.js';

export type RecordQuery = Parameters<Storage['records']>[0];

/** A condition on a field that has bounds; both ends belong to it. */
interface Interval {
  readonly field: string;
  /** Its place among the bounds. */
  readonly place: number;
  readonly min: number;
  readonly max: number;
}

/** What a query asks of rows, and of the bounds of many rows. */
export class RecordFilter {
  readonly order: RowOrder;
  readonly #query: RecordQuery;
  readonly #intervals: readonly Interval[];
  /** Place of the order's field among the bounds. */
  readonly #place: number;

  constructor(query: RecordQuery) {
    this.#query = query;
    this.order = query.order ?? { by: query.model.time, descending: true };
    const fields = orderFields(query.model);
    this.#place = fields.indexOf(this.order.by);
    const intervals: Interval[] = [];
    for (const [field, op, wanted] of query.where ?? []) {
      const place = fields.indexOf(field);
      if (place < 0 || typeof wanted !== 'number' || (op !== '=' && op !== '>=' && op !== '<=')) continue;
      intervals.push({
        field,
        place,
        min: op === '<=' ? Number.NEGATIVE_INFINITY : wanted,
        max: op === '>=' ? Number.POSITIVE_INFINITY : wanted,
      });
    }
    this.#intervals = intervals;
  }

  matches(row: Row): boolean {
    const { model, range, where, tags, text } = this.#query;
    const time = row[model.time] as number;
    return (
      time >= range.from &&
      time < range.to &&
      matchesAll(row, where) &&
      (model.tags === undefined || matchesTags(row[model.tags], tags)) &&
      (model.text === undefined || matchesText(row[model.text], text))
    );
  }

  /** Whether rows with these bounds can match. */
  admits({ fields }: RecordBounds): boolean {
    const { from, to } = this.#query.range;
    const [first, last] = fields[0]!;
    if (last < from || first >= to) return false;
    for (const { place, min, max } of this.#intervals) {
      const bounds = fields[place];
      if (bounds !== undefined && (bounds[1] < min || bounds[0] > max)) return false;
    }
    return true;
  }

  /** The best that a matching row with these bounds can be. */
  bestOf({ fields }: RecordBounds): Best {
    const { range } = this.#query;
    const time = Math.min(fields[0]![1], range.to);
    const bounds = fields[this.#place];
    if (bounds === undefined) return { value: Number.POSITIVE_INFINITY, time };
    let [min, max] = bounds;
    if (this.#place === 0) {
      min = Math.max(min, range.from);
      max = Math.min(max, range.to);
    }
    for (const interval of this.#intervals) {
      if (interval.place !== this.#place) continue;
      min = Math.max(min, interval.min);
      max = Math.min(max, interval.max);
    }
    return { value: this.order.descending ? max : -min, time };
  }

  /** Tests rows of a block by their numbers alone, before anything is made of their texts. */
  numbersOf(rows: PackedRows): RowNumbers {
    return new RowNumbers(rows, this.#query, this.order, this.#intervals);
  }
}

/** The numbers of a block's rows that a search looks at first. */
class RowNumbers {
  readonly #from: number;
  readonly #to: number;
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  readonly #sign: number;
  readonly #intervals: ReadonlyArray<{ readonly values: Float64Array; readonly min: number; readonly max: number }>;

  constructor(rows: PackedRows, { model, range }: RecordQuery, order: RowOrder, intervals: readonly Interval[]) {
    this.#from = range.from;
    this.#to = range.to;
    this.#times = rows.numbers(model.time);
    this.#values = rows.numbers(order.by);
    this.#sign = order.descending ? 1 : -1;
    this.#intervals = intervals.map(({ field, min, max }) => ({ values: rows.numbers(field), min, max }));
  }

  /** Whether the numbers of a row match. */
  match(index: number): boolean {
    const time = this.#times[index]!;
    if (!(time >= this.#from && time < this.#to)) return false;
    for (const { values, min, max } of this.#intervals) {
      // Absent is NaN and matches no interval.
      if (!(values[index]! >= min && values[index]! <= max)) return false;
    }
    return true;
  }

  /** Larger is better; a row without the field comes last in either direction. */
  value(index: number): number {
    const value = this.#values[index]!;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : this.#sign * value;
  }

  time(index: number): number {
    return this.#times[index]!;
  }
}
