import {
  copyTable,
  type KeyedSums,
  type MetricState,
  type MutableMetricState,
  type MutableTable,
  mergeSlots,
  mergeTable,
} from '@skein/telemetry/storage';
import type { PackedMetrics, RowLayout, RowLayouts } from './row-layout.js';

/** Numbers and tables in one array; the first ones are smaller, since many memories stay small. */
const FIRST_ROOM = 512;
const LARGEST_ROOM = 16_384;

/** Merged metrics of one entity in one bucket. */
export class MetricRow implements PackedMetrics {
  slots: Float64Array;
  slotsAt: number;
  tables: (MutableTable | undefined)[];
  tablesAt: number;

  constructor(
    public layout: RowLayout,
    room: RowRoom,
  ) {
    room.reserve(layout);
    this.slots = room.slots;
    this.slotsAt = room.slotsAt;
    this.tables = room.tables;
    this.tablesAt = room.tablesAt;
  }

  /** The state of a column, its own; undefined when it has none. */
  state(column: number): MutableMetricState | undefined {
    const place = this.layout.columns.indexOf(column);
    if (place < 0) return undefined;
    const { table, slots } = viewOf(this, place);
    const own = Array.from(slots);
    return table === undefined ? { slots: own } : { slots: own, table: copyTable(table) };
  }

  /** The state of a column as it is now, not to be changed; undefined when it has none. */
  view(column: number): MetricState | undefined {
    const place = this.layout.columns.indexOf(column);
    return place < 0 ? undefined : viewOf(this, place);
  }

  /** Takes over what another has: it must be of this row's layout, or of the first columns of it. */
  copy(from: PackedMetrics): void {
    const { width, tables } = from.layout;
    for (let i = 0; i < width; i++) this.slots[this.slotsAt + i] = from.slots[from.slotsAt + i]!;
    for (let i = 0; i < tables; i++) {
      const table = from.tables[from.tablesAt + i];
      if (table !== undefined) this.tables[this.tablesAt + i] = copyTable(table);
    }
  }

  merge(from: PackedMetrics, layouts: RowLayouts, room: RowRoom): void {
    if (from.layout === this.layout) {
      mergeSlots(this.layout.merges, this.slots, this.slotsAt, from.slots, from.slotsAt);
      for (let i = 0; i < this.layout.tables; i++) this.#addTable(i, from.tables[from.tablesAt + i]);
    } else this.#mergeOther(from, layouts, room);
  }

  /** Of metrics in another order, or some that this row has not had: they are added behind what it has. */
  #mergeOther(from: PackedMetrics, layouts: RowLayouts, room: RowRoom): void {
    const had = this.layout.columns.length;
    const union = layouts.union(this.layout, from.layout);
    if (union !== this.layout) this.#widen(union, room);
    const { columns, models, offsets, tableNumbers } = from.layout;
    for (let i = 0; i < columns.length; i++) {
      const place = union.columns.indexOf(columns[i]!);
      const at = this.slotsAt + union.offsets[place]!;
      const start = from.slotsAt + offsets[i]!;
      const merges = models[i]!.slots;
      if (place < had) mergeSlots(merges, this.slots, at, from.slots, start);
      else for (let s = 0; s < merges.length; s++) this.slots[at + s] = from.slots[start + s]!;
      const number = tableNumbers[i]!;
      if (number >= 0) this.#addTable(union.tableNumbers[place]!, from.tables[from.tablesAt + number]);
    }
  }

  /** Moves to a place with more room. The old one is lost until the memory goes. */
  #widen(layout: RowLayout, room: RowRoom): void {
    const { slots, slotsAt, tables, tablesAt } = this;
    room.reserve(layout);
    for (let i = 0; i < this.layout.width; i++) room.slots[room.slotsAt + i] = slots[slotsAt + i]!;
    for (let i = 0; i < this.layout.tables; i++) room.tables[room.tablesAt + i] = tables[tablesAt + i];
    this.layout = layout;
    this.slots = room.slots;
    this.slotsAt = room.slotsAt;
    this.tables = room.tables;
    this.tablesAt = room.tablesAt;
  }

  #addTable(number: number, table: KeyedSums | undefined): void {
    if (table === undefined) return;
    const known = this.tables[this.tablesAt + number];
    if (known === undefined) this.tables[this.tablesAt + number] = copyTable(table);
    else mergeTable(known, table, this.layout.tableMerges[number]);
  }
}

function viewOf({ layout, slots, slotsAt, tables, tablesAt }: MetricRow, place: number): MetricState {
  const start = slotsAt + layout.offsets[place]!;
  const own = slots.subarray(start, start + layout.models[place]!.slots.length);
  const number = layout.tableNumbers[place]!;
  const table = number < 0 ? undefined : tables[tablesAt + number];
  return table === undefined ? { slots: own } : { slots: own, table };
}

/** Room for many rows: a few large arrays instead of two small ones for each row. */
export class RowRoom {
  slots = new Float64Array(FIRST_ROOM);
  slotsAt = 0;
  tables: (MutableTable | undefined)[] = [];
  tablesAt = 0;
  #slotsEnd = 0;

  /** Makes `slots` and `tables`, from `slotsAt` and `tablesAt` on, free for metrics of the layout. */
  reserve({ width, tables }: RowLayout): void {
    if (this.#slotsEnd + width > this.slots.length) {
      this.slots = new Float64Array(Math.max(Math.min(this.slots.length * 2, LARGEST_ROOM), width));
      this.#slotsEnd = 0;
    }
    this.slotsAt = this.#slotsEnd;
    this.#slotsEnd += width;
    if (this.tables.length + tables > LARGEST_ROOM) this.tables = [];
    this.tablesAt = this.tables.length;
    for (let i = 0; i < tables; i++) this.tables.push(undefined);
  }
}

/** Rows by entity, of one scope in one bucket. */
export class MetricRows {
  readonly byEntity = new Map<string, MetricRow>();
  readonly #layouts: RowLayouts;
  readonly #room: RowRoom;

  constructor(layouts: RowLayouts, room: RowRoom) {
    this.#layouts = layouts;
    this.#room = room;
  }

  /** Merges metrics, of which nothing is kept, into the row of an entity. */
  add(entity: string, metrics: PackedMetrics): void {
    const row = this.byEntity.get(entity);
    if (row !== undefined) {
      row.merge(metrics, this.#layouts, this.#room);
      return;
    }
    const added = new MetricRow(metrics.layout, this.#room);
    added.copy(metrics);
    this.byEntity.set(entity, added);
  }

  addAll(other: MetricRows): void {
    for (const [entity, row] of other.byEntity) this.add(entity, row);
  }
}
