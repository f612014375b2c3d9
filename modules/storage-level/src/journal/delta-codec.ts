import type { KeyedSums } from '@skein/telemetry/storage';
import { type ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { readEntries, readNumber, writeEntries, writeNumber } from '../metrics/number-codec.js';
import type { RowLayout } from '../metrics/row-layout.js';
import type { EntryDelta } from './entry.js';

const MINUTE = 60_000;

/** What columns mean. @throws MalformedBytes for one that was never given */
export interface LayoutSource {
  of(columns: readonly number[]): RowLayout;
}

/**
 * Deltas one after another: layout, scope, entity, minutes since the entry's, slots, tables. The columns of a layout are written with the first
 * delta that has it, and the others refer to it by number; so the others are little more than their numbers.
 */
export function writeDeltas(writer: ByteWriter, deltas: readonly EntryDelta[], at: number): void {
  const layouts = new Map<RowLayout, number>();
  const now = Math.floor(at / MINUTE);
  writer.varint(deltas.length);
  for (let i = 0; i < deltas.length; i++) {
    const delta = deltas[i]!;
    writeLayout(writer, delta.layout, layouts);
    writer.ref(delta.scope);
    // Not a reference: hardly an entity comes twice.
    writer.text(delta.entity);
    writer.signed(delta.minute / MINUTE - now);
    writeMetrics(writer, delta);
  }
}

function writeLayout(writer: ByteWriter, layout: RowLayout, known: Map<RowLayout, number>): void {
  const number = known.get(layout);
  if (number !== undefined) {
    writer.varint(number);
    return;
  }
  known.set(layout, known.size + 1);
  writer.byte(0);
  writer.varint(layout.columns.length);
  for (const column of layout.columns) writer.varint(column);
}

function writeMetrics(writer: ByteWriter, { layout, slots, slotsAt, tables, tablesAt }: EntryDelta): void {
  const { width, models } = layout;
  for (let i = 0; i < width; i++) writeNumber(writer, slots[slotsAt + i]!);
  if (layout.tables === 0) return;
  let at = tablesAt;
  for (let i = 0; i < models.length; i++) {
    const shape = models[i]!.table;
    if (shape === undefined) continue;
    const table = tables[at++];
    writer.varint(table === undefined ? 0 : table.size + 1);
    if (table !== undefined) writeEntries(writer, table, shape.width);
  }
}

/** @throws MalformedBytes */
export function readDeltas(reader: ByteReader, source: LayoutSource, at: number): EntryDelta[] {
  const layouts: RowLayout[] = [];
  const now = Math.floor(at / MINUTE);
  const deltas: EntryDelta[] = [];
  for (let left = reader.count(4); left > 0; left--) {
    const layout = readLayout(reader, source, layouts);
    const scope = reader.ref();
    const entity = reader.text();
    const minute = (reader.signed() + now) * MINUTE;
    const slots: number[] = [];
    for (let i = 0; i < layout.width; i++) slots.push(readNumber(reader));
    deltas.push({ scope, entity, minute, layout, slots, slotsAt: 0, tables: readTables(reader, layout), tablesAt: 0 });
  }
  return deltas;
}

function readLayout(reader: ByteReader, source: LayoutSource, known: RowLayout[]): RowLayout {
  const number = reader.varint();
  if (number > 0) {
    const layout = known[number - 1];
    if (layout === undefined) throw new MalformedBytes('a layout of metrics is missing');
    return layout;
  }
  const columns: number[] = [];
  for (let left = reader.count(); left > 0; left--) columns.push(reader.varint());
  const layout = source.of(columns);
  known.push(layout);
  return layout;
}

function readTables(reader: ByteReader, { models }: RowLayout): (KeyedSums | undefined)[] {
  const tables: (KeyedSums | undefined)[] = [];
  for (const { table } of models) {
    if (table === undefined) continue;
    const size = reader.count();
    tables.push(size === 0 ? undefined : readEntries(reader, size - 1, table.key === 'int', table.width));
  }
  return tables;
}
