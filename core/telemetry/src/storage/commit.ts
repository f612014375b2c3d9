import type { MetricDelta } from './metric-delta.js';
import type { EntityModel, Instant, RecordModel, Row } from './models.js';

/** Records, entity rows, increments and documents that belong together: stored whole, or not at all as far as the backend is atomic. */
export interface Commit {
  /** Sequences of a writer ascend: one that is not above the last stored is a repetition and has no effect. */
  readonly id: { readonly writer: string; readonly sequence: number }; // kept on every retry of the same content
  readonly records: ReadonlyArray<{ readonly model: RecordModel; readonly rows: readonly Row[] }>;
  readonly entities: ReadonlyArray<{ readonly model: EntityModel; readonly id: string; readonly at: Instant; readonly row: Row }>;
  /** Increments, not totals. The backend folds hours and days. */
  readonly deltas: readonly MetricDelta[];
  /**
   * One whose `ifVersion` does not match rejects the whole commit with a DocumentConflictError, and nothing of it is stored. A version that
   * an earlier attempt of the same commit made is no conflict. Without `atomicCommit`, who loses a race for a document only after the check
   * may find other parts stored.
   */
  readonly documents: readonly DocumentPut[]; // source offsets, rule state: become durable with the data they belong to
}
/** A document to write; with `ifVersion` only if it has that version. */
export interface DocumentPut {
  readonly kind: string;
  readonly id: string;
  readonly value: unknown;
  readonly ifVersion?: number;
} // 0 = must not exist
/** A small JSON value that is read by its id, for state and settings. */
export interface Document {
  readonly kind: string;
  readonly id: string;
  readonly value: unknown;
  readonly version: number;
}
