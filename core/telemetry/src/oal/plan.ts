import type { MetricTable } from '../metrics/function.js';
import type { Source, SourceDefinition } from '../sources/source.js';
import { newTable } from '../storage/metric-state.js';
import type { Instant, MetricModel } from '../storage/models.js';
import { type Accumulator, type AccumulatorShape, AccumulatorSlab, type Subject } from './accumulator.js';
import { type Branch, Branches, type Group, type PlanInput, type PlannedMetric } from './branch.js';
import { BROKEN, FAIL, PASS, type Verdict } from './condition.js';
import type { DeltaWriter } from './delta-writer.js';
import { FilterSet } from './filter-set.js';
import type { LabelLimits } from './label-limits.js';

/**
 * Why a metric left out an input: `missing` = the attribute has no value; `not-a-number` = a cast of other text, NaN or infinite;
 * `out-of-range` = a whole number beyond 2^53 or a fraction beyond 1e300; `broken-condition` = a filter or argument that cannot be
 * told; `threw` = reading the attribute threw; `label-limit` = one label too many for the entity in this hour; `label-unfit` = longer
 * than 1024 characters or no well-formed text; `table-full` = more distinct keys in a minute than are kept.
 */
export type SkipReason =
  | 'missing'
  | 'not-a-number'
  | 'out-of-range'
  | 'broken-condition'
  | 'threw'
  | 'label-limit'
  | 'label-unfit'
  | 'table-full';
export type SkipListener = (metric: string, reason: SkipReason) => void;

const MAX_LABEL = 1024;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Everything that the sources of one definition do to metrics: filters tested once, inputs read once, then what is added for each metric. */
export class Plan {
  private readonly filters = new FilterSet();
  private readonly metrics: readonly PlannedMetric[];
  private readonly branches: readonly Branch[];
  private readonly shape: AccumulatorShape;

  constructor(
    readonly definition: SourceDefinition,
    inputs: readonly PlanInput[],
    private readonly labels: LabelLimits,
    private readonly onSkip: SkipListener,
  ) {
    const { metrics, all, start, tables } = new Branches(inputs, this.filters);
    this.filters.seal();
    this.metrics = metrics;
    this.branches = all;
    this.shape = { start: Float64Array.from(start), tables };
  }

  /** The metrics that it feeds. */
  get models(): readonly MetricModel[] {
    return this.metrics.map(({ model }) => model);
  }

  /** Room for accumulators. */
  slab(): AccumulatorSlab {
    return new AccumulatorSlab(this.shape);
  }

  /** Adds a source to the state of its entity and minute. Never throws: what cannot be added is told to the skip listener. */
  add(source: Source, into: Accumulator): void {
    const { filters, branches } = this;
    if (branches.length === 0) return;
    filters.evaluate(source);
    for (let i = 0; i < branches.length; i++) {
      const { chain, groups } = branches[i]!;
      const verdict = filters.chain(chain);
      if (verdict === FAIL) continue;
      for (let j = 0; j < groups.length; j++) {
        const group = groups[j]!;
        const reason = verdict === PASS ? this.addTo(group, source, into) : 'broken-condition';
        if (reason !== undefined) this.skip(group, reason);
      }
    }
  }

  private addTo(group: Group, source: Source, into: Accumulator): SkipReason | undefined {
    const first = this.argument(group.first);
    const second = this.argument(group.second);
    if (first === BROKEN || second === BROKEN) return 'broken-condition';
    let read: unknown = 0;
    let text: unknown;
    try {
      if (group.value !== undefined) read = group.value(source);
      if (group.text !== undefined) text = group.text(source);
    } catch {
      return 'threw';
    }
    if (typeof read !== 'number') return read == null ? 'missing' : 'not-a-number';
    const value = group.whole ? Math.trunc(read) : read;
    // So written that NaN is caught as well.
    if (!(Math.abs(value) <= group.bound)) return Number.isFinite(value) ? 'out-of-range' : 'not-a-number';
    const { adds, stepped } = group;
    if (!adds.none) {
      adds.grow(into.slots, into.base, value, first === PASS, second === PASS);
      into.hasInput = true;
    }
    for (let i = 0; i < stepped.length; i++) {
      const metric = stepped[i]!;
      const label = typeof text === 'string' ? text : undefined;
      const reason = this.step(metric, into, value, first === PASS, second === PASS, label, source.time);
      if (reason !== undefined) this.onSkip(metric.name, reason);
    }
    return undefined;
  }

  private step(
    metric: PlannedMetric,
    into: Accumulator,
    value: number,
    first: boolean,
    second: boolean,
    label: string | undefined,
    time: Instant,
  ): SkipReason | undefined {
    const { slots, base } = into;
    const table = metric.table < 0 ? undefined : tableOf(into, metric);
    const reason = metric.labelLimit > 0 ? this.labelProblem(metric, label, table!, into.subject) : undefined;
    if (reason !== undefined) return reason;
    if (!metric.step(slots, base + metric.offset, table, value, first, second, label, time)) return 'table-full';
    slots[base + metric.mark] = 1;
    into.hasInput = true;
    return undefined;
  }

  private skip({ metrics }: Group, reason: SkipReason): void {
    for (const { name } of metrics) this.onSkip(name, reason);
  }

  private argument(number: number): Verdict {
    return number < 0 ? FAIL : this.filters.verdict(number);
  }

  private labelProblem(
    { name, labelLimit }: PlannedMetric,
    label: string | undefined,
    table: MetricTable,
    { id, minute }: Subject,
  ): SkipReason | undefined {
    if (label === undefined) return 'missing';
    if (table.get(label) !== undefined) return undefined;
    if (label.length > MAX_LABEL || LONE_SURROGATE.test(label)) return 'label-unfit';
    return this.labels.admit(name, id, minute, label, labelLimit) ? undefined : 'label-limit';
  }

  /** Takes the increments out of an accumulator, of the metrics that had an input. The accumulator is as new then. */
  collect(from: Accumulator, into: DeltaWriter): void {
    if (!from.hasInput) return;
    const { slots, base, tables, tablesBase } = from;
    const { metrics } = this;
    for (let i = 0; i < metrics.length; i++) {
      const { mark, model, offset, table } = metrics[i]!;
      if (slots[base + mark] === 0) continue;
      into.put(model, slots, base + offset, table < 0 ? undefined : tables[tablesBase + table]);
      if (table >= 0) tables[tablesBase + table] = undefined;
    }
    const { start } = this.shape;
    for (let i = 0; i < start.length; i++) slots[base + i] = start[i]!;
    from.hasInput = false;
  }
}

function tableOf({ tables, tablesBase }: Accumulator, { table: index, model }: PlannedMetric): MetricTable {
  let table = tables[tablesBase + index];
  if (table === undefined) {
    table = newTable(model.table!);
    tables[tablesBase + index] = table;
  }
  return table;
}
