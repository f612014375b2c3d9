import type { StepValues } from '@skein/query/contract';

/** Values of one set of labels, one per step; undefined where there is none. */
export interface Series {
  /** null: an aggregation made it. undefined: it is of a number. */
  readonly name: string | null | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly values: StepValues;
}

/** What an expression comes to: a number for all steps, or series. */
export type Result = { readonly kind: 'scalar'; readonly value: number } | { readonly kind: 'vector'; readonly series: readonly Series[] };

/** Equal for equal labels, whatever their order. The name does not count: `service_sla + service_cpm` is a fair question. */
export const labelKey = (labels: ReadonlyMap<string, string>): string => JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
