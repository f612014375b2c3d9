import type { Logger, Meter } from '@skein/core';
import type { RuleReports } from './log-analyzer.js';

/** What goes wrong in a rule is logged at most this often, so that a flood of logs is no flood of lines, ms. */
const QUIET = 60_000;

/** Counts and logs what goes wrong in rules. */
export function ruleReports(meter: Meter, logger: Logger): RuleReports {
  const failures = meter.counter('log_rule_failures_total', 'Logs with which a rule could not go on, by rule and reason');
  const quiet = new Map<string, number>();
  const isTime = (rule: string): boolean => {
    const now = performance.now();
    if (now < (quiet.get(rule) ?? 0)) return false;
    quiet.set(rule, now + QUIET);
    return true;
  };
  return {
    failed(rule, reason, message) {
      failures.add(1, { rule, reason });
      if (isTime(rule)) logger.warn('a log rule cannot go on with a log', { rule, reason, message });
    },
    broken(rule, error) {
      failures.add(1, { rule, reason: 'broken' });
      if (isTime(rule)) logger.error('a log rule failed', { rule, error });
    },
  };
}
