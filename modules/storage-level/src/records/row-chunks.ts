import type { Row } from '@skein/telemetry/storage';
import { packRows } from './block-codec.js';

/** Rows that fill a block. */
export const BLOCK_ROWS = 64;
/** Bytes of bodies after which a block is cut, however few its rows. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/** Fewer rows of a commit than this wait for those of other commits before they are compressed. */
export const MIN_CHUNK_ROWS = BLOCK_ROWS / 2;

/** Rows as they are in a block. A large commit has its rows compressed once, for the journal and for the blocks. */
export interface RowChunk {
  /** How many rows. */
  readonly rows: number;
  /** Their size before compression. */
  readonly bytes: number;
  readonly packed: Buffer;
}

/** The rows of a commit in chunks; undefined when they are too few. `body`: the field that has most of the bytes. */
export function chunkRows(fields: readonly string[], rows: readonly Row[], body: string | undefined): RowChunk[] | undefined {
  return rows.length < MIN_CHUNK_ROWS ? undefined : cutRows(rows, body).map((some) => packRows(fields, some, body));
}

/** Parts of about 64 rows. The last rows are shared out so that no tiny part remains. */
export function cutRows(rows: readonly Row[], body: string | undefined): Row[][] {
  const size = Math.ceil(rows.length / Math.max(1, Math.round(rows.length / BLOCK_ROWS)));
  const parts: Row[][] = [];
  let part: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const value = body === undefined ? undefined : row[body];
    bytes += value instanceof Uint8Array ? value.byteLength : 0;
    part.push(row);
    if (part.length < size && bytes < BLOCK_BYTES) continue;
    parts.push(part);
    part = [];
    bytes = 0;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
