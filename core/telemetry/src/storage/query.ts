import type { Instant, Precision, Value } from './models.js';

/** One condition on a row. On a `strings` field `=` asks for an entry and `!=` for its absence; an absent field meets only `!=`. */
export type Condition =
  | readonly [field: string, op: '=' | '!=' | '>=' | '<=', value: Value] // != is true for an absent field
  | readonly [field: string, op: 'in' | 'hasAny' | 'hasAll', values: readonly Value[]]
  | readonly [field: string, op: 'contains', text: string];
/** Instants from `from` up to, but without, `to`. */
export interface Range {
  readonly from: Instant;
  readonly to: Instant;
} // [from, to)
/** `count` buckets in a row; the first is the one that holds `from`. */
export interface Buckets {
  readonly precision: Precision;
  readonly from: Instant;
  readonly count: number;
}
/**
 * An aborted signal rejects with its reason. `deadlineMs`: how many ms from the call on the search may take; then it ends with what it
 * found, which may be nothing, and `complete: false`, or with a DeadlineError where the answer cannot say so.
 */
export interface Limits {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}
/** complete=false: the deadline or a scan cap cut the search; callers must say so. */
export interface Found<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
}
