import type { ByteReader } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';

const MAX_COUNT = 2 ** 52;
/** Keys farther apart than this are written as they are: their difference might not be exact. */
const MAX_STEP = 2 ** 50;

/** Counts are short; anything else is a zero byte and the number as it is. */
export function writeNumber(writer: ByteWriter, value: number): void {
  if (value >= 0 && value < MAX_COUNT && Number.isInteger(value) && !Object.is(value, -0)) {
    writer.varint(value + 1);
    return;
  }
  writer.byte(0);
  writer.float64(value);
}

export function readNumber(reader: ByteReader): number {
  const value = reader.varint();
  return value === 0 ? reader.float64() : value - 1;
}

export function writeTable(writer: ByteWriter, table: ReadonlyMap<number | string, ArrayLike<number>>, width: number): void {
  writer.varint(table.size);
  const numeric = typeof table.keys().next().value !== 'string';
  writer.byte(numeric ? 0 : 1);
  const entries = [...table].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let previous = 0;
  for (const [key, sums] of entries) {
    if (typeof key === 'number') {
      writeKey(writer, key, previous);
      previous = key;
    } else writer.text(key);
    for (let i = 0; i < width; i++) writeNumber(writer, sums[i] ?? 0);
  }
}

export function readTable(reader: ByteReader, width: number): Map<number | string, number[]> {
  const table = new Map<number | string, number[]>();
  const size = reader.count();
  const numeric = reader.byte() === 0;
  let previous = 0;
  for (let i = 0; i < size; i++) {
    const key = numeric ? readKey(reader, previous) : reader.text();
    if (typeof key === 'number') previous = key;
    const sums: number[] = [];
    for (let j = 0; j < width; j++) sums.push(readNumber(reader));
    table.set(key, sums);
  }
  return table;
}

function writeKey(writer: ByteWriter, key: number, previous: number): void {
  const step = key - previous;
  if (step >= 0 && step < MAX_STEP) {
    writer.varint(step + 1);
    return;
  }
  writer.byte(0);
  writer.float64(key);
}

function readKey(reader: ByteReader, previous: number): number {
  const step = reader.varint();
  return step === 0 ? reader.float64() : previous + step - 1;
}
