import type { RecordModel, Row } from '@skein/telemetry/storage';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { DatabaseBatch } from '../level/database.js';
import { blockKey, hourKey, recordPartition } from '../level/keys.js';
import { Pacer } from '../level/pacer.js';
import { encodeBlock, packRows } from './block-codec.js';
import { PostingTable } from './posting-table.js';
import { writeBounds } from './record-bounds.js';
import { hourOf, type RecordHours, sequenceAt, timeOf } from './record-hours.js';
import type { Piece } from './record-memory.js';
import { cutRows, MIN_CHUNK_ROWS, type RowChunk } from './row-chunks.js';

export interface Flushed {
  /** The first and the last sequence that were used. */
  readonly first: number;
  readonly last: number;
  /** Publishes the summary of the hour, once the batch is written. */
  publish(): void;
}

/** Puts the rows of one model into blocks and postings of `batch`. `after`: the last sequence in use. */
export async function writeRecords(
  batch: DatabaseBatch,
  model: RecordModel,
  pieces: readonly Piece[],
  after: number,
  hours: RecordHours,
): Promise<Flushed> {
  const first = Math.max(after + 1, sequenceAt(pieces[0]!.at));
  const partition = recordPartition(timeOf(first));
  const postings = new PostingTable(model);
  const pacer = new Pacer();
  const pause = (): Promise<void> | undefined => (pacer.due ? pacer.pause() : undefined);
  let block = 0;
  for (const { fields, rows, chunk } of cutBlocks(pieces, model.body)) {
    const { packed } = chunk ?? packRows(fields, rows, model.body);
    batch.put(blockKey(partition, model.name, first + block), encodeBlock(fields, postings.addBlock(rows), packed));
    block++;
    await pause();
  }
  // LevelDB copies key and value at once, so views will do.
  await postings.write((key, value) => batch.put(key, value), partition, first, pause);
  const hour = hourOf(first);
  const bounds = hours.with(model.name, hour, postings.bounds);
  const writer = new ByteWriter(64);
  writeBounds(writer, bounds);
  batch.put(hourKey(partition, model.name, hour), Buffer.from(writer.view()));
  return { first, last: first + block - 1, publish: () => hours.set(model.name, hour, partition, bounds) };
}

interface Cut {
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
  /** The same rows, compressed already. */
  readonly chunk?: RowChunk;
}

/**
 * Blocks of about 64 rows; a block has rows of one list of fields. Rows of small commits are put together. Those of large ones come as
 * they were compressed, except that a few rows before them go into their first block rather than into a tiny one of their own.
 */
export function* cutBlocks(pieces: readonly Piece[], body: string | undefined): Generator<Cut> {
  let fields: readonly string[] = pieces[0]!.fields;
  let rows: Row[] = [];
  const rest = function* (): Generator<Cut> {
    for (const part of cutRows(rows, body)) yield { fields, rows: part };
    rows = [];
  };
  for (const piece of pieces) {
    if (piece.fields !== fields && piece.fields.join('\0') !== fields.join('\0')) {
      yield* rest();
      fields = piece.fields;
    }
    if (piece.chunks === undefined) {
      for (const row of piece.rows) rows.push(row);
      continue;
    }
    if (rows.length >= MIN_CHUNK_ROWS) yield* rest();
    let start = 0;
    for (const chunk of piece.chunks) {
      const part = piece.rows.slice(start, start + chunk.rows);
      start += chunk.rows;
      if (rows.length === 0) yield { fields, rows: part, chunk };
      else {
        for (const row of part) rows.push(row);
        yield* rest();
      }
    }
  }
  yield* rest();
}
