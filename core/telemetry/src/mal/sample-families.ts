import type { Sample } from '../messages/meter-samples.js';
import { EMPTY, type Family, LabelSet, Point } from './family.js';
import { MAX_FAMILY_SAMPLES } from './limits.js';

export interface SampleFamiliesOptions {
  /** ms of the unit in which bucket bounds of histograms come, where a rule names none: 1 for native meters, 1000 (seconds) for all others. */
  readonly histogramUnit?: number;
}

/** Whether the rules of a file see a sample. */
export type SampleFilter = (point: Point) => boolean;

/** A set of samples by name, as rules read it. Build it once for each set and hand it to every rule. */
export class SampleFamilies {
  readonly histogramUnit: number;
  /** Samples left out because there were too many of their name in this set. */
  readonly leftOut: number;
  private readonly families = new Map<string, Point[]>();
  private readonly views = new Map<SampleFilter, Map<string, Family>>();

  constructor(samples: readonly Sample[], options: SampleFamiliesOptions = {}) {
    this.histogramUnit = options.histogramUnit ?? 1_000;
    let leftOut = 0;
    for (const sample of samples) {
      if (!this.add(sample)) leftOut++;
    }
    this.leftOut = leftOut;
  }

  /** Names of the samples; those whose values are all NaN are not among them. */
  get names(): Iterable<string> {
    return this.families.keys();
  }

  has(name: string): boolean {
    return this.families.has(name);
  }

  /** The samples of a name for which the filter holds. The filter is asked once for each sample of a set. */
  family(name: string, filter?: SampleFilter): Family {
    const family = this.families.get(name);
    if (family === undefined) return EMPTY;
    return filter === undefined ? family : this.filtered(name, family, filter);
  }

  private filtered(name: string, family: Family, filter: SampleFilter): Family {
    let view = this.views.get(filter);
    if (view === undefined) {
      view = new Map();
      this.views.set(filter, view);
    }
    let seen = view.get(name);
    if (seen === undefined) {
      seen = family.filter(filter);
      view.set(name, seen);
    }
    return seen;
  }

  private add({ name, labels, value, timestamp }: Sample): boolean {
    if (Number.isNaN(value)) return true;
    const family = this.families.get(name);
    const point = new Point(name, new LabelSet(labels), value, timestamp);
    if (family === undefined) this.families.set(name, [point]);
    else if (family.length < MAX_FAMILY_SAMPLES) family.push(point);
    else return false;
    return true;
  }
}
