import { MetricLayout } from './metric-layout.js';
import { tableFor } from './metric-state.js';
import type { Instant, KeyedSums, MetricModel, MetricState } from './models.js';

/**
 * Increments of one entity in one minute, not totals. One without metrics still says: active in this minute.
 *
 * The numbers of the metrics of `layout` lie one after another in `slots` from `slotsAt` on, their tables in `tables` from `tablesAt` on.
 * Both arrays hold the parts of many deltas: thousands of them come each second, and each object would have to be made and collected.
 * Nothing of it changes any more, and whoever wants to change it takes a copy. {@link metrics} gives the same in a form that is easier to read.
 */
export class MetricDelta {
  constructor(
    /** Name of the EntityModel. */
    readonly scope: string,
    readonly entity: string,
    /** Its first millisecond. */
    readonly minute: Instant,
    readonly layout: MetricLayout,
    readonly slots: ArrayLike<number>,
    readonly slotsAt: number,
    /** Undefined: the table is empty. */
    readonly tables: ArrayLike<KeyedSums | undefined>,
    readonly tablesAt: number,
  ) {}

  /** Made of states; for writers of few deltas. */
  static of(scope: string, entity: string, minute: Instant, metrics: Iterable<readonly [MetricModel, MetricState]> = []): MetricDelta {
    let layout = MetricLayout.root();
    const slots: number[] = [];
    const tables: (KeyedSums | undefined)[] = [];
    for (const [model, state] of metrics) {
      layout = layout.with(model);
      for (let i = 0; i < model.slots.length; i++) slots.push(state.slots[i]!);
      if (model.table !== undefined) tables.push(state.table && tableFor(model.table, state.table));
    }
    return new MetricDelta(scope, entity, minute, layout, slots, 0, tables, 0);
  }

  /** A state for each metric, made when asked for. */
  get metrics(): ReadonlyMap<MetricModel, MetricState> {
    const states = new Map<MetricModel, MetricState>();
    let at = this.slotsAt;
    let tableAt = this.tablesAt;
    for (const model of this.layout.models) {
      const slots: number[] = [];
      for (let i = 0; i < model.slots.length; i++) slots.push(this.slots[at++]!);
      const table = model.table === undefined ? undefined : this.tables[tableAt++];
      states.set(model, table === undefined ? { slots } : { slots, table });
    }
    return states;
  }

  /** The same of the metrics that `keep` says yes to. */
  only(keep: (model: MetricModel) => boolean): MetricDelta {
    if (this.layout.models.every(keep)) return this;
    return MetricDelta.of(
      this.scope,
      this.entity,
      this.minute,
      [...this.metrics].filter(([model]) => keep(model)),
    );
  }
}
