import type { Binary, Operator } from '../promql/syntax-tree.js';
import { refuse } from './api-error.js';
import { labelKey, type Result, type Series } from './series.js';

/** Of two values of one step; undefined leaves the step out. */
type Step = (left: number, right: number) => number | undefined;

const ARITHMETIC: Readonly<Record<string, Step>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/**
 * Applies an operator. Series keep the name and the labels of the left side; a comparison without `bool` keeps the values of the series for
 * which it is true. Throws ApiError `bad_data`.
 */
export function applyOperator({ op, bool }: Binary, left: Result, right: Result): Result {
  if (right.kind === 'scalar') {
    if (left.kind === 'scalar') return { kind: 'scalar', value: ofScalars(op, bool, left.value, right.value) };
    return { kind: 'vector', series: withNumber(left.series, stepOf(op, bool, 'left'), right.value) };
  }
  const step = stepOf(op, bool, left.kind === 'scalar' ? 'right' : 'left');
  if (left.kind === 'scalar') return { kind: 'vector', series: withNumber(right.series, (a, b) => step(b, a), left.value) };
  return { kind: 'vector', series: ofVectors(left.series, right.series, step) };
}

/** `kept`: whose value a comparison keeps. */
function stepOf(op: Operator, bool: boolean, kept: 'left' | 'right'): Step {
  const arithmetic = ARITHMETIC[op];
  if (arithmetic !== undefined) return arithmetic;
  const holds = COMPARISONS[op]!;
  if (bool) return (a, b) => (holds(a, b) ? 1 : 0);
  return (a, b) => (holds(a, b) ? (kept === 'left' ? a : b) : undefined);
}

function ofScalars(op: Operator, bool: boolean, left: number, right: number): number {
  if (!Object.hasOwn(ARITHMETIC, op) && !bool) refuse('Comparisons between scalars must use BOOL modifier.');
  return stepOf(op, bool, 'left')(left, right)!;
}

const withNumber = (series: readonly Series[], step: Step, number: number): readonly Series[] =>
  series.map((s) => ({ ...s, values: s.values.map((v) => (v === undefined ? undefined : step(v, number))) }));

/** Series with equal labels, one to one; those without a partner are left out. That none has one is a mistake, and is said. */
function ofVectors(left: readonly Series[], right: readonly Series[], step: Step): readonly Series[] {
  byLabels(left);
  const partners = byLabels(right);
  const series = left.flatMap((s) => {
    const partner = partners.get(labelKey(s.labels));
    if (partner === undefined) return [];
    const values = s.values.map((v, i) => {
      const other = partner.values[i];
      return v === undefined || other === undefined ? undefined : step(v, other);
    });
    return [{ ...s, values }];
  });
  if (series.length === 0 && left.length > 0 && right.length > 0) refuse('No series of the left side has the labels of one of the right.');
  return series;
}

function byLabels(series: readonly Series[]): ReadonlyMap<string, Series> {
  const found = new Map<string, Series>();
  for (const s of series) {
    const key = labelKey(s.labels);
    if (found.has(key)) refuse('Several series of one side have equal labels, so it is not clear which to take.');
    found.set(key, s);
  }
  return found;
}

/** A sign before an expression. */
export function applySign(sign: '+' | '-', of: Result): Result {
  if (sign === '+') return of;
  if (of.kind === 'scalar') return { kind: 'scalar', value: -of.value };
  return { kind: 'vector', series: of.series.map((s) => ({ ...s, values: s.values.map((v) => (v === undefined ? undefined : -v)) })) };
}
