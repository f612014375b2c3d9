import type { MetricStep } from '../metrics/function.js';
import type { MetricModel } from '../storage/models.js';
import { Additions } from './additions.js';
import type { Read } from './attribute.js';
import type { FilterSet } from './filter-set.js';
import type { MetricInputs } from './metric-inputs.js';

/** So far from the largest number that no window can add up to it. */
const MAX_FRACTION = 1e300;

/** A metric, and what sources do to it. */
export interface PlanInput {
  readonly model: MetricModel;
  readonly inputs: MetricInputs;
  readonly step: MetricStep;
}

/** What a plan does for one metric. All members always present, so that all of them have one shape. */
export interface PlannedMetric {
  readonly name: string;
  readonly model: MetricModel;
  readonly step: MetricStep;
  /** The slot that is not 0 exactly if there was an input. One of its own slots where that one always grows, else one besides. */
  readonly mark: number;
  readonly offset: number;
  /** Place of its table, -1 if it has none. */
  readonly table: number;
  /** Labels an hour; 0 when its table has none. */
  readonly labelLimit: number;
}

/** Metrics that take the same from a source: it is read and checked once for all of them. */
export interface Group {
  readonly metrics: PlannedMetric[];
  readonly value: Read | undefined;
  /** Fractions are cut off. */
  readonly whole: boolean;
  /** Largest magnitude of a value. */
  readonly bound: number;
  readonly text: Read | undefined;
  /** Numbers of the conditions among the arguments, -1 for none. */
  readonly first: number;
  readonly second: number;
  /** Slots and marks: most metrics need no more than this. */
  readonly adds: Additions;
  /** The metrics that do more than add. */
  readonly stepped: PlannedMetric[];
}

/** Metrics behind the same filters. */
export interface Branch {
  /** Numbers of the filters, in the order of the script. */
  readonly chain: readonly number[];
  readonly groups: Group[];
}

/** Sorts metrics by what they look at, and lays out their state: what one source changes lies together. */
export class Branches {
  readonly all: Branch[] = [];
  /** Of all slots and marks, before any input. */
  readonly start: number[] = [];
  tables = 0;
  /** In the order of the script. */
  readonly metrics: readonly PlannedMetric[];
  private readonly branches = new Map<string, Branch>();
  private readonly groups = new Map<string, Group>();

  constructor(
    inputs: readonly PlanInput[],
    private readonly filters: FilterSet,
  ) {
    const members = new Map<Group, PlanInput[]>();
    for (const input of inputs) {
      const group = this.groupOf(input.inputs);
      members.set(group, [...(members.get(group) ?? []), input]);
    }
    const planned = new Map<PlanInput, PlannedMetric>();
    for (const { groups } of this.all)
      for (const group of groups) for (const input of members.get(group)!) planned.set(input, this.join(group, input));
    this.metrics = inputs.map((input) => planned.get(input)!);
  }

  private groupOf({ function: called, filters, tests, value, text }: MetricInputs): Group {
    const chain: number[] = [];
    for (const filter of filters) chain.push(this.filters.add(filter, chain));
    const [first = -1, second = -1] = tests.map((test) => this.filters.add(test, chain));
    const whole = called.valueInput !== 'double';
    const key = JSON.stringify([chain, first, second, whole, value?.text, text?.text]);
    let group = this.groups.get(key);
    if (group === undefined) {
      const bound = whole ? Number.MAX_SAFE_INTEGER : MAX_FRACTION;
      const adds = new Additions();
      group = { metrics: [], value: value?.read, whole, bound, text: text?.read, first, second, adds, stepped: [] };
      this.groups.set(key, group);
      this.branchOf(chain).groups.push(group);
    }
    return group;
  }

  private branchOf(chain: readonly number[]): Branch {
    const key = chain.join();
    let branch = this.branches.get(key);
    if (branch === undefined) {
      branch = { chain, groups: [] };
      this.branches.set(key, branch);
      this.all.push(branch);
    }
    return branch;
  }

  private join(group: Group, { model, inputs, step }: PlanInput): PlannedMetric {
    const { start, adds } = inputs.function;
    const offset = this.start.length;
    this.start.push(...start);
    const always = adds?.indexOf('one') ?? -1;
    const mark = always >= 0 ? offset + always : this.start.push(0) - 1;
    const { name, table } = model;
    const labelLimit = table?.key === 'string' ? table.maxKeys : 0;
    const metric = { name, model, step, mark, offset, table: table === undefined ? -1 : this.tables++, labelLimit };
    group.metrics.push(metric);
    if (adds === undefined) {
      group.stepped.push(metric);
      return metric;
    }
    for (const [slot, addend] of adds.entries()) group.adds.put(offset + slot, addend);
    if (always < 0) group.adds.put(mark, 'one');
    return metric;
  }
}
