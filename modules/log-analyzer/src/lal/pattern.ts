import { RE2JS, RE2JSException } from 're2js';
import { LalMistake } from './lal-error.js';

/** Longest pattern, UTF-16 units. */
const MAX_PATTERN = 4096;
/**
 * Characters of a text that a pattern is looked for in: the time of a search grows with the length of the text and of the pattern, and
 * what tells of a log stands at its beginning.
 */
export const SEARCHED = 32_768;

/** A regular expression that takes time proportional to its text, whatever the two are. */
export interface Pattern {
  /** Whether it is found in the text. */
  found(text: string): boolean;
  /** Whether it is the whole text. */
  isWhole(text: string): boolean;
  /** Named groups of the first place where it is found; null for one that took no part. Undefined if it is not found. */
  groups(text: string): Record<string, string | null> | undefined;
}

/** Throws {@link LalMistake}. `offset`: where the pattern stands in the script. */
export function compilePattern(source: string, offset: number): Pattern {
  if (source.length > MAX_PATTERN) throw new LalMistake(offset, `the regular expression is longer than ${MAX_PATTERN} characters`);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new LalMistake(offset, `the regular expression cannot be read (its dialect is RE2's): ${error.message.slice(0, 200)}`);
  }
  const names = Object.keys(compiled.namedGroups());
  const head = (text: string): string => (text.length > SEARCHED ? text.slice(0, SEARCHED) : text);
  return {
    found: (text) => compiled.matcher(head(text)).find(),
    isWhole: (text) => text.length <= SEARCHED && compiled.matches(text),
    groups(text) {
      const matcher = compiled.matcher(head(text));
      if (!matcher.find()) return undefined;
      const groups: Record<string, string | null> = Object.create(null);
      for (const name of names) groups[name] = matcher.group(name);
      return groups;
    },
  };
}
