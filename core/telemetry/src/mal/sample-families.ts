import type { Sample } from '../messages/meter-samples.js';

export interface SampleFamiliesOptions {
  /** ms of the unit in which bucket bounds of histograms come, where a rule names none: 1 for native meters, 1000 for all others. */
  readonly histogramUnit?: number;
}

/** A set of samples by name, as rules read it. Build it once for each set and hand it to every rule. */
export class SampleFamilies {
  readonly names: ReadonlySet<string>;
  constructor(
    readonly samples: readonly Sample[],
    readonly options: SampleFamiliesOptions = {},
  ) {
    this.names = new Set(samples.map((s) => s.name));
  }
}
