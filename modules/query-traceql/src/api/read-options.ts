import type { Cut } from '@skein/query/contract';

/** What the reads of one request are given: its deadline, and where cuts are told. */
export interface ApiReadOptions {
  readonly signal: AbortSignal;
  readonly onCut: (cut: Cut) => void;
}
