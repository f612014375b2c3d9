import type { RecordModel } from '@skein/telemetry/storage';
import type { ByteReader } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';

/** Zone map of a set of rows: how many, and the smallest and largest time and order fields. */
export interface RecordBounds {
  count: number;
  /** The model's `time`, then its `order` fields; [min, max] of each. Infinity and -Infinity where no row has the field. */
  readonly fields: [number, number][];
}

const MAX_STEP = 2 ** 51;

export const orderFields = (model: RecordModel): readonly string[] => [model.time, ...(model.order ?? [])];

export function emptyBounds(count: number): RecordBounds {
  return { count: 0, fields: Array.from({ length: count }, () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) };
}

/** Widens by the bounds of other rows. */
export function join(into: RecordBounds, from: RecordBounds): void {
  into.count += from.count;
  for (const [i, [min, max]] of from.fields.entries()) {
    if (into.fields[i] === undefined) into.fields.push([min, max]);
    else stretch(into.fields[i], min, max);
  }
}

function stretch(field: [number, number], min: number, max: number): void {
  if (min < field[0]) field[0] = min;
  if (max > field[1]) field[1] = max;
}

export function writeBounds(writer: ByteWriter, { count, fields }: RecordBounds): void {
  writer.varint(count);
  writer.varint(fields.length);
  for (const [min, max] of fields) writeRange(writer, count, min, max);
}

/** The smallest and the largest value of a field among `count` rows. */
export function writeRange(writer: ByteWriter, count: number, min: number, max: number): void {
  writer.signed(min);
  if (count > 1) writeFrom(writer, min, max);
}

export function readBounds(reader: ByteReader): RecordBounds {
  const count = reader.varint();
  const fields = Array.from({ length: reader.count(2) }, (): [number, number] => {
    const min = reader.signed();
    if (count > 1) return [min, readFrom(reader, min)];
    return [min, min === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : min];
  });
  return { count, fields };
}

/** A number that is at least `min`, mostly a little more. */
export function writeFrom(writer: ByteWriter, min: number, value: number): void {
  const step = value - min;
  if (Number.isSafeInteger(step) && step >= 0 && step < MAX_STEP && min + step === value) {
    writer.varint(step + 1);
    return;
  }
  writer.byte(0);
  writer.float64(value);
}

/** The reverse of {@link writeFrom}. */
export function readFrom(reader: ByteReader, min: number): number {
  const step = reader.varint();
  return step === 0 ? reader.float64() : min + (step - 1);
}
