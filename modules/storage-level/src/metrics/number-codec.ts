import { type KeyedSums, MAX_TABLE_KEYS, type MetricModel, type MutableTable, mergeColumns, NumberTable } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';

const MAX_COUNT = 2 ** 52;
/** Keys farther apart than this are written as they are: their difference might not be exact. */
const MAX_STEP = 2 ** 50;

// Used from beginning to end within one call.
const entries = new ByteWriter(4096);

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

/** Number of keys, a byte for their kind, then {@link writeEntries}. */
export function writeTable(writer: ByteWriter, table: KeyedSums, width: number): void {
  writer.varint(table.size);
  const [first] = table instanceof NumberTable ? [0] : table.keys();
  writer.byte(typeof first === 'string' ? 1 : 0);
  writeEntries(writer, table, width);
}

/** Keys and sums by ascending key. Who reads them must know how many, of what kind, and the sums of each. */
export function writeEntries(writer: ByteWriter, table: KeyedSums, width: number): void {
  if (table instanceof NumberTable) {
    writeNumbers(writer, table.cells);
    return;
  }
  let previous = 0;
  for (const key of sortedKeys(table)) {
    previous = writeTableKey(writer, key, previous);
    writeSums(writer, table.get(key)!, width);
  }
}

function writeNumbers(writer: ByteWriter, cells: readonly number[]): void {
  let previous = 0;
  for (let i = 0; i < cells.length; i += 2) {
    const key = cells[i]!;
    writeKey(writer, key, previous);
    writeNumber(writer, cells[i + 1]!);
    previous = key;
  }
}

/**
 * Merges a table into one that {@link writeTable} wrote and writes the outcome, as `mergeMetricState` makes it, without a map of what is stored.
 * @throws MalformedBytes
 */
export function writeMergedTable(
  writer: ByteWriter,
  stored: Uint8Array,
  added: KeyedSums,
  { width, merge }: Pick<NonNullable<MetricModel['table']>, 'width' | 'merge'>,
): void {
  if (added instanceof NumberTable) {
    writeMergedNumbers(writer, new ByteReader(stored), added.cells);
    return;
  }
  const reader = new ByteReader(stored);
  const count = reader.count();
  const numeric = reader.byte() === 0;
  const keys = sortedKeys(added);
  entries.clear();
  let written = 0;
  let previous = 0;
  const put = (key: Key, sums: ArrayLike<number>): void => {
    // The smallest keys are kept, and they come first.
    if (written >= MAX_TABLE_KEYS) return;
    written++;
    previous = writeTableKey(entries, key, previous);
    writeSums(entries, sums, width);
  };
  let next = 0;
  let previousStored = 0;
  for (let left = count; left > 0; left--) {
    const key = numeric ? readKey(reader, previousStored) : reader.text();
    if (typeof key === 'number') previousStored = key;
    const sums = readSums(reader, width);
    for (; next < keys.length && keys[next]! < key; next++) put(keys[next]!, added.get(keys[next]!)!);
    if (keys[next] === key) mergeColumns(sums, added.get(keys[next++]!)!, merge);
    put(key, sums);
  }
  for (; next < keys.length; next++) put(keys[next]!, added.get(keys[next]!)!);
  writer.varint(written);
  writer.byte((count > 0 ? numeric : typeof keys[0] !== 'string') ? 0 : 1);
  writer.rawOf(entries);
}

function writeMergedNumbers(writer: ByteWriter, reader: ByteReader, added: readonly number[]): void {
  const count = reader.count();
  if (reader.byte() !== 0 && count > 0) throw new MalformedBytes('a table of numbers has texts for keys');
  entries.clear();
  let written = 0;
  let previous = 0;
  const put = (key: number, sum: number): void => {
    // The smallest keys are kept, and they come first.
    if (written >= MAX_TABLE_KEYS) return;
    written++;
    writeKey(entries, key, previous);
    writeNumber(entries, sum);
    previous = key;
  };
  let next = 0;
  let key = 0;
  for (let left = count; left > 0; left--) {
    key = readKey(reader, key);
    let sum = readNumber(reader);
    for (; next < added.length && added[next]! < key; next += 2) put(added[next]!, added[next + 1]!);
    if (added[next] === key) {
      sum = addSum(sum, added[next + 1]!);
      next += 2;
    }
    put(key, sum);
  }
  for (; next < added.length; next += 2) put(added[next]!, added[next + 1]!);
  writer.varint(written);
  writer.byte(0);
  writer.rawOf(entries);
}

/** @throws MalformedBytes */
export function readTable(reader: ByteReader, width: number): MutableTable {
  const size = reader.count();
  return readEntries(reader, size, reader.byte() === 0, width);
}

/** @throws MalformedBytes */
export function readEntries(reader: ByteReader, size: number, numeric: boolean, width: number): MutableTable {
  if (numeric && width === 1) return readNumberTable(reader, size);
  const table = new Map<number | string, number[]>();
  let previous = 0;
  for (let i = 0; i < size; i++) {
    const key = numeric ? readKey(reader, previous) : reader.text();
    if (typeof key === 'number') previous = key;
    table.set(key, readSums(reader, width));
  }
  return table;
}

function readNumberTable(reader: ByteReader, size: number): NumberTable {
  const table = new NumberTable();
  let key = 0;
  for (let i = 0; i < size; i++) {
    key = readKey(reader, key);
    table.add(key, readNumber(reader), MAX_TABLE_KEYS);
  }
  return table;
}

function sortedKeys(table: KeyedSums): Key[] {
  const keys: Key[] = [];
  let sorted = true;
  for (const key of table.keys()) {
    if (keys.length > 0 && key < keys[keys.length - 1]!) sorted = false;
    keys.push(key);
  }
  return sorted ? keys : keys.sort((a, b) => (a < b ? -1 : 1));
}

function writeTableKey(writer: ByteWriter, key: Key, previous: number): number {
  if (typeof key === 'number') {
    writeKey(writer, key, previous);
    return key;
  }
  writer.text(key);
  return previous;
}

function writeSums(writer: ByteWriter, sums: ArrayLike<number>, width: number): void {
  for (let i = 0; i < width; i++) writeNumber(writer, sums[i] ?? 0);
}

function readSums(reader: ByteReader, width: number): number[] {
  const sums: number[] = [];
  for (let i = 0; i < width; i++) sums.push(readNumber(reader));
  return sums;
}

const addSum = (a: number, b: number): number => Math.min(Math.max(a + b, -Number.MAX_VALUE), Number.MAX_VALUE);

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
