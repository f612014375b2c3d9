import type { MutableMetricState } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { readNumber, readTable, writeMergedTable, writeNumber, writeTable } from './number-codec.js';

/** Entities in one chunk; part of the format. Measured: docs/decisions/0001-metric-row-layout.md. */
export const CHUNK_ENTITIES = 64;
const VERSION = 1;
const BITMAP_BYTES = CHUNK_ENTITIES / 8;

// Used from beginning to end within one call.
const writer = new ByteWriter(65_536);
const payload = new ByteWriter(16_384);
const body = new ByteWriter(4096);

/** All metrics of one entity in one bucket: column numbers and, in the same order, their merged states. */
export interface Cells {
  readonly columns: number[];
  readonly states: MutableMetricState[];
}

/** A state that is about to be written: what is stored of its table stays in bytes, and `table` is what is added to that. */
export interface ChunkState {
  readonly slots: number[];
  readonly stored?: { readonly table: Buffer; readonly width: number };
  readonly table?: MutableMetricState['table'];
}

/** As {@link Cells}, of states that are about to be written. */
export interface ChunkCells {
  readonly columns: number[];
  readonly states: ChunkState[];
}

/**
 * The metrics of up to 64 entities of one scope in one bucket, column by column: a version byte, a bitmap of the active entities,
 * then per column present: varint column, varint length, payload. A payload stands alone, so a column that this version does not know
 * is copied as it is.
 */
export interface MetricChunk {
  /** By place in the chunk; undefined where the entity was not active in the bucket. */
  readonly entities: (ChunkCells | undefined)[];
  /** Payloads of columns without a known shape. */
  readonly unknown: Map<number, Buffer>;
}

export const emptyChunk = (): MetricChunk => ({ entities: new Array(CHUNK_ENTITIES).fill(undefined), unknown: new Map() });

export function encodeChunk(chunk: MetricChunk): Buffer {
  writer.clear();
  writer.byte(VERSION);
  writeBitmap(writer, (place) => chunk.entities[place] !== undefined);
  const columns = new Map<number, (ChunkState | undefined)[]>();
  for (const [place, entity] of chunk.entities.entries()) {
    if (entity === undefined) continue;
    for (let i = 0; i < entity.columns.length; i++) {
      let states = columns.get(entity.columns[i]!);
      if (states === undefined) {
        states = new Array<ChunkState | undefined>(CHUNK_ENTITIES).fill(undefined);
        columns.set(entity.columns[i]!, states);
      }
      states[place] = entity.states[i];
    }
  }
  for (const [column, states] of columns) {
    payload.clear();
    writeColumn(payload, states);
    writer.varint(column);
    writer.bytesOf(payload);
  }
  for (const [column, bytes] of chunk.unknown) {
    writer.varint(column);
    writer.bytes(bytes);
  }
  return Buffer.from(writer.view());
}

function writeColumn(writer: ByteWriter, states: readonly (ChunkState | undefined)[]): void {
  writeBitmap(writer, (place) => states[place] !== undefined);
  const present = states.filter((state) => state !== undefined);
  const slots = present[0]?.slots.length ?? 0;
  writer.varint(slots);
  for (let slot = 0; slot < slots; slot++) for (const state of present) writeNumber(writer, state.slots[slot] ?? 0);
  const width = tableWidth(present);
  writer.varint(width);
  if (width === 0) return;
  for (const { stored, table } of present) {
    if (stored !== undefined && table === undefined) {
      writer.bytes(stored.table);
      continue;
    }
    body.clear();
    if (stored !== undefined) writeMergedTable(body, stored.table, table!, width);
    else if (table) writeTable(body, table, width);
    writer.bytesOf(body);
  }
}

/** Sums of a key; 0 when no entity has a table. */
function tableWidth(states: readonly ChunkState[]): number {
  for (const { stored, table } of states) {
    if (stored !== undefined) return stored.width;
    for (const sums of table?.values() ?? []) return sums.length;
  }
  return 0;
}

/** Which entities were active, without reading any column. */
export function chunkPresence(bytes: Uint8Array): number[] {
  const reader = openChunk(bytes);
  return readBitmap(reader);
}

export function decodeChunk(bytes: Uint8Array, known: (column: number) => boolean): MetricChunk {
  const chunk = emptyChunk();
  const reader = openChunk(bytes);
  for (const place of readBitmap(reader)) chunk.entities[place] = { columns: [], states: [] };
  while (!reader.done) {
    const column = reader.varint();
    const payload = reader.bytes();
    if (!known(column)) {
      chunk.unknown.set(column, Buffer.from(payload));
      continue;
    }
    const values = new ChunkColumn(payload);
    for (const [i, place] of values.places.entries()) {
      const entity = chunk.entities[place];
      if (entity === undefined) throw new MalformedBytes('a metric belongs to an entity that was not active');
      entity.columns.push(column);
      entity.states.push(values.storedState(i));
    }
  }
  return chunk;
}

