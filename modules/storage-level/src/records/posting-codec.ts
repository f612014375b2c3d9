import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { type RecordBounds, readBounds, writeRange } from './record-bounds.js';

const VERSION = 2;
/** More rows than a block can have; they take no bytes, so that a damaged number could reserve memory. */
const MAX_RUN = 65_536;

/** Row numbers, ascending, by block: the block's place within the flush. */
export type RowsByBlock = ReadonlyMap<number, readonly number[]>;

/** Which rows of which blocks of one flush have a value, with the bounds of these rows. */
export interface Posting {
  readonly bounds: RecordBounds;
  readonly blocks: RowsByBlock;
}

/** Postings of one flush in columns, as they are written. */
export interface FlatPostings {
  /** Smallest and largest order fields, `width` numbers for each posting. */
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly width: number;
  /** The rows of all postings, counted through all blocks of the flush: posting `n` has those before `ends[n]`, `counts[n]` of them. */
  readonly rows: Uint32Array;
  readonly ends: Uint32Array;
  readonly counts: readonly number[];
  /** The block of a row, and the first row of a block. */
  readonly blockOfRow: readonly number[];
  readonly firstRows: readonly number[];
}

/** A posting as a value of its own. */
export function writePosting(writer: ByteWriter, postings: FlatPostings, posting: number): void {
  const { min, max, width } = postings;
  const count = postings.counts[posting]!;
  writer.byte(VERSION);
  writer.varint(count);
  writer.varint(width);
  for (let i = posting * width; i < (posting + 1) * width; i++) writeRange(writer, count, min[i]!, max[i]!);
  writeBlocks(writer, postings, posting);
}

/** Each block with the number of its rows and whether these follow each other; then the first row, and the steps to the others if they do not. */
export function writeBlocks(
  writer: ByteWriter,
  { rows, ends, counts, blockOfRow, firstRows }: Omit<FlatPostings, 'min' | 'max' | 'width'>,
  posting: number,
): void {
  const end = ends[posting]!;
  for (let i = end - counts[posting]!; i < end; ) {
    const first = rows[i]!;
    const block = blockOfRow[first]!;
    let next = i + 1;
    while (next < end && blockOfRow[rows[next]!] === block) next++;
    const isRun = rows[next - 1]! - first === next - 1 - i;
    writer.varint(block);
    writer.varint((next - i) * 2 + (isRun ? 1 : 0));
    writer.varint(first - firstRows[block]!);
    if (!isRun) for (let k = i + 1; k < next; k++) writer.varint(rows[k]! - rows[k - 1]! - 1);
    i = next;
  }
}

/** Reads the bounds; the rows are read when they are first asked for, since most postings are passed over because of their bounds. */
export function decodePosting(bytes: Uint8Array): Posting {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new MalformedBytes(`posting of version ${version}, this version of Skein reads ${VERSION}`);
  return withBlocks(readBounds(reader), reader);
}

/** A posting whose rows are what is left to read. */
export function withBlocks(bounds: RecordBounds, reader: ByteReader): Posting {
  let blocks: Map<number, number[]> | undefined;
  return {
    bounds,
    get blocks() {
      blocks ??= readBlocks(reader);
      return blocks;
    },
  };
}

function readBlocks(reader: ByteReader): Map<number, number[]> {
  const blocks = new Map<number, number[]>();
  while (!reader.done) {
    const block = reader.varint();
    const head = reader.varint();
    const isRun = head % 2 === 1;
    const count = Math.floor(head / 2);
    if (count > (isRun ? MAX_RUN : reader.remaining)) throw new MalformedBytes('a posting has more rows than there can be');
    const rows: number[] = [];
    let row = reader.varint();
    rows.push(row);
    for (let left = count - 1; left > 0; left--) {
      row += isRun ? 1 : reader.varint() + 1;
      rows.push(row);
    }
    blocks.set(block, rows);
  }
  return blocks;
}

/** The rows that both have. */
export function intersectRows(a: RowsByBlock, b: RowsByBlock): RowsByBlock {
  const both = new Map<number, readonly number[]>();
  for (const [block, rows] of a) {
    const others = b.get(block);
    if (others === undefined) continue;
    const wanted = new Set(others);
    const met = rows.filter((row) => wanted.has(row));
    if (met.length > 0) both.set(block, met);
  }
  return both;
}

/** The rows that either has. */
export function uniteRows(a: RowsByBlock, b: RowsByBlock): RowsByBlock {
  const either = new Map(a);
  for (const [block, rows] of b) {
    const known = either.get(block);
    either.set(block, known === undefined ? rows : [...new Set([...known, ...rows])].sort((x, y) => x - y));
  }
  return either;
}
