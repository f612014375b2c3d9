/** A mistake in a rule, found before it runs. `offset`: where in the script. */
export class LalMistake extends Error {
  override readonly name = 'LalMistake';
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** Why a rule could not go on with a log. */
export type RuleFailure = 'not-a-number' | 'division-by-zero' | 'too-large' | 'out-of-range' | 'not-json' | 'no-time' | 'unknown-layer';

/** What a log made of a rule that is sound in itself: the log is of no use to this rule, and others go on. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  constructor(
    readonly reason: RuleFailure,
    message: string,
  ) {
    super(message);
  }
}
