import type { MetricModel } from './models.js';

/** Layouts of one root that are remembered; further ones are made anew each time, which is slower and nothing else. */
const MAX_LAYOUTS = 4096;

/**
 * Which metrics the numbers of a delta are of, and in what order. One layout is shared by all deltas of the same metrics, as far as their writer
 * manages, so a backend finds out what a layout means to it once and keeps that by the layout's identity. Two layouts may say the same.
 */
export class MetricLayout {
  /** Slots in all. */
  readonly width: number;
  /** Metrics with a table. */
  readonly tables: number;
  private readonly known: { count: number };
  private readonly next = new Map<MetricModel, MetricLayout>();
  private recent: MetricLayout | undefined;

  private constructor(
    /** No model twice. The slots of each come in this order, and so do the tables of those that have one. */
    readonly models: readonly MetricModel[],
    root?: MetricLayout,
  ) {
    this.known = root?.known ?? { count: 0 };
    this.width = models.reduce((width, { slots }) => width + slots.length, 0);
    this.tables = models.reduce((tables, { table }) => tables + (table === undefined ? 0 : 1), 0);
  }

  /** A root of its own: a layout without metrics, from which others are made by {@link with}. */
  static root(): MetricLayout {
    return new MetricLayout([]);
  }

  /** This layout and one more metric at its end; the same one whenever that is asked for. */
  with(model: MetricModel): MetricLayout {
    const { recent } = this;
    return recent !== undefined && recent.models[recent.models.length - 1] === model ? recent : this.find(model);
  }

  private find(model: MetricModel): MetricLayout {
    let found = this.next.get(model);
    if (found === undefined) {
      found = new MetricLayout([...this.models, model], this);
      if (this.known.count >= MAX_LAYOUTS) return found;
      this.known.count++;
      this.next.set(model, found);
    }
    this.recent = found;
    return found;
  }
}
