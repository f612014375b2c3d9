import type { Row, Value } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { pack, unpack } from '../bytes/compression.js';
import { readNames, readRow, writeNames, writeRow } from '../bytes/value-codec.js';
import { type RecordBounds, readBounds, writeBounds } from './record-bounds.js';
import type { RowChunk } from './row-chunks.js';

const VERSION = 1;

// Used from beginning to end within one call.
const head = new ByteWriter(4096);
const body = new ByteWriter(262_144);
const row = new ByteWriter(4096);

/** Compresses rows, each with its length before it. */
export function packRows(fields: readonly string[], rows: readonly Row[]): RowChunk {
  body.clear();
  for (const one of rows) {
    row.clear();
    writeRow(row, fields, one);
    body.bytesOf(row);
  }
  return { rows: rows.length, bytes: body.length, packed: pack(body.view()) };
}

/** The reverse of {@link packRows}. @throws MalformedBytes */
export function unpackRows(fields: readonly string[], packed: Buffer, count: number): Row[] {
  const { bytes, starts } = openRows(packed, count);
  return starts.map((start) => readRow(new ByteReader(bytes, start), fields));
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

function openRows(packed: Buffer, count: number): { readonly bytes: Buffer; readonly starts: readonly number[] } {
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

/** A stored block. It is unpacked when its first row is asked for; its bounds can be read without that. */
export class RecordBlock {
  /** How many rows, and between what their times and order fields lie. */
  readonly bounds: RecordBounds;
  readonly #fields: readonly string[];
  readonly #packed: Buffer;
  #opened: ReturnType<typeof openRows> | undefined;

  /** @throws MalformedBytes */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== VERSION) throw new MalformedBytes(`record block of version ${version}, this version of Skein reads ${VERSION}`);
    this.#fields = readNames(reader);
    this.bounds = readBounds(reader);
    this.#packed = reader.raw(reader.remaining);
  }

  /** Memory that keeping this block costs. @throws MalformedBytes */
  get bytes(): number {
    const { bytes, starts } = this.#open();
    return this.#packed.length + bytes.length + starts.length * 8;
  }

  /** @throws MalformedBytes */
  row(index: number, omit?: string): Record<string, Value | undefined> {
    const { bytes, starts } = this.#open();
    const start = starts[index];
    if (start === undefined) throw new MalformedBytes('a posting names a row that its block does not have');
    return readRow(new ByteReader(bytes, start), this.#fields, omit);
  }

  #open(): ReturnType<typeof openRows> {
    this.#opened ??= openRows(this.#packed, this.bounds.count);
    return this.#opened;
  }
}
