import type { Evaluate, Run, Shape } from '../compiled.js';
import type { Family } from '../family.js';
import type { Arguments, Signatures } from './arguments.js';

/** What a function does to a family, and to what is known of it. */
export interface Change {
  /** `family` is not EMPTY: a function of EMPTY is EMPTY. */
  apply(family: Family, run: Run): Family;
  shape?(shape: Shape): Shape;
}

/** A function of the language that makes a family of a family. */
export interface FamilyFunction {
  readonly signatures: Signatures;
  /** `site`: gives the text of what it is applied to, with everything around that matters. Throws MalError. */
  compile(args: Arguments, site: () => string): Change;
}

export const changed =
  (evaluate: Evaluate<Family>, { apply }: Change): Evaluate<Family> =>
  (run) => {
    const family = evaluate(run);
    return family.length === 0 ? family : apply(family, run);
  };
