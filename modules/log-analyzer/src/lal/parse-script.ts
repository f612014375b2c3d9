import { SyntaxError as ParserError, type ParserExpectation, parse } from '../../gen/lal-parser.js';
import { LalMistake } from './lal-error.js';
import type { Statement } from './syntax-tree.js';

/** Longest script of a rule, UTF-16 units. */
export const MAX_SCRIPT = 65_536;
/** Longest word that an error repeats. */
const MAX_WORD = 60;

/** Reads a script. Throws {@link LalMistake} at the first place that cannot be read. */
export function parseScript(text: string): readonly Statement[] {
  if (text.length > MAX_SCRIPT) throw new LalMistake(0, `the rule is longer than ${MAX_SCRIPT} characters`);
  try {
    return parse(text) as Statement[];
  } catch (error) {
    if (error instanceof ParserError) throw new LalMistake(error.location.start.offset, explain(error, text));
    // Each level of brackets is some calls of the parser.
    if (error instanceof RangeError) throw new LalMistake(0, 'brackets are nested too deeply');
    throw error;
  }
}

function explain(error: ParserError, text: string): string {
  const { offset } = error.location.start;
  if (text.startsWith('/*', offset)) return 'this comment has no end';
  if (text.startsWith('$/', offset)) return 'this regular expression has no end';
  if (text[offset] === '"' || text[offset] === "'") return 'this text has no end on its line, or holds an unknown escape';
  const found = offset >= text.length ? 'the end of the rule' : `"${wordAt(text, offset)}"`;
  return `expected ${alternatives(error.expected ?? [])}, found ${found}`;
}

function wordAt(text: string, offset: number): string {
  let end = offset;
  while (end < text.length && end - offset < MAX_WORD && /[A-Za-z0-9_]/.test(text[end]!)) end++;
  return text.slice(offset, Math.max(end, offset + 1));
}

/** Operators, all of which could follow nearly everywhere, are told by one word. */
const OPERATOR = /^(?:[-+*/<>=!&|?:.[(,]+|\?\[|as)$/;

function alternatives(expected: readonly ParserExpectation[]): string {
  const names = new Set<string>();
  for (const e of expected) {
    if (e.type === 'other' && e.description !== 'blank') names.add(e.description ?? '');
    else if (e.type === 'literal') names.add(OPERATOR.test(e.text ?? '') ? 'an operator' : `"${e.text}"`);
    else if (e.type === 'end') names.add('the end of the rule');
  }
  const list = [...names].sort();
  const last = list.pop() ?? 'something else';
  return list.length === 0 ? last : `${list.join(', ')} or ${last}`;
}
