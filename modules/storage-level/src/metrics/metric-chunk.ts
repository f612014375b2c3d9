import type { MutableMetricState } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { readNumber, readTable } from './number-codec.js';

/** Entities in one chunk; part of the format. Measured: docs/decisions/0001-metric-row-layout.md. */
export const CHUNK_ENTITIES = 64;
export const CHUNK_VERSION = 1;
export const BITMAP_BYTES = CHUNK_ENTITIES / 8;

/** Which entities were active, without reading any column. */
export function chunkPresence(bytes: Uint8Array): number[] {
  const reader = openChunk(bytes);
  return readBitmap(reader);
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

/**
 * The metrics of up to 64 entities of one scope in one bucket, column by column: a version byte, a bitmap of the active entities,
 * then per column present: varint column, varint length, payload. A payload stands alone, so one column is read without the others, and
 * one that this version does not know is copied as it is.
 * @throws MalformedBytes
 */
export function openChunk(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== CHUNK_VERSION)
    throw new MalformedBytes(`metric chunk of version ${version}, this version of Skein reads ${CHUNK_VERSION}`);
  return reader;
}

function readBitmap(reader: ByteReader): number[] {
  const places: number[] = [];
  for (let start = 0; start < CHUNK_ENTITIES; start += 8) {
    const bits = reader.byte();
    for (let bit = 0; bit < 8; bit++) if (bits & (1 << bit)) places.push(start + bit);
  }
  return places;
}
