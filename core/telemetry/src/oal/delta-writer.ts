import { MetricDelta } from '../storage/metric-delta.js';
import type { MetricLayout } from '../storage/metric-layout.js';
import type { Instant, KeyedSums, MetricModel } from '../storage/models.js';

/** Numbers in one array; the first array is smaller, since many windows stay small. */
const FIRST_ROOM = 512;
const LARGEST_ROOM = 16_384;

/** Packs increments of many entities one after another. {@link put} collects those of one entity, {@link take} makes a delta of them. */
export class DeltaWriter {
  private slots = new Float64Array(FIRST_ROOM);
  private readonly tables: (KeyedSums | undefined)[] = [];
  private layout: MetricLayout;
  private slotsFrom = 0;
  private slotsTo = 0;
  private tablesFrom = 0;

  /** `root`: of all layouts, so that writers of one root share them. */
  constructor(private readonly root: MetricLayout) {
    this.layout = root;
  }

  /** One metric of the entity: its slots, from a place of an array that may change afterwards, and its table, which may not. */
  put(model: MetricModel, slots: Float64Array, at: number, table: KeyedSums | undefined): void {
    const width = model.slots.length;
    this.layout = this.layout.with(model);
    if (this.slotsTo + width > this.slots.length) this.grow(width);
    for (let i = 0; i < width; i++) this.slots[this.slotsTo + i] = slots[at + i]!;
    this.slotsTo += width;
    if (model.table !== undefined) this.tables.push(table);
  }

  /** Whether nothing was put since the last delta. */
  get empty(): boolean {
    return this.layout === this.root;
  }

  /** What was put since the last delta. */
  take(scope: string, entity: string, minute: Instant): MetricDelta {
    const delta = new MetricDelta(scope, entity, minute, this.layout, this.slots, this.slotsFrom, this.tables, this.tablesFrom);
    this.layout = this.root;
    this.slotsFrom = this.slotsTo;
    this.tablesFrom = this.tables.length;
    return delta;
  }

  /** The numbers of one delta lie in one array, so what there is of it moves too. */
  private grow(width: number): void {
    const own = this.slots.subarray(this.slotsFrom, this.slotsTo);
    const next = new Float64Array(Math.max(Math.min(this.slots.length * 2, LARGEST_ROOM), own.length + width));
    next.set(own);
    this.slots = next;
    this.slotsFrom = 0;
    this.slotsTo = own.length;
  }
}
