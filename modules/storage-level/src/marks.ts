import type { Database, DatabaseBatch } from './level/database.js';
import { metaKey } from './level/keys.js';

const ROWS = metaKey('mark-rows');
const RECORDS = metaKey('mark-records');

/** What is in LevelDB, as positions in the journal. Stored in the batch that made it so. */
export interface RowsMark {
  readonly position: number;
  /** Last sequence of each writer, the most recent writer last. */
  readonly writers: ReadonlyArray<readonly [writer: string, sequence: number]>;
  /** Last version given to a document. */
  readonly documentVersion: number;
}

export interface RecordsMark {
  /** Models that are not in `pending` are flushed up to here. */
  readonly position: number;
  /** Where the first entry begins that has rows of the model that are not in blocks. */
  readonly pending: Readonly<Record<string, number>>;
  /** Last sequence given to a block. */
  readonly sequence: number;
}

export function readMarks(database: Database): { readonly rows: RowsMark; readonly records: RecordsMark } {
  return {
    rows: read(database, ROWS) ?? { position: 0, writers: [], documentVersion: 0 },
    records: read(database, RECORDS) ?? { position: 0, pending: {}, sequence: 0 },
  };
}

const read = <T>(database: Database, key: Buffer): T | undefined => {
  const bytes = database.getSync(key);
  return bytes && (JSON.parse(bytes.toString('utf8')) as T);
};

export const putRowsMark = (batch: DatabaseBatch, mark: RowsMark): void => void batch.put(ROWS, Buffer.from(JSON.stringify(mark)));
export const putRecordsMark = (batch: DatabaseBatch, mark: RecordsMark): void => void batch.put(RECORDS, Buffer.from(JSON.stringify(mark)));

export const recordsMarkOf = (mark: RecordsMark, model: string): number =>
  Object.hasOwn(mark.pending, model) ? mark.pending[model]! : mark.position;

/** Every entry up to here is flushed whole. */
export const flushedUpTo = (rows: RowsMark, records: RecordsMark): number =>
  Math.min(rows.position, records.position, ...Object.values(records.pending));
