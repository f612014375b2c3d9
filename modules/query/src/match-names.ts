import { createContext, Script } from 'node:vm';
import { QueryError } from './contract/common.js';

const MAX_PATTERN = 500;
const TIMEOUT_MS = 50;
// Only this way can a regular expression be stopped: backtracking may take for ever, and no look at the pattern tells for sure.
const script = new Script(
  '(() => { const whole = new RegExp("^(?:" + pattern + ")$"); return names.filter((name) => whole.test(name)).join("\\n"); })()',
);

/** Names that match a pattern as a whole. Throws QueryError for a pattern that is none, is too long or takes too long. */
export function matchNames(names: readonly string[], pattern: string): ReadonlySet<string> {
  if (pattern.length > MAX_PATTERN) throw new QueryError(`the pattern is longer than ${MAX_PATTERN} characters`);
  try {
    const found: unknown = script.runInContext(createContext({ names, pattern }), { timeout: TIMEOUT_MS });
    return new Set(String(found).split('\n'));
  } catch (error) {
    const timeout = error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    throw new QueryError(timeout ? 'the pattern takes too long' : 'the pattern is not a regular expression', { cause: error });
  }
}
