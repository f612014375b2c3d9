import type { Sample } from '../messages/meter-samples.js';

/** A function that a plugin adds to the language. */
export interface MalExtension {
  /** What a rule must write between the brackets. */
  readonly parameters: readonly ('text' | 'number' | 'texts')[];
  /** Pure; an empty list in never happens, an empty list out is EMPTY. What it throws fails the rule for this set only. */
  apply(samples: readonly Sample[], args: readonly (string | number | readonly string[])[]): readonly Sample[];
}
