import type { MetricStep, MetricTable } from '../metrics/function.js';
import type { Source, SourceDefinition } from '../sources/source.js';
import { newTable } from '../storage/metric-state.js';
import type { Instant, MetricModel, MetricState } from '../storage/models.js';
import { type Accumulator, type AccumulatorShape, AccumulatorSlab } from './accumulator.js';
import type { Read } from './attribute.js';
import { BROKEN, FAIL, PASS, type Verdict } from './condition.js';
import { FilterSet } from './filter-set.js';
import type { LabelLimits } from './label-limits.js';
import type { MetricInputs } from './metric-inputs.js';

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
/** So far from the largest number that no window can add up to it. */
const MAX_FRACTION = 1e300;
const LONE_SURROGATE = /\p{Surrogate}/u;
const NO_SLOTS: readonly number[] = [];

/** What a plan does for one metric. All members always present, so that all of them have one shape. */
interface PlannedMetric {
  readonly name: string;
  readonly model: MetricModel;
  /** Number of its chain of filters. */
  readonly chain: number;
  readonly value: Read | undefined;
  /** Fractions are cut off. */
  readonly whole: boolean;
  /** Largest magnitude of a value. */
  readonly bound: number;
  readonly text: Read | undefined;
  /** Numbers of the conditions among its arguments, -1 for none. */
  readonly first: number;
  readonly second: number;
  readonly step: MetricStep;
  readonly mark: number;
  readonly offset: number;
  /** Place of its table, -1 if it has none. */
  readonly table: number;
  /** Labels an hour; 0 when its table has none. */
  readonly labelLimit: number;
}

export interface PlanInput {
  readonly model: MetricModel;
  readonly inputs: MetricInputs;
  readonly step: MetricStep;
}

/** Everything that the sources of one definition do to metrics: filters tested once, then one step for each metric. */
export class Plan {
  private readonly filters = new FilterSet();
  private readonly metrics: readonly PlannedMetric[];
  /** The different chains of filters, each in the order of the script, and what they say of the source that is being added. */
  private readonly chains: (readonly number[])[] = [];
  private readonly verdicts: Uint8Array;
  private readonly shape: AccumulatorShape;

  constructor(
    readonly definition: SourceDefinition,
    inputs: readonly PlanInput[],
    private readonly labels: LabelLimits,
    private readonly onSkip: SkipListener,
  ) {
    const start: number[] = inputs.map(() => 0);
    let tables = 0;
    this.metrics = inputs.map(({ model, inputs: given, step }, mark) => {
      const offset = start.length;
      start.push(...given.function.start);
      return this.planned(model, given, step, { mark, offset, table: model.table === undefined ? -1 : tables++ });
    });
    this.filters.seal();
    this.verdicts = new Uint8Array(this.chains.length);
    this.shape = { start: Float64Array.from(start), tables };
  }

  private planned(
    model: MetricModel,
    given: MetricInputs,
    step: MetricStep,
    place: Pick<PlannedMetric, 'mark' | 'offset' | 'table'>,
  ): PlannedMetric {
    const chain: number[] = [];
    for (const filter of given.filters) chain.push(this.filters.add(filter, chain));
    const [first = -1, second = -1] = given.tests.map((test) => this.filters.add(test, chain));
    const labelLimit = model.table?.key === 'string' ? model.table.maxKeys : 0;
    const { value, text } = given;
    const whole = given.function.valueInput !== 'double';
    const bound = whole ? Number.MAX_SAFE_INTEGER : MAX_FRACTION;
    return {
      name: model.name,
      model,
      chain: this.chainNumber(chain),
      value,
      whole,
      bound,
      text,
      first,
      second,
      step,
      labelLimit,
      ...place,
    };
  }

  private chainNumber(chain: readonly number[]): number {
    const known = this.chains.findIndex((other) => other.join() === chain.join());
    return known < 0 ? this.chains.push(chain) - 1 : known;
  }

  /** The metrics that it feeds. */
  get models(): readonly MetricModel[] {
    return this.metrics.map(({ model }) => model);
  }

  /** Room for the accumulators of a minute. */
  slab(minute: Instant): AccumulatorSlab {
    return new AccumulatorSlab(this.shape, minute);
  }

