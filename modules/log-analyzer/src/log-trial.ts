import type { LogMessage, LogTrial, LogTrialResult } from '@skein/telemetry';
import { compileScript } from './lal/compile-script.js';
import { LalMistake } from './lal/lal-error.js';
import { LogContent } from './lal/log-content.js';
import { parseScript } from './lal/parse-script.js';
import { RuleRun, type RuleTools } from './lal/rule-run.js';
import type { LogRows } from './log-rows.js';

/** Runs rules on logs for whoever writes them; nothing is stored, and no rate limit is used up. */
export class RuleTrial implements LogTrial {
  constructor(
    readonly enabled: boolean,
    private readonly rows: LogRows,
    private readonly tools: RuleTools,
  ) {}

  run(message: LogMessage, rule: string): LogTrialResult {
    const log = message.timestamp > 0 ? message : { ...message, timestamp: this.tools.now() };
    const run = new RuleRun(log, new LogContent(log), { ...this.tools, allows: () => true });
    const ended = compiled(rule)(run);
    return { log: ended && run.decision === 'keep' ? this.rows.trial(run) : undefined, metrics: run.metrics };
  }
}

/** Throws an Error with every mistake and its line and column. */
function compiled(rule: string): (run: RuleRun) => boolean {
  let mistakes: readonly LalMistake[];
  try {
    const script = compileScript(parseScript(rule), new Set());
    if (script.mistakes.length === 0) return script.run;
    mistakes = script.mistakes;
  } catch (error) {
    if (!(error instanceof LalMistake)) throw error;
    mistakes = [error];
  }
  throw new Error(mistakes.map(({ offset, message }) => `${placeOf(rule, offset)} ${message}`).join('\n'));
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}:${before.at(-1)!.length + 1}`;
}
