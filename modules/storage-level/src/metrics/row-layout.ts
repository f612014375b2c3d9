import { type KeyedSums, type MetricLayout, type MetricModel, mergeSlots } from '@skein/telemetry/storage';
import { MalformedBytes } from '../bytes/byte-reader.js';
import type { MetricColumns } from './metric-columns.js';

/** Layouts that are remembered by their columns, and unions of one layout; beyond, they are made anew, which is only slower. */
const MAX_LAYOUTS = 4096;
const MAX_UNIONS = 64;

/** Where the columns of packed metrics lie. Shared by all that have the same columns, as far as {@link RowLayouts} remembers them. */
export class RowLayout {
  /** Merges of all slots. */
  readonly merges: MetricModel['slots'];
  /** By place of the column: its first slot, and the number of its table, -1 for none. */
  readonly offsets: readonly number[];
  readonly tableNumbers: readonly number[];
  /** Metrics with a table. */
  readonly tables: number;
  /** By number of the table: how the numbers of a key merge, undefined for sums. */
  readonly tableMerges: ReadonlyArray<MetricModel['slots'] | undefined>;
  /** Layouts of these columns and those of another. */
  readonly unions = new Map<RowLayout, RowLayout>();

  constructor(
    readonly columns: readonly number[],
    /** Of each column. */
    readonly models: readonly MetricModel[],
  ) {
    const merges: MetricModel['slots'][number][] = [];
    let tables = 0;
    this.offsets = models.map(({ slots }) => merges.push(...slots) - slots.length);
    this.tableNumbers = models.map(({ table }) => (table === undefined ? -1 : tables++));
    this.tableMerges = models.flatMap(({ table }) => (table === undefined ? [] : [table.merge]));
    this.merges = merges;
    this.tables = tables;
  }

  get width(): number {
    return this.merges.length;
  }
}

/** Metrics of one entity in one bucket: parts of larger arrays, from `slotsAt` and `tablesAt` on, in the order of the layout. */
export interface PackedMetrics {
  readonly layout: RowLayout;
  readonly slots: ArrayLike<number>;
  readonly slotsAt: number;
  readonly tables: ArrayLike<KeyedSums | undefined>;
  readonly tablesAt: number;
}

/** Layouts by their columns. */
export class RowLayouts {
  readonly #columns: Pick<MetricColumns, 'of' | 'model'>;
  readonly #byLayout = new WeakMap<MetricLayout, RowLayout>();
  readonly #byColumns = new Map<string, RowLayout>();

  constructor(columns: Pick<MetricColumns, 'of' | 'model'>) {
    this.#columns = columns;
  }

  /** What a layout of deltas is in columns; undefined when one of its metrics has no column yet. */
  find(layout: MetricLayout): RowLayout | undefined {
    const known = this.#byLayout.get(layout);
    if (known !== undefined) return known;
    const columns: number[] = [];
    for (const model of layout.models) {
      const column = this.#columns.of(model);
      if (column === undefined) return undefined;
      columns.push(column);
    }
    const found = this.of(columns);
    this.#byLayout.set(layout, found);
    return found;
  }

  /** The layout of columns that were given before. @throws MalformedBytes when one of them was not. */
  of(columns: readonly number[]): RowLayout {
    const key = columns.join();
    const known = this.#byColumns.get(key);
    if (known !== undefined) return known;
    const models = columns.map((column) => {
      const model = this.#columns.model(column);
      if (model === undefined) throw new MalformedBytes(`column ${column} of metrics is unknown`);
      return model;
    });
    const made = new RowLayout(columns, models);
    if (this.#byColumns.size >= MAX_LAYOUTS) this.#byColumns.clear();
    this.#byColumns.set(key, made);
    return made;
  }

  /** The columns of both; those of `layout` come first, where they are in it. */
  union(layout: RowLayout, other: RowLayout): RowLayout {
    const known = layout.unions.get(other);
    if (known !== undefined) return known;
    const more = other.columns.filter((column) => !layout.columns.includes(column));
    const made = more.length === 0 ? layout : this.of([...layout.columns, ...more]);
    if (layout.unions.size >= MAX_UNIONS) layout.unions.clear();
    layout.unions.set(other, made);
    return made;
  }
}

/** Copies a column's slots, or merges them into what is there. */
export function addSlots(
  { slots: merges }: MetricModel,
  into: number[] | Float64Array,
  at: number,
  from: PackedMetrics,
  place: number,
  present: boolean,
): void {
  const start = from.slotsAt + from.layout.offsets[place]!;
  if (present) mergeSlots(merges, into, at, from.slots, start);
  else for (let i = 0; i < merges.length; i++) into[at + i] = from.slots[start + i]!;
}

/** The table of the column at a place of the layout, if it has one. */
export function tableOf({ layout, tables, tablesAt }: PackedMetrics, place: number): KeyedSums | undefined {
  const number = layout.tableNumbers[place]!;
  return number < 0 ? undefined : tables[tablesAt + number];
}
