import { SyntaxError as PeggySyntaxError, parse } from '../../gen/logql-parser.js';
import type { Expression, LogsExpression } from './syntax-tree.js';

/** Longest query, in UTF-16 code units: all the texts that one search may look for fit in. */
export const MAX_QUERY = 32_768;
/** Most signs that begin a matcher, a filter or a calculation. */
export const MAX_PARTS = 200;

/** A query that cannot be read. The message begins with `parse error at line <line>, col <column>: `, both from 1. */
export class LogqlSyntaxError extends Error {
  override readonly name = 'LogqlSyntaxError';
  constructor(line: number, column: number, what: string) {
    super(`parse error at line ${line}, col ${column}: ${what}`);
  }
}

/** Reads a query to its end. Throws {@link LogqlSyntaxError}. */
export function parseQuery(text: string): Expression {
  if (text.length > MAX_QUERY) throw new LogqlSyntaxError(1, 1, `the query is longer than ${MAX_QUERY} characters`);
  const expression = parsed(text);
  if (parts(expression) > MAX_PARTS) throw new LogqlSyntaxError(1, 1, `the query has more than ${MAX_PARTS} matchers, filters or numbers`);
  return expression;
}

/** Reads a selector with its filters. Throws {@link LogqlSyntaxError} for any other query. */
export function parseLogs(text: string): LogsExpression {
  const expression = parseQuery(text);
  if (expression.kind !== 'logs') throw new LogqlSyntaxError(1, 1, 'expected a selector of logs, such as {service="a"}');
  return expression;
}

function parsed(text: string): Expression {
  try {
    return parse(text) as Expression;
  } catch (error) {
    if (!(error instanceof PeggySyntaxError)) throw error;
    const { line, column } = error.location.start;
    throw new LogqlSyntaxError(line, column, error.message.slice(0, 300));
  }
}

/** Calculations grow to the left, one number at a time. */
function parts(expression: Expression): number {
  if (expression.kind === 'logs') return expression.matchers.length + expression.filters.length;
  let count = 1;
  for (let at: Expression = expression; at.kind === 'arithmetic'; at = at.left) count += at.right.kind === 'vector' ? 1 : parts(at.right);
  return count;
}
