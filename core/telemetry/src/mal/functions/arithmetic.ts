import type { Compiled, Evaluate, Shape } from '../compiled.js';
import { EMPTY, type Family, mapValues, type Point } from '../family.js';
import type { ArithmeticOperator } from '../syntax-tree.js';

type Operation = (a: number, b: number) => number;

const OPERATIONS: { readonly [op in ArithmeticOperator]: Operation } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** Division in which nothing is divided by 0. */
export const safeDivision: Operation = (a, b) => (b === 0 ? 0 : a / b);

export const negate = (family: Family): Family => mapValues(family, (value) => -value);

/** Applies an operation to the samples of equal labels on both sides. The others vanish; name and time are those of the left side. */
export function pairUp(left: Family, right: Family, operation: Operation): Family {
  if (left.length === 0 || right.length === 0) return EMPTY;
  const partners = new Map<string, Point>();
  for (const point of right) {
    if (!partners.has(point.labels.key)) partners.set(point.labels.key, point);
  }
  const paired: Point[] = [];
  for (const point of left) {
    const partner = partners.get(point.labels.key);
    const value = partner === undefined ? Number.NaN : operation(point.value, partner.value);
    if (!Number.isNaN(value)) paired.push(point.withValue(value));
  }
  return paired;
}

/** What becomes of EMPTY on either side (analysis.md 10.3). */
function combine(op: ArithmeticOperator, left: Family, right: Family): Family {
  if (left.length > 0 && right.length > 0) return pairUp(left, right, OPERATIONS[op]);
  switch (op) {
    case '+':
      return left.length === 0 ? right : left;
    case '-':
      return left.length === 0 ? negate(right) : left;
    case '*':
      return EMPTY;
    case '/':
      return mapValues(left, (value) => value / 0);
  }
}

/** What is known of a family made of two. */
export function bothShapes(a: Shape, b: Shape): Shape {
  const ranks = a.ranks ?? b.ranks;
  const downsampling = a.downsampling ?? b.downsampling;
  return {
    aggregated: new Set([...a.aggregated, ...b.aggregated]),
    histogram: a.histogram || b.histogram,
    ...(ranks === undefined ? {} : { ranks }),
    ...(downsampling === undefined ? {} : { downsampling }),
  };
}

type Operand = Exclude<Compiled, { readonly type: 'scoped' }>;

/** `left op right` for numbers and families on either side. */
export function compileArithmetic(op: ArithmeticOperator, left: Operand, right: Operand): Compiled {
  const operation = OPERATIONS[op];
  if (left.type === 'number')
    return right.type === 'number' ? ofNumbers(operation, left.evaluate, right.evaluate) : numberFirst(operation, left.evaluate, right);
  if (right.type === 'number') return numberLast(operation, left, right.evaluate);
  return {
    type: 'family',
    evaluate: (run) => combine(op, left.evaluate(run), right.evaluate(run)),
    shape: bothShapes(left.shape, right.shape),
  };
}

const ofNumbers = (operation: Operation, left: Evaluate<number>, right: Evaluate<number>): Compiled => ({
  type: 'number',
  evaluate: (run) => operation(left(run), right(run)),
});

const numberFirst = (
  operation: Operation,
  left: Evaluate<number>,
  { evaluate, shape }: Operand & { readonly type: 'family' },
): Compiled => ({
  type: 'family',
  evaluate(run) {
    const first = left(run);
    return mapValues(evaluate(run), (value) => operation(first, value));
  },
  shape,
});

export const numberLast = (
  operation: Operation,
  { evaluate, shape }: Operand & { readonly type: 'family' },
  right: Evaluate<number>,
): Compiled => ({
  type: 'family',
  evaluate(run) {
    const second = right(run);
    return mapValues(evaluate(run), (value) => operation(value, second));
  },
  shape,
});
