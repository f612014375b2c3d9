import type { Row, Value } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { packInto, unpack } from '../bytes/compression.js';
import { readNames, readRow, readValue, skipValue, writeNames, writeRow } from '../bytes/value-codec.js';
import { Bodies, writeBodies } from './body-codec.js';
import { type RecordBounds, readBounds, writeBounds } from './record-bounds.js';
import type { RowChunk } from './row-chunks.js';

const VERSION = 2;

// Used from beginning to end within one call.
const head = new ByteWriter(4096);
const part = new ByteWriter(262_144);
const packedRows = new ByteWriter(65_536);
const row = new ByteWriter(4096);

/**
 * Compresses rows in two parts, so that a search need not unpack what it does not look at: first the place of the body among the fields
 * plus 1, or 0; then the rows without it; then the bodies. Each row has its length before it.
 */
export function packRows(fields: readonly string[], rows: readonly Row[], body?: string): RowChunk {
  const place = body === undefined ? -1 : fields.indexOf(body);
  const shown = withoutPlace(fields, place);
  fillRows(shown, rows);
  let bytes = part.length;
  packedRows.clear();
  packedRows.varint(place + 1);
  packInto(packedRows, part.view(), true);
  if (place >= 0) {
    part.clear();
    writeBodies(part, fields[place]!, shown, rows);
    bytes += part.length;
    packInto(packedRows, part.view(), false);
  }
  return { rows: rows.length, bytes, packed: Buffer.from(packedRows.view()) };
}

const withoutPlace = (fields: readonly string[], place: number): readonly string[] => fields.filter((_field, i) => i !== place);

function fillRows(fields: readonly string[], rows: readonly Row[]): void {
  part.clear();
  for (const one of rows) {
    row.clear();
    writeRow(row, fields, one);
    part.bytesOf(row);
  }
}

/** Packed rows; a part is unpacked when it is first needed, and that of the bodies is not kept. */
export class PackedRows {
  readonly #count: number;
  readonly #shown: readonly string[];
  readonly #body: string | undefined;
  readonly #packed: Buffer;
  readonly #packedBodies: Buffer;
  readonly #numbers = new Map<string, Float64Array>();
  #opened: Part | undefined;

  /** @throws MalformedBytes */
  constructor(fields: readonly string[], packed: Uint8Array, count: number) {
    const reader = new ByteReader(packed);
    const place = reader.varint() - 1;
    if (place >= fields.length) throw new MalformedBytes('a record block has its bodies in a field that it does not have');
    this.#count = count;
    this.#body = fields[place];
    this.#shown = withoutPlace(fields, place);
    this.#packed = reader.bytes();
    this.#packedBodies = reader.raw(reader.remaining);
  }

  /** Memory that keeping this costs once it was read. @throws MalformedBytes */
  get bytes(): number {
    const { bytes, starts } = this.#open();
    // A search keeps the numbers of two fields, mostly.
    return this.#packed.length + this.#packedBodies.length + bytes.length + starts.length * 24;
  }

  /** A field of all rows, NaN where it is no number. Far cheaper than the rows, of which a search needs few. @throws MalformedBytes */
  numbers(field: string): Float64Array {
    let numbers = this.#numbers.get(field);
    if (numbers === undefined) {
      numbers = numbersOf(this.#open(), this.#shown.indexOf(field));
      this.#numbers.set(field, numbers);
    }
    return numbers;
  }

  /** A row without its body. @throws MalformedBytes */
  row(index: number): Record<string, Value | undefined> {
    return readPart(this.#open(), index, this.#shown);
  }

  /** All rows with their bodies. @throws MalformedBytes */
  all(): Row[] {
    return this.whole(this.#open().starts.map((_start, index) => index));
  }

  /** Rows with their bodies. @throws MalformedBytes */
  whole(indexes: readonly number[]): Row[] {
    const rows = indexes.map((index) => this.row(index));
    if (this.#body === undefined) return rows;
    const bodies = new Bodies(unpack(this.#packedBodies), this.#shown, this.#count);
    for (const [i, one] of rows.entries()) {
      const body = bodies.read(indexes[i]!, one);
      if (body !== undefined) one[this.#body] = body;
    }
    return rows;
  }

  #open(): Part {
    this.#opened ??= openPart(this.#packed, this.#count);
    return this.#opened;
  }
}

interface Part {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
}

function openPart(packed: Buffer, count: number): Part {
  const bytes = unpack(packed);
  const reader = new ByteReader(bytes);
  const starts: number[] = [];
  while (!reader.done) {
    const size = reader.varint();
    starts.push(reader.at);
    reader.skip(size);
  }
  if (starts.length !== count) throw new MalformedBytes('packed rows are not as many as they should be');
  return { bytes, starts };
}

function numbersOf({ bytes, starts }: Part, place: number): Float64Array {
  const numbers = new Float64Array(starts.length).fill(Number.NaN);
  if (place < 0) return numbers;
  for (let i = 0; i < starts.length; i++) {
    const reader = new ByteReader(bytes, starts[i]!);
    for (let left = place; left > 0; left--) skipValue(reader);
    const value = readValue(reader);
    if (typeof value === 'number') numbers[i] = value;
  }
  return numbers;
}

function readPart({ bytes, starts }: Part, index: number, fields: readonly string[]): Record<string, Value | undefined> {
  const start = starts[index];
  if (start === undefined) throw new MalformedBytes('a posting names a row that its block does not have');
  return readRow(new ByteReader(bytes, start), fields);
}

/** Packed rows as a stored value: version, names of the fields and bounds before them. */
export function encodeBlock(fields: readonly string[], bounds: RecordBounds, packed: Uint8Array): Buffer {
  head.clear();
  head.byte(VERSION);
  writeNames(head, fields);
  writeBounds(head, bounds);
  head.raw(packed);
  return Buffer.from(head.view());
}

/** A stored block. Its bounds can be read without unpacking anything. */
export class RecordBlock {
  /** How many rows, and between what their times and order fields lie. */
  readonly bounds: RecordBounds;
  readonly rows: PackedRows;

  /** @throws MalformedBytes */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== VERSION) throw new MalformedBytes(`record block of version ${version}, this version of Skein reads ${VERSION}`);
    const fields = readNames(reader);
    this.bounds = readBounds(reader);
    this.rows = new PackedRows(fields, reader.raw(reader.remaining), this.bounds.count);
  }
}
