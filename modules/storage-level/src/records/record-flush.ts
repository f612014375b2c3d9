import type { RecordModel, Row } from '@skein/telemetry/storage';
import { ByteWriter } from '../bytes/byte-writer.js';
import { hashText } from '../bytes/text-hash.js';
import type { DatabaseBatch } from '../level/database.js';
import { blockKey, hourKey, postingKey, recordPartition } from '../level/keys.js';
import { Pacer } from '../level/pacer.js';
import { encodeBlock } from './block-codec.js';
import { encodePosting, type Posting } from './posting-codec.js';
import { emptyBounds, orderFields, type RecordBounds, widen, writeBounds } from './record-bounds.js';
import { hourOf, type RecordHours, sequenceAt, timeOf } from './record-hours.js';
import { ALL, ALL_HASH, eachTerm, indexedFields } from './record-index.js';
import type { Piece } from './record-memory.js';

/** Rows that fill a block. */
export const BLOCK_ROWS = 64;
/** Bytes of bodies after which a block is cut, however few its rows. */
const BLOCK_BYTES = 4 * 1024 * 1024;

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
  const names = orderFields(model);
  const postings = new PostingTable(model, names);
  const pacer = new Pacer();
  let block = 0;
  for (const { fields, rows } of cutBlocks(pieces, model.body)) {
    const bounds = emptyBounds(names.length);
    for (const row of rows) widen(bounds, names, row);
    batch.put(blockKey(partition, model.name, first + block), encodeBlock(fields, rows, bounds));
    for (const [i, row] of rows.entries()) postings.add(block, i, row);
    block++;
    if (pacer.due) await pacer.pause();
  }
  const all = postings.all.bounds;
  await postings.write(batch, partition, first, pacer);
  const hour = hourOf(first);
  const bounds = hours.with(model.name, hour, all);
  const writer = new ByteWriter(64);
  writeBounds(writer, bounds);
  batch.put(hourKey(partition, model.name, hour), Buffer.from(writer.view()));
  return { first, last: first + block - 1, publish: () => hours.set(model.name, hour, partition, bounds) };
}

/** Blocks of about 64 rows; a block has rows of one list of fields. The last rows are shared out so that no tiny block remains. */
function* cutBlocks(pieces: readonly Piece[], body: string | undefined): Generator<{ fields: readonly string[]; rows: Row[] }> {
  let fields: readonly string[] = pieces[0]!.fields;
  let rows: Row[] = [];
  for (const piece of pieces) {
    if (piece.fields.join('\0') !== fields.join('\0')) {
      yield* cutRows(fields, rows, body);
      fields = piece.fields;
      rows = [];
    }
    for (const row of piece.rows) rows.push(row);
  }
  yield* cutRows(fields, rows, body);
}

function* cutRows(
  fields: readonly string[],
  rows: readonly Row[],
  body: string | undefined,
): Generator<{ fields: readonly string[]; rows: Row[] }> {
  if (rows.length === 0) return;
  const size = Math.ceil(rows.length / Math.max(1, Math.round(rows.length / BLOCK_ROWS)));
  let block: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const value = body === undefined ? undefined : row[body];
    bytes += value instanceof Uint8Array ? value.byteLength : 0;
    block.push(row);
    if (block.length < size && bytes < BLOCK_BYTES) continue;
    yield { fields, rows: block };
    block = [];
    bytes = 0;
  }
  if (block.length > 0) yield { fields, rows: block };
}

/** The postings of one flush of one model. */
class PostingTable {
  readonly all: Posting;
  readonly #fields = new Map<string, Map<string, Posting>>();
  readonly #model: RecordModel;
  readonly #indexed: readonly string[];
  readonly #names: readonly string[];

  constructor(model: RecordModel, names: readonly string[]) {
    this.#model = model;
    this.#names = names;
    this.#indexed = indexedFields(model);
    this.all = this.#empty();
  }

  add(block: number, index: number, row: Row): void {
    this.#addTo(this.all, block, index, row);
    eachTerm(this.#model, this.#indexed, row, (field, text) => {
      let values = this.#fields.get(field);
      if (values === undefined) {
        values = new Map();
        this.#fields.set(field, values);
      }
      let posting = values.get(text);
      if (posting === undefined) {
        posting = this.#empty();
        values.set(text, posting);
      }
      this.#addTo(posting, block, index, row);
    });
  }

  async write(batch: DatabaseBatch, partition: number, first: number, pacer: Pacer): Promise<void> {
    const { name } = this.#model;
    batch.put(postingKey(partition, name, ALL, ALL_HASH, first), encodePosting(this.all));
    for (const [field, values] of this.#fields) {
      for (const [text, posting] of values) {
        batch.put(postingKey(partition, name, field, hashText(text), first), encodePosting(posting));
        if (pacer.due) await pacer.pause();
      }
    }
  }

  #addTo(posting: { readonly bounds: RecordBounds; readonly blocks: Map<number, number[]> }, block: number, index: number, row: Row): void {
    widen(posting.bounds, this.#names, row);
    const rows = posting.blocks.get(block);
    if (rows === undefined) posting.blocks.set(block, [index]);
    else rows.push(index);
  }

  #empty(): Posting {
    return { bounds: emptyBounds(this.#names.length), blocks: new Map() };
  }
}
