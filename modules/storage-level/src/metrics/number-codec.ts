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

type Key = number | string;
type Table = ReadonlyMap<Key, ArrayLike<number>>;

export function writeTable(writer: ByteWriter, table: Table, width: number): void {
  const keys = sortedKeys(table);
  writer.varint(keys.length);
  writer.byte(typeof keys[0] === 'string' ? 1 : 0);
  let previous = 0;
  for (const key of keys) {
    previous = writeTableKey(writer, key, previous);
    writeSums(writer, table.get(key)!, width);
  }
}

/**
 * Adds a table to one that {@link writeTable} wrote, without taking that apart, and writes the sum: what `mergeMetricState` makes of the
 * two. @throws MalformedBytes
 */
export function writeMergedTable(writer: ByteWriter, stored: Uint8Array, added: Table, width: number): void {
  const keys = sortedKeys(added);
  // Counted first: the number of keys comes before them.
  writer.varint(Math.min(mergeTables(stored, keys, width, () => undefined), MAX_TABLE_KEYS));
  writer.byte(new TableReader(stored, width).numeric ? 0 : 1);
  let previous = 0;
  let written = 0;
  const sums: number[] = [];
  mergeTables(stored, keys, width, (key, known) => {
    if (written++ >= MAX_TABLE_KEYS) return;
    previous = writeTableKey(writer, key, previous);
    const more = added.get(key);
    for (let i = 0; i < width; i++) sums[i] = known === undefined ? more![i]! : more === undefined ? known[i]! : clamp(known[i]! + (more[i] ?? 0));
    writeSums(writer, sums, width);
  });
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
