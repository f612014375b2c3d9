import { RE2JS } from 're2js';
import { MAX_PATTERN_LENGTH } from './limits.js';
import { MalError } from './problem.js';
import type { Place } from './syntax-tree.js';

/** Most answers kept for each pattern. Labels come again and again, and looking up is twenty times faster than matching. */
const MAX_ANSWERS = 1_000;
/** Longer texts are matched each time. */
const MAX_REMEMBERED_LENGTH = 256;

/** A pattern of a rule: Java's syntax without what needs backtracking (look-around, back references), matched in linear time. */
export class Pattern {
  private readonly whole = new Map<string, boolean>();
  private readonly part = new Map<string, boolean>();
  private constructor(readonly compiled: RE2JS) {}

  /** Throws {@link MalError}. */
  static compile(text: string, at: Place): Pattern {
    if (text.length > MAX_PATTERN_LENGTH) throw new MalError(at, `the pattern is longer than ${MAX_PATTERN_LENGTH} characters`);
    try {
      return new Pattern(RE2JS.compile(text));
    } catch (error) {
      throw new MalError(at, `this pattern cannot be used: ${(error as Error).message.slice(0, 200)}`);
    }
  }

  /** Whether all of the text matches. */
  matches(text: string): boolean {
    return remembered(this.whole, text, (t) => this.compiled.testExact(t));
  }

  /** Whether a part of the text matches. */
  find(text: string): boolean {
    return remembered(this.part, text, (t) => this.compiled.test(t));
  }
}

function remembered(answers: Map<string, boolean>, text: string, ask: (text: string) => boolean): boolean {
  if (text.length > MAX_REMEMBERED_LENGTH) return ask(text);
  const known = answers.get(text);
  if (known !== undefined) return known;
  if (answers.size >= MAX_ANSWERS) answers.clear();
  const answer = ask(text);
  answers.set(text, answer);
  return answer;
}
