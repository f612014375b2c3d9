import { SyntaxError as ParserError, type ParserExpectation, parse } from '../../gen/oal-parser.js';
import type { OalScript } from '../points.js';
import { type OalProblem, problemAt, shorten } from './problem.js';
import type { Statement } from './syntax-tree.js';

export interface ParsedScript {
  readonly script: OalScript;
  readonly statements: readonly Statement[];
  readonly problems: readonly OalProblem[];
}

/** Syntax errors told of one script; a reader mends the first ones first. */
const MAX_PROBLEMS = 20;

/**
 * Parses a script. A statement that is wrong is told and left out, and the rest is parsed all the same, so that one run shows
 * every mistake. Never throws.
 */
export function parseScript(script: OalScript): ParsedScript {
  const problems: OalProblem[] = [];
  let text = script.text;
  for (;;) {
    try {
      // The parser's tree is the one of syntax-tree.ts: a generated parser has no types of its own.
      return { script, statements: parse(text) as Statement[], problems };
    } catch (error) {
      const { offset, message } = explain(error, text);
      problems.push(problemAt(script, offset, message));
      const statement = statementAround(text, offset);
      if (problems.length === MAX_PROBLEMS || statement === undefined) return { script, statements: [], problems };
      text = blank(text, statement);
    }
  }
}

function explain(error: unknown, text: string): { readonly offset: number; readonly message: string } {
  if (error instanceof ParserError) {
    const { offset } = error.location.start;
    if (text.startsWith('/*', offset)) return { offset, message: 'this comment has no end' };
    if (text[offset] === '"' && error.expected?.some((e) => e.description === 'a string'))
      return { offset, message: 'this string has no end' };
    const found = offset >= text.length ? 'the end of the script' : quoted(shorten(wordAt(text, offset)));
    return { offset, message: `expected ${alternatives(error.expected ?? [])}, found ${found}` };
  }
  // Comments may nest, and each level is a call of the parser.
  if (error instanceof RangeError) return { offset: 0, message: 'comments are nested too deeply' };
  throw error;
}

const quoted = (text: string): string => (text === '"' ? `'"'` : `"${text}"`);

const wordAt = (text: string, offset: number): string => /^(?:[\w$]+|.)/su.exec(text.slice(offset, offset + 200))?.[0] ?? '';

/** `")", "," or a number`. */
function alternatives(expected: readonly ParserExpectation[]): string {
  const names = new Set<string>();
  for (const e of expected) {
    if (e.type === 'other' && e.description !== 'blank') names.add(e.description ?? '');
    else if (e.type === 'literal') names.add(`"${e.text}"`);
    else if (e.type === 'end') names.add('the end of the script');
    else if (e.type === 'class' || e.type === 'any') names.add('the rest of the word');
  }
  const list = [...names].sort();
  const last = list.pop() ?? 'something else';
  return list.length === 0 ? last : `${list.join(', ')} or ${last}`;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The statement that `offset` lies in: from behind the last semicolon before it to behind the next one. Undefined for an empty one. */
function statementAround(text: string, offset: number): Span | undefined {
  let from = 0;
  for (const end of semicolons(text)) {
    // At the end of a script whose last statement is whole, the offset lies behind the last semicolon.
    if (end >= offset) return { from, to: end + 1 };
    from = end + 1;
  }
  return text.slice(from).trim() === '' ? undefined : { from, to: text.length };
}

/** Offsets of the semicolons that stand neither in a string nor in a comment. A string ends with its line. */
function* semicolons(text: string): Generator<number> {
  const token = /"(?:[^"\\\r\n]|\\[^\r\n])*"?|\/\/[^\r\n]*|\/\*|;/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === ';') yield match.index;
    if (match[0] === '/*') token.lastIndex = endOfComment(text, match.index);
  }
}

function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}

/** Blanks out a statement without moving what follows it. */
const blank = (text: string, { from, to }: Span): string =>
  text.slice(0, from) + text.slice(from, to).replace(/[^\r\n]/g, ' ') + text.slice(to);
