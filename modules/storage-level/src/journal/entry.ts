import type { Instant, Row } from '@skein/telemetry/storage';
import type { PackedMetrics } from '../metrics/row-layout.js';
import type { IdHashes } from '../records/id-hashes.js';
import type { RowChunk } from '../records/row-chunks.js';

/** What one commit, or one change of a document, does to the store: the content of a journal entry. */
export interface Entry {
  /** When it was committed; decides the partition of its records. */
  readonly at: Instant;
  /** Absent for a change of documents outside of a commit. */
  readonly id?: { readonly writer: string; readonly sequence: number };
  readonly records: readonly EntryRecords[];
  readonly entities: readonly EntryEntity[];
  readonly deltas: readonly EntryDelta[];
  readonly documents: readonly EntryDocument[];
}

export interface EntryRecords {
  readonly model: string;
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
  /** All of `rows` again, in the same order and compressed; a commit of few rows has none. */
  readonly chunks?: readonly RowChunk[] | undefined;
  /** Hashes of the rows' ids, so that they are made once; not stored. */
  readonly ids?: IdHashes;
}

export interface EntryEntity {
  readonly model: string;
  readonly id: string;
  readonly at: Instant;
  readonly row: Row;
}

/** Increments of one entity in one minute. */
export interface EntryDelta extends PackedMetrics {
  readonly scope: string;
  readonly entity: string;
  readonly minute: Instant;
}

/** The document as it is afterwards, so that replaying it twice does no harm. */
export interface EntryDocument {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  /** JSON; undefined: deleted. */
  readonly json: string | undefined;
}

/** Bytes before compression: of the chunks of records, and of everything else. */
export interface EntrySize {
  readonly records: number;
  readonly rows: number;
}

/** The parts of an entry that does nothing. */
export const NOTHING: Pick<Entry, 'records' | 'entities' | 'deltas' | 'documents'> = {
  records: [],
  entities: [],
  deltas: [],
  documents: [],
};