  /** Adds a source to the state of its entity and minute. Never throws: what cannot be added is told to the skip listener. */
  add(source: Source, into: Accumulator): void {
    const { filters, chains, verdicts, metrics } = this;
    if (metrics.length === 0) return;
    filters.evaluate(source);
    for (let i = 0; i < chains.length; i++) verdicts[i] = filters.chain(chains[i]!);
    for (let i = 0; i < metrics.length; i++) {
      const metric = metrics[i]!;
      const verdict = verdicts[metric.chain];
      if (verdict === FAIL) continue;
      const reason = verdict === PASS ? this.addTo(metric, source, into) : 'broken-condition';
      if (reason !== undefined) this.onSkip(metric.name, reason);
    }
  }

  private addTo(metric: PlannedMetric, source: Source, into: Accumulator): SkipReason | undefined {
    const first = this.argument(metric.first);
    const second = this.argument(metric.second);
    if (first === BROKEN || second === BROKEN) return 'broken-condition';
    let value: unknown = 0;
    let text: unknown;
    try {
      if (metric.value !== undefined) value = metric.value(source);
      if (metric.text !== undefined) text = metric.text(source);
    } catch {
      return 'threw';
    }
    if (typeof value !== 'number') return value == null ? 'missing' : 'not-a-number';
    if (!Number.isFinite(value)) return 'not-a-number';
    const input = metric.whole ? Math.trunc(value) : value;
    if (Math.abs(input) > metric.bound) return 'out-of-range';
    const label = typeof text === 'string' ? text : undefined;
    const table = metric.table < 0 ? undefined : tableOf(into, metric);
    const reason = metric.labelLimit > 0 ? this.labelProblem(metric, label, table!, into) : undefined;
    if (reason !== undefined) return reason;
    const { slots, base } = into;
    if (!metric.step(slots, base + metric.offset, table, input, first === PASS, second === PASS, label)) return 'table-full';
    slots[base + metric.mark] = 1;
    into.hasInput = true;
    return undefined;
  }

  private argument(number: number): Verdict {
    return number < 0 ? FAIL : this.filters.verdict(number);
  }

  private labelProblem(
    { name, labelLimit }: PlannedMetric,
    label: string | undefined,
    table: MetricTable,
    { entity, minute }: Accumulator,
  ): SkipReason | undefined {
    if (label === undefined) return 'missing';
    if (table.get(label) !== undefined) return undefined;
    if (label.length > MAX_LABEL || LONE_SURROGATE.test(label)) return 'label-unfit';
    return this.labels.admit(name, entity, minute, label, labelLimit) ? undefined : 'label-limit';
  }

  /**
   * Takes the increments out of an accumulator, of the metrics that had an input, and puts them into `states`. The accumulator is as new
   * then; what was taken is nobody else's.
   */
  collect(from: Accumulator, states = new Map<MetricModel, MetricState>()): Map<MetricModel, MetricState> {
    if (!from.hasInput) return states;
    const { slots, base, tables } = from;
    for (let i = 0; i < this.metrics.length; i++) {
      const { mark, model, offset, table } = this.metrics[i]!;
      if (slots[base + mark] === 0) continue;
      const own = copyOf(slots, base + offset, model.slots.length);
      const kept = table < 0 ? undefined : tables[table];
      if (kept !== undefined) tables[table] = undefined;
      states.set(model, kept === undefined ? { slots: own } : { slots: own, table: kept });
    }
    slots.set(this.shape.start, base);
    from.hasInput = false;
    return states;
  }
}

/** A plain array, of exactly this size: a typed one costs several times as much to make. */
function copyOf(slots: Float64Array, from: number, width: number): readonly number[] {
  if (width === 0) return NO_SLOTS;
  if (width === 1) return [slots[from]!];
  if (width === 2) return [slots[from]!, slots[from + 1]!];
  return Array.from(slots.subarray(from, from + width));
}

function tableOf(accumulator: Accumulator, { table: index, model }: PlannedMetric): MetricTable {
  let table = accumulator.tables[index];
  if (table === undefined) {
    table = newTable(model.table!);
    accumulator.tables[index] = table;
  }
  return table;
}
