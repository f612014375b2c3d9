import type { Row, Value } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { pack, unpack } from '../bytes/compression.js';
import { readNames, readRow, writeNames, writeRow } from '../bytes/value-codec.js';

const VERSION = 1;

// Used from beginning to end within one call.
const head = new ByteWriter(4096);
const body = new ByteWriter(262_144);
const row = new ByteWriter(4096);

/** Rows of one model as one compressed value: version, names of the fields, then packed rows, each with its length before it. */
export function encodeBlock(fields: readonly string[], rows: readonly Row[]): Buffer {
  body.clear();
  for (const one of rows) {
    row.clear();
    writeRow(row, fields, one);
    body.bytes(row.view());
  }
  head.clear();
  head.byte(VERSION);
  writeNames(head, fields);
  head.varint(rows.length);
  head.raw(pack(body.view()));
  return Buffer.from(head.view());
}

/** An unpacked block; rows are read when asked for. */
export class RecordBlock {
  readonly #fields: readonly string[];
  readonly #body: Buffer;
  readonly #starts: number[] = [];

  /** @throws MalformedBytes */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== VERSION) throw new MalformedBytes(`record block of version ${version}, this version of Skein reads ${VERSION}`);
    this.#fields = readNames(reader);
    const count = reader.varint();
    this.#body = unpack(reader.raw(reader.remaining));
    const body = new ByteReader(this.#body);
    while (!body.done) {
      const size = body.varint();
      this.#starts.push(body.at);
      body.skip(size);
    }
    if (this.#starts.length !== count) throw new MalformedBytes('a record block does not have the rows that it should have');
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Memory that keeping this block costs. */
  get bytes(): number {
    return this.#body.length + this.#starts.length * 8;
  }

  row(index: number, omit?: string): Record<string, Value | undefined> {
    const start = this.#starts[index];
    if (start === undefined) throw new MalformedBytes('a posting names a row that its block does not have');
    return readRow(new ByteReader(this.#body, start), this.#fields, omit);
  }
}
