import { SyntaxError as ParserError, type ParserExpectation, parse } from '../../gen/mal-parser.js';
import { MalError, shorten } from './problem.js';
import type { Closure, Expression, ExpressionSource } from './syntax-tree.js';

/** Longest expression, in UTF-16 code units. */
export const MAX_MAL_LENGTH = 10_000;
/** Deepest nesting of brackets of every kind. */
export const MAX_MAL_DEPTH = 64;
/** Most operators, steps of a chain and items together; chains nest as deep as they are long. */
export const MAX_MAL_OPERATORS = 1_500;
/** Most `? :` in one expression; each lies within the one before. */
export const MAX_MAL_CHOICES = 100;

/** Reads an expression to its end. Throws {@link MalError}. */
export function parseMal(text: string, source: ExpressionSource = 'exp'): Expression {
  checkSize(text, source);
  try {
    // The parser's tree is the one of syntax-tree.ts: a generated parser has no types of its own.
    return parse(text, { grammarSource: source }) as Expression;
  } catch (error) {
    if (error instanceof ParserError) throw explain(error, text, source);
    // What the limits let through nests two or three calls deep for each bracket; this is the net below them.
    if (error instanceof RangeError) throw new MalError({ source, offset: 0 }, 'the expression is nested too deeply');
    throw error;
  }
}

/** Reads the filter of a file. Throws {@link MalError}. */
export function parseFilter(text: string): Closure {
  const filter = parseMal(text, 'filter');
  if (filter.kind === 'closure') return filter;
  throw new MalError(filter.at, 'a filter is a closure, as { tags -> tags.job == "vm" }');
}

/** The parser recurses, so what could exhaust the stack is refused before it starts. Texts and patterns are counted as if they were code. */
function checkSize(text: string, source: ExpressionSource): void {
  const fail = (offset: number, message: string): never => {
    throw new MalError({ source, offset }, message);
  };
  if (text.length > MAX_MAL_LENGTH) fail(MAX_MAL_LENGTH, `the expression is longer than ${MAX_MAL_LENGTH} characters`);
  let depth = 0;
  let operators = 0;
  let choices = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if ('([{'.includes(c)) {
      if (++depth > MAX_MAL_DEPTH) fail(i, `brackets are nested deeper than ${MAX_MAL_DEPTH}`);
    } else if (')]}'.includes(c)) depth = Math.max(0, depth - 1);
    else if ('+-*/%<>&|=!.,'.includes(c) && ++operators > MAX_MAL_OPERATORS) fail(i, `there are more than ${MAX_MAL_OPERATORS} operators`);
    else if (c === '?' && ++choices > MAX_MAL_CHOICES) fail(i, `there are more than ${MAX_MAL_CHOICES} question marks`);
  }
}

function explain(error: ParserError, text: string, source: ExpressionSource): MalError {
  const { offset } = error.location.start;
  const at = { source, offset };
  // An error of the grammar's own has a message and no expectations.
  if (error.expected === null) return new MalError(at, error.message);
  const found = offset >= text.length ? 'the end' : `"${shorten(/^(?:\w+|.)/su.exec(text.slice(offset, offset + 200))?.[0] ?? '')}"`;
  return new MalError(at, `expected ${alternatives(error.expected)}, found ${found}`);
}

function alternatives(expected: readonly ParserExpectation[]): string {
  const names = new Set<string>();
  for (const { type, text, description } of expected) {
    if (type === 'other' && description !== 'white space') names.add(description ?? '');
    else if (type === 'literal' && !text?.startsWith('/*') && text !== '//') names.add(`"${text}"`);
    else if (type === 'end') names.add('the end');
  }
  const list = [...names].sort();
  const last = list.pop() ?? 'something else';
  return list.length === 0 ? last : `${list.join(', ')} or ${last}`;
}
