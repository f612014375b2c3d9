import type { KeyedSums, MetricModel, MetricState } from './models.js';
import { finite, MAX_TABLE_KEYS, NumberTable } from './number-table.js';

/** A table that grows: of whole numbers with one sum each, or of any other kind. */
export type MutableTable = NumberTable | Map<number | string, number[]>;

/** A state that others are merged into. */
export interface MutableMetricState extends MetricState {
  readonly slots: number[];
  readonly table?: MutableTable;
}

/** An empty table, of the kind that suits a model. */
export const newTable = ({ key, width }: NonNullable<MetricModel['table']>): MutableTable =>
  key === 'int' && width === 1 ? new NumberTable() : new Map();

/** A table with the same content, of the kind that {@link newTable} makes for the model; the very table if it is one. */
export const tableFor = ({ key, width }: NonNullable<MetricModel['table']>, table: KeyedSums): KeyedSums =>
  key === 'int' && width === 1 ? NumberTable.of(table) : table;

/** A table of one's own with the same content. */
export function copyTable(table: KeyedSums): MutableTable {
  if (table instanceof NumberTable) return table.copy();
  const copy = new Map<number | string, number[]>();
  for (const [key, sums] of table) copy.set(key, Array.from(sums));
  return copy;
}

/** A state of one's own with the same content. */
export function copyMetricState(state: MetricState): MutableMetricState {
  const slots = Array.from(state.slots);
  return state.table === undefined ? { slots } : { slots, table: copyTable(state.table) };
}

/**
 * Merges `delta` into `into`, slot by slot and key by key: commutative and associative as far as adding numbers is (exactly so for
 * integers below 2^53). A `last` slot belongs to the larger time, which is in the `max` slot after it; of equal times the larger value wins.
 * Sums stop at the largest finite number. `into` must be of the same model; returns it, or a new object where it had no table yet.
 */
export function mergeMetricState(model: MetricModel, into: MutableMetricState, delta: MetricState): MutableMetricState {
  mergeSlots(model.slots, into.slots, 0, delta.slots, 0);
  if (delta.table === undefined) return into;
  if (into.table === undefined) return { slots: into.slots, table: copyTable(delta.table) };
  mergeTable(into.table, delta.table, model.table?.merge);
  return into;
}

/**
 * Merges slots that lie in larger arrays, `into` from `at` on and `delta` from `from` on, as {@link mergeMetricState} does. `merges` may be of
 * several models, one after another.
 */
export function mergeSlots(
  merges: MetricModel['slots'],
  into: number[] | Float64Array,
  at: number,
  delta: ArrayLike<number>,
  from: number,
): void {
  for (let i = 0; i < merges.length; i++) {
    const a = into[at + i]!;
    const b = delta[from + i]!;
    switch (merges[i]) {
      case 'sum':
        into[at + i] = finite(a + b);
        break;
      case 'max':
        if (b > a) into[at + i] = b;
        break;
      case 'min':
        if (b < a) into[at + i] = b;
        break;
      case 'last': {
        // The time slot comes next, so it still holds the time of `a`.
        const order = delta[from + i + 1]! - into[at + i + 1]! || b - a;
        if (order > 0) into[at + i] = b;
        break;
      }
    }
  }
}

/** Merges `delta` key by key: adds its sums, or does with them what `merge` says of the model's table. */
export function mergeTable(into: MutableTable, delta: KeyedSums, merge?: MetricModel['slots']): void {
  if (into instanceof NumberTable) {
    into.merge(delta);
    return;
  }
  for (const [key, sums] of delta) {
    const known = into.get(key);
    if (known === undefined) into.set(key, Array.from(sums));
    else mergeColumns(known, sums, merge);
  }
  if (into.size <= MAX_TABLE_KEYS) return;
  const keys = [...into.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const key of keys.slice(MAX_TABLE_KEYS)) into.delete(key);
}

/** Merges the numbers of one key of a table, `merge` as in the model's table; sums without it. */
export function mergeColumns(into: number[], from: ArrayLike<number>, merge: MetricModel['slots'] | undefined): void {
  if (merge !== undefined) mergeSlots(merge, into, 0, from, 0);
  else for (let i = 0; i < into.length; i++) into[i] = finite(into[i]! + (from[i] ?? 0));
}

/**
 * The value of a bucket by the closed formula of the model: (of . slots) / (over . slots), where `over` may be the length of the bucket.
 * Truncated toward zero if the model says integer; 0 where it would divide by nothing. Undefined for models without a formula.
 * `minutes`: length of the bucket, `Zone.minutes`.
 */
export function metricValue(model: MetricModel, state: MetricState, minutes: number): number | undefined {
  const { value } = model;
  if (value === undefined) return undefined;
  const top = dot(value.of, state.slots);
  const below = value.over === undefined ? 1 : value.over === 'minutes' ? minutes : dot(value.over, state.slots);
  if (below === 0) return 0;
  // Adding 0 turns -0 into 0.
  return (value.integer ? Math.trunc(top / below) : top / below) + 0;
}

function dot(weights: readonly number[], slots: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) sum += weights[i]! * slots[i]!;
  return finite(sum);
}
