import type { Labels } from '../api/facilities.js';
import { formatNumber, type Sample } from './text-format.js';

/** The buckets of one label set of a histogram. */
export class HistogramCells {
  readonly #bounds: readonly number[];
  /** One count per bound and one for what is above all of them; not cumulative. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** `bounds`: upper bounds, finite and rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  record(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket += 1;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  *samples(labels: Labels): Iterable<Sample> {
    let total = 0;
    for (const [bucket, bound] of [...this.#bounds, Number.POSITIVE_INFINITY].entries()) {
      total += this.#counts[bucket]!;
      yield { suffix: '_bucket', labels: { ...labels, le: formatNumber(bound) }, value: total };
    }
    yield { suffix: '_sum', labels, value: this.#sum };
    yield { suffix: '_count', labels, value: total };
  }
}
