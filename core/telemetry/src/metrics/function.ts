import type { MetricKind } from '../metrics-catalog.js';
import type { MutableTable } from '../storage/metric-state.js';
import type { MetricModel, MetricState } from '../storage/models.js';
import { meterTables } from './meter-tables.js';
import { meterScalars } from './meters.js';
import { averages, counts, extremes, ratios } from './scalars.js';
import { histograms, labelled, percentiles } from './tables.js';

/** What a script may write at one place of a function's argument list. */
export interface MetricParameter {
  readonly kind: 'condition' | 'int' | 'string-attribute' | 'bool-attribute' | 'number-attribute';
  /** Only for `int`: smallest and largest value allowed. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Only for `int`: the value of an argument that is left out. Present = the argument is optional. */
  readonly default?: number;
  /** Only for the last one, an `int`: it may be written several times, at least once. */
  readonly rest?: true;
}

/** The growing table of a histogram or of labels: key to `width` sums, as `newTable` makes it for the model of the function. */
export type MetricTable = MutableTable;

/**
 * Takes one input into a state that grows in place. Never throws, never allocates but for a new key of the table.
 *
 * `slots[offset]` is the first of the function's slots; `table` is present exactly if the model has one.
 * `value` is finite: the attribute named by `from(...)` if the function takes one, or the function's `number-attribute`;
 * an integer unless `valueInput` is `double`. `first` and `second` are the results of the `condition` and `bool-attribute`
 * arguments in the order of the parameters, `text` is the `string-attribute` argument (undefined where the source has none).
 * What a function does not take, it ignores: pass 0, false, undefined. `time`: that of the source, ms.
 *
 * Returns false if the input was left out because the table is full.
 */
export type MetricStep = (
  slots: Float64Array,
  offset: number,
  table: MetricTable | undefined,
  value: number,
  first: boolean,
  second: boolean,
  text: string | undefined,
  time: number,
) => boolean;

/** What a slot grows by for each input: 1, the value, or 1 if the first or second condition holds. */
export type Addend = 'one' | 'value' | 'first' | 'second';

export interface MetricStepSettings {
  /** Apdex threshold in ms of a service name; analysis.md 1.6. */
  apdexThreshold(name: string): number;
}

/**
 * A function that a metric script may apply to a source, as an algebra: slots and a table to keep, a step that takes an input,
 * and what can be read from the merged state. Merging itself is the same for all: see `mergeMetricState` of the storage helpers.
 *
 * There is no "empty" state: a metric that had no input in a minute has no state, and whoever accumulates remembers which ones had.
 * So the start values below are never stored alone, and a stored slot is always finite. Formulas: analysis.md 1.5, 1.6.
 */
export interface MetricFunction {
  readonly name: string;
  readonly parameters: readonly MetricParameter[];
  /** What `from(Source.attribute)` must give: nothing (`from(Source.*)`), an integer, or any number. */
  readonly valueInput: 'none' | 'long' | 'double';
  readonly kind: MetricKind;
  /** Values to put into fresh slots before the first step, one for each slot of the model. */
  readonly start: readonly number[];
  /** `args`: the `int` arguments only, in order, defaults filled in. */
  model(args: readonly number[]): Pick<MetricModel, 'slots' | 'table' | 'value'>;
  step(args: readonly number[], settings: MetricStepSettings): MetricStep;
  /** Of a function that does nothing but add, for each slot what. It says the same as `step`, so that many of them can be done at once. */
  readonly adds?: readonly Addend[];
  /** For `regular` functions whose value has no closed form (6.x `p99`): reads it from the table. */
  value?(args: readonly number[]): (state: MetricState) => number | undefined;
  /**
   * For `labeled` functions: label set as text (`{p=50}`) to value, in a bucket of so many minutes. For heatmaps: lower bound of each bucket, as
   * text, to count.
   */
  labels?(args: readonly number[]): (state: MetricState, minutes: number) => ReadonlyMap<string, number>;
  /** For `labeled` functions: reads one label set only. Percentiles have every rank here (`{p=70}`), not only those that `labels` gives. */
  label?(args: readonly number[], label: string): (state: MetricState, minutes: number) => number | undefined;
}

const ALL = [
  ...[...averages, ...counts, ...ratios, ...extremes, ...percentiles, ...histograms, ...labelled],
  ...[...meterScalars, ...meterTables],
];

/** All functions by name: those of OAL, of today and of 6.x, and those that meter rules lead to. */
export const metricFunctions: ReadonlyMap<string, MetricFunction> = new Map(ALL.map((f) => [f.name, f]));

/** Normal form of a function and its `int` arguments, for example `percentile2(10)`; the `signature` of a MetricModel. */
export const metricSignature = (name: string, args: readonly number[]): string => `${name}(${args.join(',')})`;

/** The function and arguments of a signature; undefined if it is of no known function. */
export function parseMetricSignature(
  signature: string,
): { readonly function: MetricFunction; readonly args: readonly number[] } | undefined {
  const match = /^(\w+)\(([\d,]*)\)$/.exec(signature);
  const found = match && metricFunctions.get(match[1]!);
  return found ? { function: found, args: match[2] === '' ? [] : match[2]!.split(',').map(Number) } : undefined;
}
