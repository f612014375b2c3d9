import type { KeyedSums, MetricModel } from '@skein/telemetry/storage';
import type { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { BITMAP_BYTES, CHUNK_ENTITIES, CHUNK_VERSION, openChunk } from './metric-chunk.js';
import type { MetricRow } from './metric-rows.js';
import { readNumber, writeMergedTable, writeNumber, writeTable } from './number-codec.js';
import { addSlots, type RowLayout, tableOf } from './row-layout.js';

// All of these are used from beginning to end within one call: a chunk is written without an object for any of its entities.
const writer = new ByteWriter(65_536);
const payload = new ByteWriter(16_384);
const body = new ByteWriter(4096);
/** By place in the chunk: 1 where an entity was active, or has the column. */
const active = new Uint8Array(CHUNK_ENTITIES);
const stored = new Uint8Array(CHUNK_ENTITIES);
/** By place: where the row has the column in its layout, -1 where it does not. */
const places = new Int32Array(CHUNK_ENTITIES);
/** Slots of a column, all those of a place together. */
let slots = new Float64Array(CHUNK_ENTITIES * 4);

/** Rows of the entities of one chunk by their place in it; undefined where there is nothing to add. */
export type ChunkRows = readonly (MetricRow | undefined)[];

/**
 * Adds rows to a stored chunk, or makes one of them: see {@link openChunk}. Columns that no row has are copied as they are, known or not.
 * @throws MalformedBytes
 */
export function mergeChunk(chunk: Uint8Array | undefined, rows: ChunkRows): Buffer {
  writer.clear();
  writer.byte(CHUNK_VERSION);
  const reader = chunk === undefined ? undefined : openChunk(chunk);
  readBitmap(reader, active);
  for (let place = 0; place < CHUNK_ENTITIES; place++) if (rows[place] !== undefined) active[place] = 1;
  writeBitmap(writer, active);
  const models = modelsOf(rows);
  while (reader !== undefined && !reader.done) {
    const column = reader.varint();
    const size = reader.varint();
    const model = models.get(column);
    writer.varint(column);
    if (model === undefined) writer.bytes(reader.raw(size));
    else {
      mergeColumn(column, model, rows, reader);
      models.delete(column);
    }
  }
  for (const [column, model] of models) {
    writer.varint(column);
    mergeColumn(column, model, rows, undefined);
  }
  return Buffer.from(writer.view());
}

/** The columns of the rows, most of which have one layout. */
function modelsOf(rows: ChunkRows): Map<number, MetricModel> {
  const models = new Map<number, MetricModel>();
  let last: RowLayout | undefined;
  for (let place = 0; place < CHUNK_ENTITIES; place++) {
    const layout = rows[place]?.layout;
    if (layout === undefined || layout === last) continue;
    last = layout;
    for (let i = 0; i < layout.columns.length; i++) models.set(layout.columns[i]!, layout.models[i]!);
  }
  return models;
}

/** `reader`: stands at the column's stored payload; undefined when there is none. */
function mergeColumn(column: number, model: MetricModel, rows: ChunkRows, reader: ByteReader | undefined): void {
  payload.clear();
  readBitmap(reader, stored);
  findPlaces(column, rows);
  for (let place = 0; place < CHUNK_ENTITIES; place++) active[place] = places[place]! >= 0 ? 1 : stored[place]!;
  writeBitmap(payload, active);
  mergeSlots(model, rows, reader);
  mergeTables(model, rows, reader);
  writer.bytesOf(payload);
}

function findPlaces(column: number, rows: ChunkRows): void {
  let layout: RowLayout | undefined;
  let found = -1;
  for (let place = 0; place < CHUNK_ENTITIES; place++) {
    const row = rows[place];
    if (row !== undefined && row.layout !== layout) {
      layout = row.layout;
      found = layout.columns.indexOf(column);
    }
    places[place] = row === undefined ? -1 : found;
  }
}

function mergeSlots(model: MetricModel, rows: ChunkRows, reader: ByteReader | undefined): void {
  const width = model.slots.length;
  if (slots.length < width * CHUNK_ENTITIES) slots = new Float64Array(width * CHUNK_ENTITIES);
  // A column always has the number of slots of its model, which is part of what it is; a damaged one is not read beyond its bytes.
  const count = reader === undefined ? 0 : reader.count();
  for (let slot = 0; slot < count; slot++) {
    for (let place = 0; place < CHUNK_ENTITIES; place++) {
      if (stored[place] === 0) continue;
      const value = readNumber(reader!);
      if (slot < width) slots[place * width + slot] = value;
    }
  }
  for (let place = 0; place < CHUNK_ENTITIES; place++) {
    if (places[place]! >= 0) addSlots(model, slots, place * width, rows[place]!, places[place]!, stored[place] === 1);
  }
  payload.varint(width);
  for (let slot = 0; slot < width; slot++) {
    for (let place = 0; place < CHUNK_ENTITIES; place++) if (active[place] === 1) writeNumber(payload, slots[place * width + slot]!);
  }
}

function mergeTables(model: MetricModel, rows: ChunkRows, reader: ByteReader | undefined): void {
  const width = model.table?.width ?? 0;
  const storedWidth = reader === undefined ? 0 : reader.varint();
  payload.varint(width);
  if (width === 0) return;
  for (let place = 0; place < CHUNK_ENTITIES; place++) {
    if (active[place] === 0) continue;
    const size = storedWidth > 0 && stored[place] === 1 ? reader!.varint() : 0;
    const added = places[place]! < 0 ? undefined : tableOf(rows[place]!, places[place]!);
    mergeTable(size, reader, added, model.table!);
  }
}

/** Nothing in place of a table means that there is none. */
function mergeTable(
  size: number,
  reader: ByteReader | undefined,
  added: KeyedSums | undefined,
  shape: NonNullable<MetricModel['table']>,
): void {
  if (added === undefined) {
    payload.varint(size);
    if (size > 0) payload.raw(reader!.raw(size));
    return;
  }
  body.clear();
  if (size === 0) writeTable(body, added, shape.width);
  else writeMergedTable(body, reader!.raw(size), added, shape);
  payload.bytesOf(body);
}

function readBitmap(reader: ByteReader | undefined, into: Uint8Array): void {
  for (let i = 0; i < BITMAP_BYTES; i++) {
    const bits = reader === undefined ? 0 : reader.byte();
    for (let bit = 0; bit < 8; bit++) into[i * 8 + bit] = (bits >> bit) & 1;
  }
}

function writeBitmap(writer: ByteWriter, from: Uint8Array): void {
  for (let i = 0; i < BITMAP_BYTES; i++) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) bits |= from[i * 8 + bit]! << bit;
    writer.byte(bits);
  }
}
