import type { Row, Value } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { pack, unpack } from '../bytes/compression.js';
import { readNames, readRow, writeNames, writeRow } from '../bytes/value-codec.js';
import { type RecordBounds, readBounds, writeBounds } from './record-bounds.js';

const VERSION = 1;

// Used from beginning to end within one call.
const head = new ByteWriter(4096);
const body = new ByteWriter(262_144);
const row = new ByteWriter(4096);

/** Rows of one model as one compressed value: version, names of the fields, bounds, then packed rows, each with its length before it. */
export function encodeBlock(fields: readonly string[], rows: readonly Row[], bounds: RecordBounds): Buffer {
  body.clear();
  for (const one of rows) {
    row.clear();
    writeRow(row, fields, one);
    body.bytes(row.view());
  }
  head.clear();
  head.byte(VERSION);
  writeNames(head, fields);
  writeBounds(head, { ...bounds, count: rows.length });
  head.raw(pack(body.view()));
  return Buffer.from(head.view());
}

/** A stored block. It is unpacked when its first row is asked for; its bounds can be read without that. */
export class RecordBlock {
  /** How many rows, and between what their times and order fields lie. */
  readonly bounds: RecordBounds;
  readonly #fields: readonly string[];
  readonly #packed: Buffer;
  #body: Buffer | undefined;
  readonly #starts: number[] = [];

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
    return this.#packed.length + this.#open().length + this.#starts.length * 8;
  }

  /** @throws MalformedBytes */
  row(index: number, omit?: string): Record<string, Value | undefined> {
    const rows = this.#open();
    const start = this.#starts[index];
    if (start === undefined) throw new MalformedBytes('a posting names a row that its block does not have');
    return readRow(new ByteReader(rows, start), this.#fields, omit);
  }

  #open(): Buffer {
    if (this.#body !== undefined) return this.#body;
    const rows = unpack(this.#packed);
    const reader = new ByteReader(rows);
    while (!reader.done) {
      const size = reader.varint();
      this.#starts.push(reader.at);
      reader.skip(size);
    }
    if (this.#starts.length !== this.bounds.count) throw new MalformedBytes('a record block does not have the rows that it should have');
    this.#body = rows;
    return rows;
  }
}
