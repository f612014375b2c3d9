import type { Instant, Precision } from '@skein/telemetry/storage';
import type { TextHash } from '../bytes/text-hash.js';

/**
 * Keys of the store: a kind byte, then for what ages a partition (2 bytes), then names, then what orders the values within.
 * Everything is big-endian, so that order of keys is order of time, and a partition of a model is one range.
 */
export const Kind = {
  meta: 1,
  block: 2,
  posting: 3,
  hour: 4,
  metric: 5,
  names: 6,
  entity: 7,
  document: 8,
  ids: 9,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const PRECISION_CODES: Readonly<Record<Precision, number>> = { minute: 1, hour: 2, day: 3 };
const DAY_MS = 86_400_000;
/** Days in one partition of metrics; records have partitions of one day. */
const PARTITION_DAYS: Readonly<Record<Precision, number>> = { minute: 1, hour: 8, day: 32 };

export const recordPartition = (at: Instant): number => clampPartition(at / DAY_MS);
export const recordPartitionEnd = (partition: number): Instant => (partition + 1) * DAY_MS;
export const metricPartition = (bucket: Instant, precision: Precision): number =>
  clampPartition(bucket / DAY_MS / PARTITION_DAYS[precision]);
export const metricPartitionEnd = (partition: number, precision: Precision): Instant =>
  (partition + 1) * PARTITION_DAYS[precision] * DAY_MS;

const clampPartition = (value: number): number => Math.min(Math.max(Math.floor(value), 0), 0xffff);

/** Puts a key together part by part. */
class KeyBuilder {
  #buffer = Buffer.allocUnsafe(256);
  #at = 0;

  begin(kind: Kind): this {
    this.#at = 0;
    return this.uint(kind, 1);
  }

  uint(value: number, bytes: 1 | 2 | 4 | 6): this {
    this.#room(bytes);
    this.#at = this.#buffer.writeUIntBE(value, this.#at, bytes);
    return this;
  }

  /** Text that something follows: zero bytes are escaped, and a terminator sorts before any longer text. */
  term(text: string): this {
    this.rest(text.includes('\0') ? text.replaceAll('\0', '\0\u007f') : text);
    return this.uint(0, 1).uint(1, 1);
  }

  /** Text at the end of a key. */
  rest(text: string): this {
    const size = text.length * 3;
    this.#room(size);
    this.#at += this.#buffer.write(text, this.#at, 'utf8');
    return this;
  }

  end(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#at));
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

const builder = new KeyBuilder();

export const metaKey = (name: string): Buffer => builder.begin(Kind.meta).rest(name).end();

export const blockKey = (partition: number, model: string, sequence: number): Buffer =>
  builder.begin(Kind.block).uint(partition, 2).term(model).uint(sequence, 6).end();

/** `field` is empty for the postings of all rows. */
export const postingKey = (partition: number, model: string, field: string, hash: TextHash, sequence: number): Buffer =>
  builder.begin(Kind.posting).uint(partition, 2).term(model).term(field).uint(hash.high, 4).uint(hash.low, 4).uint(sequence, 6).end();

/** How far from the end of a posting's key its hash begins. */
export const POSTING_HASH_AT = 14;

/** A page of postings: those of a field whose hashes begin with the byte `page`. Behind the empty field, so that no key of a posting is like it. */
export const postingPageKey = (partition: number, model: string, field: string, page: number, sequence: number): Buffer =>
  builder.begin(Kind.posting).uint(partition, 2).term(model).term('').term(field).uint(page, 1).uint(sequence, 6).end();

/** How far from the end of a page's key its number is. */
export const POSTING_PAGE_AT = 7;

/** Ids of the records of one flush. */
export const idsKey = (sequence: number): Buffer => builder.begin(Kind.ids).uint(sequence, 6).end();

export const hourKey = (partition: number, model: string, hour: number): Buffer =>
  builder.begin(Kind.hour).uint(partition, 2).term(model).uint(hour, 4).end();

export const metricKey = (precision: Precision, partition: number, scope: string, bucket: Instant, chunk: number): Buffer =>
  builder
    .begin(Kind.metric)
    .uint(PRECISION_CODES[precision], 1)
    .uint(partition, 2)
    .term(scope)
    .uint(Math.max(0, bucket), 6)
    .uint(chunk, 4)
    .end();

export const namesKey = (precision: Precision, partition: number, scope: string, chunk: number): Buffer =>
  builder.begin(Kind.names).uint(PRECISION_CODES[precision], 1).uint(partition, 2).term(scope).uint(chunk, 4).end();

export const entityKey = (model: string, id: string): Buffer => builder.begin(Kind.entity).term(model).rest(id).end();
export const documentKey = (kind: string, id: string): Buffer => builder.begin(Kind.document).term(kind).rest(id).end();

export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export const kindRange = (kind: Kind): KeyRange => ({ gte: Buffer.from([kind]), lt: Buffer.from([kind + 1]) });
export const blockRange = (partition: number, model: string): KeyRange =>
  prefixRange(builder.begin(Kind.block).uint(partition, 2).term(model).end());
export const postingRange = (partition: number, model: string): KeyRange =>
  prefixRange(builder.begin(Kind.posting).uint(partition, 2).term(model).end());
export const hourRange = (partition: number, model: string): KeyRange =>
  prefixRange(builder.begin(Kind.hour).uint(partition, 2).term(model).end());
/** Everything of a precision in the partitions before `before`. */
export const metricRange = (precision: Precision, before: number): KeyRange => partitionRange(Kind.metric, precision, before);
export const namesRange = (precision: Precision, before: number): KeyRange => partitionRange(Kind.names, precision, before);
export const entityRange = (model: string): KeyRange => prefixRange(builder.begin(Kind.entity).term(model).end());
export const documentRange = (kind: string, prefix: string): KeyRange =>
  prefixRange(builder.begin(Kind.document).term(kind).rest(prefix).end());

const partitionRange = (kind: Kind, precision: Precision, before: number): KeyRange => ({
  gte: builder.begin(kind).uint(PRECISION_CODES[precision], 1).end(),
  lt: builder.begin(kind).uint(PRECISION_CODES[precision], 1).uint(before, 2).end(),
});

/** Keys that begin with these bytes. */
export function prefixRange(prefix: Buffer): KeyRange {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    if (end[i]! < 255) {
      end[i]!++;
      return { gte: prefix, lt: end.subarray(0, i + 1) };
    }
  }
  return { gte: prefix, lt: Buffer.from([255]) };
}

/** The id at the end of an entity's or document's key, given the key's range by prefix. */
export const restOf = (key: Buffer, range: KeyRange): string => key.toString('utf8', range.gte.length);

export interface RecordKey {
  readonly partition: number;
  readonly model: string;
  /** Sequence of a block, hour of a summary. */
  readonly last: number;
}

/** Reads the key of an hour back. */
export function parseHourKey(key: Buffer): RecordKey {
  const model = key.toString('utf8', 3, key.length - 6).replaceAll('\0\u007f', '\0');
  return { partition: key.readUInt16BE(1), model, last: key.readUInt32BE(key.length - 4) };
}

export const sequenceOf = (key: Buffer): number => key.readUIntBE(key.length - 6, 6);
