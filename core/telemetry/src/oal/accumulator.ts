import type { MetricTable } from '../metrics/function.js';
import type { Instant } from '../storage/models.js';

/** Accumulators whose slots lie in one array; the first arrays of a slab are smaller, since many slabs stay small. */
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 256;
const NO_TABLES: (MetricTable | undefined)[] = [];

/** The growing state of all metrics of one source on one entity in one minute. Emptied when it is collected, then used on. */
export class Accumulator {
  /** False: nothing is to be collected. */
  hasInput = false;

  constructor(
    /** Shared with other accumulators of the slab. From `base`: a mark for each metric that had an input, then the slots of all metrics. */
    readonly slots: Float64Array,
    readonly base: number,
    readonly tables: (MetricTable | undefined)[],
    readonly entity: string,
    readonly minute: Instant,
  ) {}
}

/** What a plan's accumulators look like. */
export interface AccumulatorShape {
  /** Marks and slots before any input. */
  readonly start: Float64Array;
  readonly tables: number;
}

/**
 * Accumulators of one plan and minute. Arrays of more than 64 bytes have memory outside the heap, which costs about as much as all
 * else that is done for a source; so the slots of many entities share one.
 */
export class AccumulatorSlab {
  private chunk = new Float64Array(0);
  private used = 0;
  private next = FIRST_CHUNK;

  constructor(
    private readonly shape: AccumulatorShape,
    readonly minute: Instant,
  ) {}

  /** A new one, with no input. */
  accumulator(entity: string): Accumulator {
    const { start, tables } = this.shape;
    if (this.used + start.length > this.chunk.length) this.grow();
    const base = this.used;
    this.used += start.length;
    this.chunk.set(start, base);
    const own = tables === 0 ? NO_TABLES : Array<undefined>(tables).fill(undefined);
    return new Accumulator(this.chunk, base, own, entity, this.minute);
  }

  private grow(): void {
    this.chunk = new Float64Array(this.next * this.shape.start.length);
    this.next = Math.min(this.next * 2, LARGEST_CHUNK);
    this.used = 0;
  }
}
