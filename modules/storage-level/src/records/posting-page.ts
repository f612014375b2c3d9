import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { TextHash } from '../bytes/text-hash.js';
import { type FlatPostings, type Posting, withBlocks, writeBlocks } from './posting-codec.js';
import { readFrom, writeFrom } from './record-bounds.js';

/**
 * From so many postings of one field in one flush on, those whose hashes begin with the same byte share a value, a page. A key of its own
 * costs LevelDB more than the few bytes of a posting, and what has thousands of values has most postings. The price is paid by who looks
 * for a value that few flushes have: a page of every flush is read, some 4 us of CPU each, and not only the postings of the value.
 */
export const PAGED_FROM = 512;
/** The same for what rows are fetched together by: that is looked for in all days, so a page must stand for more rows. */
export const PAGED_GROUP_FROM = 2048;
export const PAGES = 256;

const VERSION = 1;

/** The page of a posting, by the upper half of its hash. */
export const pageOf = (high: number): number => high >>> 24;

// Used from beginning to end within one call.
const one = new ByteWriter(1024);

/** Bounds of postings in a page are written as distances from the smallest values of the flush: `base`, one for each order field. */
export function beginPage(writer: ByteWriter, base: readonly number[]): void {
  writer.clear();
  writer.byte(VERSION);
  writer.varint(base.length);
  for (let i = 0; i < base.length; i++) writer.signed(base[i]!);
}

/** Adds a posting; `low`: the lower half of its hash, which with the page's number tells it apart well enough. */
export function addToPage(writer: ByteWriter, base: readonly number[], low: number, postings: FlatPostings, posting: number): void {
  const { min, max, width, counts } = postings;
  const count = counts[posting]!;
  one.clear();
  one.varint(count);
  for (let i = 0, at = posting * width; i < width; i++, at++) {
    writeFrom(one, base[i]!, min[at]!);
    if (count > 1) writeFrom(one, min[at]!, max[at]!);
  }
  writeBlocks(one, postings, posting);
  writer.uint32le(low);
  writer.bytesOf(one);
}

/** The posting of a hash, or undefined if the page has none. @throws MalformedBytes */
export function findInPage(page: Uint8Array, { low }: TextHash): Posting | undefined {
  const reader = new ByteReader(page);
  const version = reader.byte();
  if (version !== VERSION) throw new MalformedBytes(`page of postings of version ${version}, this version of Skein reads ${VERSION}`);
  const width = reader.count();
  const baseAt = reader.at;
  reader.skipNumbers(width);
  while (!reader.done) {
    const isWanted = reader.uint32le() === low;
    const size = reader.varint();
    if (isWanted) return readOne(new ByteReader(page, reader.at, reader.at + size), readBase(new ByteReader(page, baseAt), width));
    reader.skip(size);
  }
  return undefined;
}

const readBase = (reader: ByteReader, width: number): number[] => Array.from({ length: width }, () => reader.signed());

function readOne(reader: ByteReader, base: readonly number[]): Posting {
  const count = reader.varint();
  const fields = base.map((from): [number, number] => {
    const min = readFrom(reader, from);
    if (count > 1) return [min, readFrom(reader, min)];
    return [min, min === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : min];
  });
  return withBlocks({ count, fields }, reader);
}
