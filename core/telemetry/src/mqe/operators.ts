import type { Arithmetic, Comparison, Logic } from './expression.js';
import { type Evaluated, failed, labelText, type Point, type ResultType, type Series } from './result.js';

type Compute = (left: number, right: number) => number;

const ARITHMETIC: Readonly<Record<Arithmetic['op'], Compute>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const COMPARISON: Readonly<Record<Comparison['op'], Compute>> = {
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<=': (a, b) => Number(a <= b),
  '<': (a, b) => Number(a < b),
  '>=': (a, b) => Number(a >= b),
  '>': (a, b) => Number(a > b),
};
const LOGIC: Readonly<Record<Logic['op'], Compute>> = {
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
};

const isList = (type: ResultType): boolean => type === 'SORTED_LIST' || type === 'RECORD_LIST';

/** Joins two results by an operator, query.md 4.4. */
export function applyOperator(e: Arithmetic | Comparison | Logic, left: Evaluated, right: Evaluated): Evaluated {
  if (left.error !== undefined) return left;
  if (right.error !== undefined) return right;
  if (e.kind === 'arithmetic') return join('binary', e.op, left, right, ARITHMETIC[e.op], false);
  if (e.kind === 'comparison') return join('compare', e.op, left, right, COMPARISON[e.op], true);
  const odd = !left.logical ? 'left' : right.logical ? undefined : 'right';
  if (odd !== undefined) return failed(`Bool Operation: The result of the ${odd} expression is not a compare result.`);
  return join('bool', e.op, left, right, LOGIC[e.op], true);
}

function join(what: string, op: string, left: Evaluated, right: Evaluated, compute: Compute, logical: boolean): Evaluated {
  const results = joinResults(left, right, compute);
  if (results === undefined) return failed(`Unsupported ${what} operation: ${left.type} ${op} ${right.type}`);
  return { type: wider(left.type, right.type), results, labelled: left.labelled || right.labelled, logical };
}

const width = (type: ResultType): number => (isList(type) ? 3 : type === 'TIME_SERIES_VALUES' ? 2 : 1);
const wider = (a: ResultType, b: ResultType): ResultType => (width(b) > width(a) ? b : a);

/** undefined: the operands do not fit. */
function joinResults(left: Evaluated, right: Evaluated, compute: Compute): readonly Series[] | undefined {
  if (left.type === 'UNKNOWN' || right.type === 'UNKNOWN' || isVoid(left) || isVoid(right)) return undefined;
  if (isPlainSingle(left) && isPlainSingle(right)) {
    return [{ labels: [], points: [{ id: null, value: combine(singleValue(left), singleValue(right), compute) }] }];
  }
  // An empty single beside many values counts as 0.
  if (isPlainSingle(right)) return each(left, (value) => compute(value, singleValue(right) ?? 0));
  if (isPlainSingle(left)) return each(right, (value) => compute(singleValue(left) ?? 0, value));
  if (isList(left.type) || isList(right.type)) return undefined;
  if (left.labelled && right.labelled) return joinByLabels(left, right, compute);
  if (left.labelled) return left.results.map((s) => zip(s, right.results[0]!, compute));
  if (right.labelled) return right.results.map((s) => ({ ...zip(left.results[0]!, s, compute), labels: s.labels }));
  return [zip(left.results[0]!, right.results[0]!, compute)];
}

/** Such as the average of a metric that the entity does not fit. */
const isVoid = (e: Evaluated): boolean => !e.labelled && !isList(e.type) && e.results.length === 0;
const isPlainSingle = (e: Evaluated): boolean => e.type === 'SINGLE_VALUE' && !e.labelled;
const singleValue = (e: Evaluated): number | null => e.results[0]?.points[0]?.value ?? null;
const combine = (a: number | null, b: number | null, compute: Compute): number | null => (a === null || b === null ? null : compute(a, b));

const each = (e: Evaluated, f: (value: number) => number): readonly Series[] =>
  e.results.map((s) => ({ labels: s.labels, points: s.points.map((p) => ({ ...p, value: p.value === null ? null : f(p.value) })) }));

function joinByLabels(left: Evaluated, right: Evaluated, compute: Compute): readonly Series[] {
  const partners = new Map(right.results.map((s) => [labelText(s.labels), s]));
  return left.results.map((s) => {
    const partner = partners.get(labelText(s.labels));
    return partner ? zip(s, partner, compute) : { labels: s.labels, points: s.points.map((p) => ({ ...p, value: null })) };
  });
}

/** Point by point; one point alone is used for all of the other side. */
function zip(left: Series, right: Series, compute: Compute): Series {
  const count = Math.max(left.points.length, right.points.length);
  const at = (s: Series, i: number): Point | undefined => (s.points.length === 1 ? s.points[0] : s.points[i]);
  const points = Array.from({ length: count }, (_, i): Point => {
    const id = (right.points.length > left.points.length ? right : left).points[i]?.id ?? null;
    return { id, value: combine(at(left, i)?.value ?? null, at(right, i)?.value ?? null, compute) };
  });
  return { labels: left.labels, points };
}
