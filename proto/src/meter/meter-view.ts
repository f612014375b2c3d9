/** Labels of one meter, and buckets of one histogram, that are taken at most: each label is repeated for each bucket. */
export const MAX_METER_LABELS = 64;
export const MAX_METER_BUCKETS = 1024;
/** Longest name of a meter or label, and longest value of a label, in UTF-16 units. */
export const MAX_METER_TEXT = 1024;

/** Why a meter cannot be told from others, or is too large: a label name comes twice, or one of the limits is passed. */
export type MeterMisfit = 'duplicate-label' | 'too-many-labels' | 'too-many-buckets' | 'text-too-long';

/** One bucket of a histogram. */
export interface MeterBucket {
  /** Lower bound; -Infinity where the bucket has none. May be NaN. */
  readonly bound: number;
  /** Of this bucket alone. */
  readonly count: number;
}

/** A meter as an agent sends it. Texts are empty and numbers 0 where they were left out. */
export interface MeterView {
  /** Neither a value nor a histogram: undefined. */
  metric: MeterMetric | undefined;
  service: string;
  serviceInstance: string;
  /** ms since the epoch. */
  timestamp: number;
}

/** What was measured. */
export interface MeterMetric {
  readonly name: string;
  /** The caller's own. */
  readonly labels: Map<string, string>;
  /** Of a single value; may be infinite or NaN. Of a histogram undefined. */
  readonly value: number | undefined;
  readonly buckets: readonly MeterBucket[];
  /** Set: it is not all here. */
  readonly misfit: MeterMisfit | undefined;
}
