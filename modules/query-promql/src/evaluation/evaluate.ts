import { fairTurn } from '@skein/query/contract';
import { printExpression } from '../promql/print.js';
import type { Expression, RangeSelector, Selector } from '../promql/syntax-tree.js';
import { aggregate } from './aggregate.js';
import { refuse } from './api-error.js';
import { applyOperator, applySign } from './operators.js';
import type { Result, Series } from './series.js';

/** Most selectors in one expression; each is a read of the storage. */
const MAX_SELECTORS = 50;

/** Reads the series of a selector. */
export type ReadSeries = (selector: Selector) => Promise<readonly Series[]>;

/** Evaluates an expression that is no range. Equal selectors are read once. Throws ApiError, and what reads throw. */
export async function evaluate(expression: Expression, read: ReadSeries, signal: AbortSignal): Promise<Result> {
  const selectors = new Map<string, Promise<readonly Series[]>>();
  const visit = async (e: Expression): Promise<Result> => {
    switch (e.kind) {
      case 'number':
        return { kind: 'scalar', value: e.value };
      case 'group':
        return visit(e.of);
      case 'sign':
        return applySign(e.sign, await visit(e.of));
      case 'selector': {
        const key = printExpression(e);
        const series = selectors.get(key) ?? read(e);
        selectors.set(key, series);
        return { kind: 'vector', series: await series };
      }
      case 'range':
        return refuse('A range selector, with [5m], can only stand alone.');
      case 'aggregation': {
        const of = await visit(e.of);
        await fairTurn(signal);
        return aggregate(e, of);
      }
      case 'binary': {
        // One after the other: rankings that are read at the same time keep everybody else waiting.
        const left = await visit(e.left);
        const right = await visit(e.right);
        await fairTurn(signal);
        return applyOperator(e, left, right);
      }
    }
  };
  if (countSelectors(expression) > MAX_SELECTORS) refuse(`The expression has more than ${MAX_SELECTORS} selectors.`);
  return visit(expression);
}

/** The range selector that an expression is, perhaps in brackets. */
export function rangeOf(e: Expression): RangeSelector | undefined {
  if (e.kind === 'group') return rangeOf(e.of);
  return e.kind === 'range' ? e : undefined;
}

function countSelectors(e: Expression): number {
  switch (e.kind) {
    case 'number':
      return 0;
    case 'selector':
    case 'range':
      return 1;
    case 'binary':
      return countSelectors(e.left) + countSelectors(e.right);
    default:
      return countSelectors(e.of);
  }
}
