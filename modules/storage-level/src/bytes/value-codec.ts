import type { Row, Value } from '@skein/telemetry/storage';
import { type ByteReader, MalformedBytes } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

const ABSENT = 0;
const NULL = 1;
const FALSE = 2;
const TRUE = 3;
const NUMBER = 4;
const TEXT = 5;
const TEXTS = 6;
const BYTES = 7;

/** A value with its kind before it, so that it can be read without its model. */
export function writeValue(writer: ByteWriter, value: Value | undefined): void {
  if (value === undefined) writer.byte(ABSENT);
  else if (typeof value === 'string') {
    writer.byte(TEXT);
    writer.text(value);
  } else if (typeof value === 'number') {
    writer.byte(NUMBER);
    writer.signed(value);
  } else if (typeof value === 'boolean') writer.byte(value ? TRUE : FALSE);
  else if (value === null) writer.byte(NULL);
  else if (value instanceof Uint8Array) {
    writer.byte(BYTES);
    writer.bytes(value);
  } else {
    writer.byte(TEXTS);
    writer.varint(value.length);
    for (const text of value) writer.text(text);
  }
}

export function readValue(reader: ByteReader): Value | undefined {
  const kind = reader.byte();
  switch (kind) {
    case ABSENT:
      return undefined;
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return reader.signed();
    case TEXT:
      return reader.text();
    case TEXTS:
      return Array.from({ length: reader.count() }, () => reader.text());
    case BYTES:
      // A copy, so that a row does not keep its whole block alive.
      return new Uint8Array(reader.bytes());
  }
  throw new MalformedBytes(`unknown kind of value ${kind}`);
}

/** Passes over a value without making anything of it. */
export function skipValue(reader: ByteReader): void {
  const kind = reader.byte();
  switch (kind) {
    case ABSENT:
    case NULL:
    case FALSE:
    case TRUE:
      return;
    case NUMBER:
      reader.signed();
      return;
    case TEXT:
    case BYTES:
      reader.skip(reader.varint());
      return;
    case TEXTS:
      for (let left = reader.count(); left > 0; left--) reader.skip(reader.varint());
      return;
  }
  throw new MalformedBytes(`unknown kind of value ${kind}`);
}

/** The values of a row in the order of `fields`, without their names. */
export function writeRow(writer: ByteWriter, fields: readonly string[], row: Row): void {
  for (const field of fields) writeValue(writer, row[field]);
}

export function readRow(reader: ByteReader, fields: readonly string[]): Record<string, Value | undefined> {
  const row: Record<string, Value | undefined> = {};
  for (const field of fields) {
    const value = readValue(reader);
    if (value !== undefined) row[field] = value;
  }
  return row;
}

export function writeNames(writer: ByteWriter, names: readonly string[]): void {
  writer.varint(names.length);
  for (const name of names) writer.text(name);
}

export const readNames = (reader: ByteReader): string[] => Array.from({ length: reader.count() }, () => reader.text());
