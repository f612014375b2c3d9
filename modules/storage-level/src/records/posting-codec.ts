import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { type RecordBounds, readBounds, writeRange } from './record-bounds.js';

const VERSION = 1;

/** Which rows of which blocks of one flush have a value, with the bounds of these rows. */
export interface Posting {
  readonly bounds: RecordBounds;
  /** Row numbers, ascending, by block: the block's place within the flush. */
  readonly blocks: Map<number, number[]>;
}

/** Bounds of a posting among those of others: `width` numbers from `at` on. */
interface FlatBounds {
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly at: number;
  readonly width: number;
}

/** A posting of the rows `rows[start]` to `rows[end - 1]`, ascending, which are counted through all blocks of the flush. */
export function writePosting(
  writer: ByteWriter,
  { min, max, at, width }: FlatBounds,
  rows: Uint32Array,
  start: number,
  end: number,
  { blockOfRow, firstRows }: { readonly blockOfRow: readonly number[]; readonly firstRows: readonly number[] },
): void {
  writer.byte(VERSION);
  writer.varint(end - start);
  writer.varint(width);
  for (let i = at; i < at + width; i++) writeRange(writer, end - start, min[i]!, max[i]!);
  for (let i = start; i < end; ) {
    const block = blockOfRow[rows[i]!]!;
    let next = i + 1;
    while (next < end && blockOfRow[rows[next]!] === block) next++;
    writer.varint(block);
    writer.varint(next - i);
    let previous = firstRows[block]! - 1;
    for (; i < next; i++) {
      writer.varint(rows[i]! - previous - 1);
      previous = rows[i]!;
    }
  }
}

/** Reads the bounds; the rows are read when they are first asked for, since most postings are passed over because of their bounds. */
export function decodePosting(bytes: Uint8Array): Posting {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new MalformedBytes(`posting of version ${version}, this version of Skein reads ${VERSION}`);
  const bounds = readBounds(reader);
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
    const rows: number[] = [];
    let previous = -1;
    for (let left = reader.count(); left > 0; left--) {
      previous += reader.varint() + 1;
      rows.push(previous);
    }
    blocks.set(block, rows);
  }
  return blocks;
}

/** The rows that both have; undefined when there are none. Bounds become the tighter of both. */
export function intersect(a: Posting, b: Posting): Posting | undefined {
  const blocks = new Map<number, number[]>();
  let count = 0;
  for (const [block, rows] of a.blocks) {
    const others = b.blocks.get(block);
    if (others === undefined) continue;
    const wanted = new Set(others);
    const both = rows.filter((row) => wanted.has(row));
    if (both.length > 0) blocks.set(block, both);
    count += both.length;
  }
  if (count === 0) return undefined;
  const fields = a.bounds.fields.map(([min, max], i): [number, number] => {
    const [otherMin, otherMax] = b.bounds.fields[i] ?? [min, max];
    return [Math.max(min, otherMin), Math.min(max, otherMax)];
  });
  return { bounds: { count, fields }, blocks };
}

/** The rows that either has. */
export function unite(a: Posting, b: Posting): Posting {
  const blocks = new Map(a.blocks);
  for (const [block, rows] of b.blocks) {
    const known = blocks.get(block);
    blocks.set(block, known === undefined ? rows : [...new Set([...known, ...rows])].sort((x, y) => x - y));
  }
  let count = 0;
  for (const rows of blocks.values()) count += rows.length;
  const fields = a.bounds.fields.map(([min, max], i): [number, number] => {
    const [otherMin, otherMax] = b.bounds.fields[i] ?? [min, max];
    return [Math.min(min, otherMin), Math.max(max, otherMax)];
  });
  return { bounds: { count, fields }, blocks };
}
