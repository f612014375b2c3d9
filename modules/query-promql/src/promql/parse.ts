import { SyntaxError as PeggySyntaxError, parse } from '../../gen/promql-parser.js';
import type { Expression, Selector } from './syntax-tree.js';

/** Longest expression, in UTF-16 code units. */
export const MAX_EXPRESSION_LENGTH = 10_000;
/** Deepest nesting of brackets. */
export const MAX_EXPRESSION_DEPTH = 64;
/** Most operators and signs in one expression. */
export const MAX_EXPRESSION_OPERATORS = 200;

/** An expression that cannot be read. The message begins with `<line>:<column>: parse error: `, both from 1. */
export class PromqlSyntaxError extends Error {
  override readonly name = 'PromqlSyntaxError';
  constructor(line: number, column: number, what: string) {
    super(`${line}:${column}: parse error: ${what}`);
  }
}

/** Reads an expression to its end. Throws {@link PromqlSyntaxError}. */
export function parseExpression(text: string): Expression {
  checkSize(text);
  try {
    return parse(text) as Expression;
  } catch (error) {
    if (!(error instanceof PeggySyntaxError)) throw error;
    const { line, column } = error.location.start;
    throw new PromqlSyntaxError(line, column, error.message.slice(0, 300));
  }
}

/** Reads a selector, such as `service_cpm{layer="GENERAL"}`. Throws {@link PromqlSyntaxError} for any other expression. */
export function parseSelector(text: string): Selector {
  const expression = parseExpression(text);
  if (expression.kind !== 'selector') throw new PromqlSyntaxError(1, 1, 'a series selector was expected');
  return expression;
}

/** The parser and whoever walks its tree recurse, so what could exhaust the stack is refused before it starts. */
function checkSize(text: string): void {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new PromqlSyntaxError(1, 1, `the expression is longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  let depth = 0;
  let operators = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"' || c === "'" || c === '`') at = endOfString(text, at);
    else if (c === '#') at = endOfLine(text, at);
    else if (c === '(' && ++depth > MAX_EXPRESSION_DEPTH) {
      throw new PromqlSyntaxError(1, at + 1, `brackets are nested deeper than ${MAX_EXPRESSION_DEPTH}`);
    } else if (c === ')') depth--;
    else if ('+-*/%<>=!'.includes(c) && ++operators > 2 * MAX_EXPRESSION_OPERATORS) {
      throw new PromqlSyntaxError(1, at + 1, `more than ${MAX_EXPRESSION_OPERATORS} operators`);
    }
  }
}

function endOfString(text: string, start: number): number {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' && quote !== '`' ? 2 : 1;
  return at;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}