/** Finds one column; undefined when the chunk does not have it. */
export function findColumn(bytes: Uint8Array, column: number): ChunkColumn | undefined {
  for (const [number, payload] of columnsOf(bytes)) if (number === column) return new ChunkColumn(payload);
  return undefined;
}

/** Numbers and payloads of the columns, nothing of them read yet. */
export function* columnsOf(bytes: Uint8Array): Generator<readonly [column: number, payload: Buffer]> {
  const reader = openChunk(bytes);
  reader.skip(BITMAP_BYTES);
  while (!reader.done) yield [reader.varint(), reader.bytes()];
}

/** One metric of the entities of a chunk. Slots are read at once, tables when asked for. */
export class ChunkColumn {
  /** Places in the chunk of the entities that have this metric, ascending. */
  readonly places: readonly number[];
  readonly #slots: number[][] = [];
  readonly #tables: Buffer[] = [];
  readonly #width: number;

  constructor(payload: Uint8Array) {
    const reader = new ByteReader(payload);
    this.places = readBitmap(reader);
    const count = this.places.length;
    const slots = reader.count(Math.max(1, count));
    for (let slot = 0; slot < slots; slot++) this.#slots.push(readNumbers(reader, count));
    this.#width = reader.varint();
    if (this.#width > 0) for (let i = 0; i < count; i++) this.#tables.push(reader.bytes());
  }

  /** The state of the entity at `places[i]`, made anew. */
  state(i: number): MutableMetricState {
    const slots = this.#slotsOf(i);
    const table = this.#tables[i];
    return table === undefined || table.length === 0 ? { slots } : { slots, table: readTable(new ByteReader(table), this.#width) };
  }

  /** The same with its table as it is stored. */
  storedState(i: number): ChunkState {
    const slots = this.#slotsOf(i);
    const table = this.#tables[i];
    return table === undefined || table.length === 0 ? { slots } : { slots, stored: { table, width: this.#width } };
  }

  #slotsOf(i: number): number[] {
    const slots: number[] = [];
    for (const values of this.#slots) slots.push(values[i]!);
    return slots;
  }
}

/** The state of one entity in a column's payload, all others passed over; undefined when it has none. */
export function stateIn(payload: Uint8Array, place: number): MutableMetricState | undefined {
  const reader = new ByteReader(payload);
  const { before, count, found } = rankIn(reader, place);
  if (!found) return undefined;
  const slots: number[] = [];
  for (let left = reader.count(count); left > 0; left--) {
    reader.skipNumbers(before);
    slots.push(readNumber(reader));
    reader.skipNumbers(count - before - 1);
  }
  const width = reader.varint();
  if (width === 0) return { slots };
  for (let i = 0; i < before; i++) reader.skip(reader.varint());
  const table = reader.bytes();
  return table.length === 0 ? { slots } : { slots, table: readTable(new ByteReader(table), width) };
}

/** How many bits of the bitmap are set, how many of them before `place`, and whether that one is. */
function rankIn(reader: ByteReader, place: number): { readonly before: number; readonly count: number; readonly found: boolean } {
  let before = 0;
  let count = 0;
  let found = false;
  for (let start = 0; start < CHUNK_ENTITIES; start += 8) {
    let bits = reader.byte();
    found ||= place >= start && place < start + 8 && (bits & (1 << (place - start))) !== 0;
    for (let bit = start; bits > 0; bit++, bits >>= 1) {
      if ((bits & 1) === 0) continue;
      count++;
      if (bit < place) before++;
    }
  }
  return { before, count, found };
}

function readNumbers(reader: ByteReader, count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(readNumber(reader));
  return numbers;
}

function openChunk(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new MalformedBytes(`metric chunk of version ${version}, this version of Skein reads ${VERSION}`);
  return reader;
}

function writeBitmap(writer: ByteWriter, has: (place: number) => boolean): void {
  for (let start = 0; start < CHUNK_ENTITIES; start += 8) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) if (has(start + bit)) bits |= 1 << bit;
    writer.byte(bits);
  }
}

function readBitmap(reader: ByteReader): number[] {
  const places: number[] = [];
  for (let start = 0; start < CHUNK_ENTITIES; start += 8) {
    const bits = reader.byte();
    for (let bit = 0; bit < 8; bit++) if (bits & (1 << bit)) places.push(start + bit);
  }
  return places;
}
