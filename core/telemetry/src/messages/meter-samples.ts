import { createStream } from '@skein/core';

/** Label names and values of a sample. */
export type SampleLabels = ReadonlyMap<string, string>;

/** One value of one time series. */
export interface Sample {
  readonly name: string;
  readonly labels: SampleLabels;
  /** Finite or NaN; infinities are the receiver's to leave out. */
  readonly value: number;
  /** ms since the epoch. */
  readonly timestamp: number;
}

/**
 * Samples that are analysed together: meter rules see them as one set, grouped by name. Histograms come as one sample for each bucket with the
 * label `le` (analysis.md 10.4), not cumulative.
 */
export interface SampleSet {
  /** Which rule files see them: `agent` = meters of native agents, `log` = metrics that log rules extract; other receivers bring their own. */
  readonly group: string;
  readonly samples: readonly Sample[];
  /** Bytes that it holds in memory, roughly. */
  readonly weight: number;
}

/** Samples, from every receiver of metrics to the meter analyzer. Settles when the metrics computed from them are durable. */
export const meterSamples = createStream<SampleSet>({ id: 'meter-samples', weigh: (m) => m.weight });
