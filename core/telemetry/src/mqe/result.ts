import type { Label } from './expression.js';

export type ResultType = 'UNKNOWN' | 'SINGLE_VALUE' | 'TIME_SERIES_VALUES' | 'SORTED_LIST' | 'RECORD_LIST';

/** The entity that a row of a list is about. Members that its scope does not have are null. */
export interface Owner {
  readonly scope: string;
  readonly serviceID: string | null;
  readonly serviceName: string | null;
  readonly normal: boolean | null;
  readonly serviceInstanceID: string | null;
  readonly serviceInstanceName: string | null;
  readonly endpointID: string | null;
  readonly endpointName: string | null;
}

/** One value. `id`: of a series the epoch milliseconds of the bucket's start; of a list the display name; null for a computed single. */
export interface Point {
  readonly id: string | null;
  /** null: nothing was stored. May be NaN or infinite after a division. */
  readonly value: number | null;
  readonly owner?: Owner;
  readonly traceId?: string;
}

/** The points of one label set; labels are sorted by key. */
export interface Series {
  readonly labels: readonly Label[];
  readonly points: readonly Point[];
}

export interface ExpressionResult {
  readonly type: ResultType;
  readonly results: readonly Series[];
  /** What is wrong with the expression; some errors leave the results in place. */
  readonly error?: string;
}

/** A result on its way through an expression. */
export interface Evaluated extends ExpressionResult {
  /** Its results are told apart by labels, even when there are none of them. */
  readonly labelled: boolean;
  /** It came from a comparison, so `&&` and `||` accept it. */
  readonly logical: boolean;
}

export const failed = (error: string): Evaluated => ({ type: 'UNKNOWN', results: [], error, labelled: false, logical: false });
export const UNKNOWN: Evaluated = { type: 'UNKNOWN', results: [], labelled: false, logical: false };

export const single = (value: number | null): Evaluated => ({
  type: 'SINGLE_VALUE',
  results: [{ labels: [], points: [{ id: null, value }] }],
  labelled: false,
  logical: false,
});

/** The same result with every stored value changed. */
export const mapValues = (e: Evaluated, f: (value: number) => number): Evaluated => ({
  ...e,
  logical: false,
  results: e.results.map((s) => ({ ...s, points: s.points.map((p) => (p.value === null ? p : { ...p, value: f(p.value) })) })),
});

/** Labels as text, `{a=1,b=2}`; equal label sets have equal texts. */
export const labelText = (labels: readonly Label[]): string => `{${labels.map((l) => `${l.key}=${l.value}`).join(',')}}`;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
export const sortedLabels = (labels: readonly Label[]): readonly Label[] => [...labels].sort((a, b) => byText(a.key, b.key));
export const compareText = byText;
