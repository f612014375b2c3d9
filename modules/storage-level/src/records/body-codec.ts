import type { Row, Value } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { readValue, writeValue } from '../bytes/value-codec.js';

/**
 * Most bodies begin with texts that are fields of their rows too, such as the ids of a trace segment. Random ids are most of what is left
 * of a row after compression, so they are cut out of the body and put back when it is read. Only longer texts are worth it, and only near
 * the beginning are they looked for.
 */
const MIN_CUT = 16;
const MAX_CUT = 1024;
const LOOK_AHEAD = 96;

/** Not bytes: a value follows. Anything else: bytes follow, from which texts were cut. */
const VALUE = 0;
const CUT = 1;

// Used from beginning to end within one call.
/** Where in a body the texts begin that are cut, each counted from the end of the one before; -1 where it has none. */
const gaps: number[] = [];

/**
 * Writes the bodies of rows: how many of the fields `shown` are cut, and their places; then each body with its length before it. A body is a
 * gap plus 1 for each cut, or 0, and the bytes that are left.
 */
export function writeBodies(writer: ByteWriter, field: string, shown: readonly string[], rows: readonly Row[]): void {
  const cuts = cutsOf(field, shown, rows);
  writer.varint(cuts.length);
  for (const name of cuts) writer.varint(shown.indexOf(name));
  for (const row of rows) {
    const body = row[field];
    if (body instanceof Uint8Array) {
      writer.byte(CUT);
      writeCut(writer, body, cuts, row);
    } else {
      writer.byte(VALUE);
      writeValue(writer, body);
    }
  }
}

/** The fields whose texts the first body holds, in their order there. The other bodies are taken to be like it. */
function cutsOf(field: string, shown: readonly string[], rows: readonly Row[]): string[] {
  const first = rows.find((row) => row[field] instanceof Uint8Array);
  if (first === undefined) return [];
  const body = first[field] as Uint8Array;
  const found = shown
    .map((name): readonly [string, number] => [name, find(body, 0, LOOK_AHEAD * 2, first[name])])
    .filter(([, at]) => at >= 0)
    .sort(([, a], [, b]) => a - b);
  return found.map(([name]) => name);
}

function writeCut(writer: ByteWriter, body: Uint8Array, cuts: readonly string[], row: Row): void {
  gaps.length = 0;
  let left = body.byteLength;
  let at = 0;
  for (let i = 0; i < cuts.length; i++) {
    const text = row[cuts[i]!];
    const start = find(body, at, LOOK_AHEAD, text);
    gaps.push(start < 0 ? -1 : start - at);
    if (start < 0) continue;
    const size = (text as string).length;
    at = start + size;
    left -= size;
  }
  writer.varint(left);
  for (let i = 0; i < gaps.length; i++) writer.varint(gaps[i]! + 1);
  at = 0;
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i]!;
    if (gap < 0) continue;
    writer.rawPart(body, at, at + gap);
    at += gap + (row[cuts[i]!] as string).length;
  }
  writer.rawPart(body, at, body.byteLength);
}

/** Where the text begins in the bytes, as Latin-1, between `from` and `from + ahead`; -1 where it does not, or is not worth a cut. */
function find(bytes: Uint8Array, from: number, ahead: number, text: Value | undefined): number {
  if (typeof text !== 'string') return -1;
  const size = text.length;
  if (size < MIN_CUT || size > MAX_CUT) return -1;
  const first = text.charCodeAt(0);
  const last = Math.min(bytes.byteLength - size, from + ahead);
  for (let at = from; at <= last; at++) {
    if (bytes[at] === first && isAt(bytes, at, text, size)) return at;
  }
  return -1;
}

function isAt(bytes: Uint8Array, at: number, text: string, size: number): boolean {
  for (let i = 1; i < size; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bodies as {@link writeBodies} wrote them. */
export class Bodies {
  readonly #bytes: Buffer;
  readonly #cuts: readonly string[];
  readonly #starts: readonly number[];

  /** @throws MalformedBytes */
  constructor(bytes: Buffer, shown: readonly string[], count: number) {
    const reader = new ByteReader(bytes);
    const cuts: string[] = [];
    for (let left = reader.count(); left > 0; left--) {
      const name = shown[reader.varint()];
      if (name === undefined) throw new MalformedBytes('a body is without the text of a field that there is not');
      cuts.push(name);
    }
    const starts: number[] = [];
    while (!reader.done) {
      starts.push(reader.at);
      skipBody(reader, cuts.length);
    }
    if (starts.length !== count) throw new MalformedBytes('packed bodies are not as many as they should be');
    this.#bytes = bytes;
    this.#cuts = cuts;
    this.#starts = starts;
  }

  /** The body of a row; `row` has its other fields. @throws MalformedBytes */
  read(index: number, row: Row): Value | undefined {
    const start = this.#starts[index];
    if (start === undefined) throw new MalformedBytes('a posting names a body that its block does not have');
    const reader = new ByteReader(this.#bytes, start);
    if (reader.byte() === VALUE) return readValue(reader);
    const left = reader.varint();
    const parts: Uint8Array[] = [];
    let size = 0;
    const gaps = this.#cuts.map(() => reader.varint() - 1);
    const rest = new ByteReader(reader.raw(left));
    for (const [i, gap] of gaps.entries()) {
      if (gap < 0) continue;
      const text = row[this.#cuts[i]!];
      if (typeof text !== 'string') throw new MalformedBytes('a body is without the text of a field that its row does not have');
      parts.push(rest.raw(gap), Buffer.from(text, 'latin1'));
    }
    parts.push(rest.raw(rest.remaining));
    for (const one of parts) size += one.byteLength;
    // A copy, so that a row does not keep its whole block alive.
    const body = new Uint8Array(size);
    let at = 0;
    for (const one of parts) {
      body.set(one, at);
      at += one.byteLength;
    }
    return body;
  }
}

function skipBody(reader: ByteReader, cuts: number): void {
  if (reader.byte() === VALUE) {
    readValue(reader);
    return;
  }
  const left = reader.varint();
  for (let i = 0; i < cuts; i++) reader.varint();
  reader.skip(left);
}
