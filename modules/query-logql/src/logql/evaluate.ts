import type { Arithmetic, Constant } from './syntax-tree.js';

const OPERATIONS: Readonly<Record<Arithmetic['op'], (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** The number that a constant stands for; as in IEEE 754 it may be infinite or none. */
export const constantValue = (constant: Constant): number =>
  constant.kind === 'vector' ? constant.value : OPERATIONS[constant.op](constantValue(constant.left), constantValue(constant.right));

/** As Loki writes numbers. */
export function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
