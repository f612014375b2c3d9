import type { MetricTable } from '../metrics/function.js';
import type { Instant } from '../storage/models.js';

/** Accumulators whose slots lie in one array; the first arrays of a slab are smaller, since many slabs stay small. */
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 256;

/** What an accumulator is about: the id of an entity, and a minute. */
export interface Subject {
  readonly id: string;
  readonly minute: Instant;
}

/**
 * The growing state of all metrics of one source on one entity in one minute. Emptied when it is collected, then used on.
 * Whoever keeps more about the same entity extends it: with hundreds of thousands of sources a second, each object that a source leads to
 * costs the time to fetch it from memory.
 */
export class Accumulator {
  /** Shared with other accumulators of the slab. From `base`: the slots of all metrics, and marks that tell which of them had an input. */
  readonly slots: Float64Array;
  readonly base: number;
  /** Shared as well. From `tablesBase`: the tables of those that have one, made when there is an input. */
  readonly tables: (MetricTable | undefined)[];
  readonly tablesBase: number;
  /** False: nothing is to be collected. */
  hasInput = false;

  constructor(
    slab: AccumulatorSlab,
    readonly subject: Subject,
  ) {
    const { slots, base, tables, tablesBase } = slab.takeRoom();
    this.slots = slots;
    this.base = base;
    this.tables = tables;
    this.tablesBase = tablesBase;
  }
}

/** What a plan's accumulators look like. */
export interface AccumulatorShape {
  /** Slots and marks before any input. */
  readonly start: Float64Array;
  readonly tables: number;
}

/** A place in a slab; the members mean what they mean in an {@link Accumulator}. */
type Room = Pick<Accumulator, 'slots' | 'base' | 'tables' | 'tablesBase'>;

/**
 * Room for accumulators of one plan. Arrays of more than 64 bytes have memory outside the heap, which costs about as much as all
 * else that is done for a source; so the slots of many entities share one. And what lies together is fetched from memory together.
 */
export class AccumulatorSlab {
  private slots = new Float64Array(0);
  private tables: (MetricTable | undefined)[] = [];
  /** Accumulators in these arrays, and how many there can be. */
  private taken = 0;
  private room = 0;

  constructor(private readonly shape: AccumulatorShape) {}

  /** Room for one more accumulator, as before any input. */
  takeRoom(): Room {
    const { start, tables } = this.shape;
    if (this.taken === this.room) this.grow();
    const base = this.taken * start.length;
    const tablesBase = this.taken * tables;
    this.taken++;
    this.slots.set(start, base);
    return { slots: this.slots, base, tables: this.tables, tablesBase };
  }

  private grow(): void {
    const { start, tables } = this.shape;
    this.room = Math.min(Math.max(this.room * 2, FIRST_CHUNK), LARGEST_CHUNK);
    this.taken = 0;
    this.slots = new Float64Array(this.room * start.length);
    this.tables = Array<undefined>(this.room * tables).fill(undefined);
  }
}
