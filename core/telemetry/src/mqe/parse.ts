import { SyntaxError as PeggySyntaxError, parse } from '../../gen/mqe-parser.js';
import type { Expression } from './expression.js';

/** Longest expression, in UTF-16 code units. */
export const MAX_EXPRESSION_LENGTH = 10_000;
/** Deepest nesting of brackets. */
export const MAX_EXPRESSION_DEPTH = 64;
/** Most operators in one expression; they nest to the left. */
export const MAX_EXPRESSION_OPERATORS = 500;

/** An expression that cannot be read. The message begins with `line <n>:<col> `; columns count from 0. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';
  constructor(
    readonly line: number,
    readonly column: number,
    what: string,
  ) {
    super(`line ${line}:${column} ${what}`);
  }
}

/** Reads an expression to its end. Throws {@link ExpressionSyntaxError}. */
export function parseExpression(text: string): Expression {
  checkSize(text);
  try {
    return parse(text) as Expression;
  } catch (error) {
    if (!(error instanceof PeggySyntaxError)) throw error;
    const { line, column } = error.location.start;
    throw new ExpressionSyntaxError(line, column - 1, error.message.slice(0, 300));
  }
}

/** The parser recurses, so what could exhaust the stack is refused before it starts. */
function checkSize(text: string): void {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new ExpressionSyntaxError(1, 0, `the expression is longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  let depth = 0;
  let operators = 0;
  let quote: string | undefined;
  for (const c of text) {
    if (quote !== undefined) {
      if (c === quote) quote = undefined;
    } else if (c === "'" || c === '"') quote = c;
    else if (c === '(') {
      if (++depth > MAX_EXPRESSION_DEPTH) throw new ExpressionSyntaxError(1, 0, `brackets are nested deeper than ${MAX_EXPRESSION_DEPTH}`);
    } else if (c === ')') depth--;
    else if ('+-*/%<>&|='.includes(c) && ++operators > MAX_EXPRESSION_OPERATORS) {
      throw new ExpressionSyntaxError(1, 0, `more than ${MAX_EXPRESSION_OPERATORS} operators`);
    }
  }
}
