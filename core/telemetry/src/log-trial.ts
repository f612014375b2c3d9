import { createToken } from '@skein/core';
import type { LogMessage } from './messages/logs.js';
import type { Sample } from './messages/meter-samples.js';
import type { RecordRow } from './storage/observed.js';

/** What a rule made of a log that was tried on it. */
export interface LogTrialResult {
  /** Row of the LogModel; undefined when the rule does not keep the log. */
  readonly log: RecordRow['row'] | undefined;
  readonly metrics: readonly Sample[];
}

/** Runs a log through a rule without storing anything, so that rules can be written. */
export interface LogTrial {
  /** Off unless the operator allows it: whoever may query may run rules then. */
  readonly enabled: boolean;
  /** Throws an Error with the mistakes of the rule, or with what went wrong in it, in words for whoever wrote it. */
  run(log: LogMessage, rule: string): LogTrialResult;
}

/** Provided by the log analyzer. */
export const LogTrialToken = createToken<LogTrial>('log-trial');
