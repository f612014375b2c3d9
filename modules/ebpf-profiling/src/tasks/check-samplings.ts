import type { SamplingRule } from './task.js';

const MAX_RULES = 100;
const MAX_PATTERN = 1000;

/** Why rules of sampling cannot be used, in words for whoever wrote them; undefined when they can. Source of the checks: query.md 3.11. */
export function samplingProblem(rules: readonly SamplingRule[]): string | undefined {
  if (rules.length > MAX_RULES) return `at most ${MAX_RULES} sampling rules can be given (got ${rules.length})`;
  const patterns = new Set<string>();
  for (const rule of rules) {
    const pattern = rule.uriRegex ?? '';
    if (pattern.length > MAX_PATTERN) return `a URI pattern has more than ${MAX_PATTERN} characters`;
    if (patterns.has(pattern))
      return pattern === '' ? 'two sampling rules have no URI pattern' : `two sampling rules have the URI pattern "${pattern}"`;
    patterns.add(pattern);
    const problem = ruleProblem(rule);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function ruleProblem({ minDuration = 0, settings }: SamplingRule): string | undefined {
  const { requireCompleteRequest, maxRequestSize = 1, requireCompleteResponse, maxResponseSize = 1 } = settings;
  if (minDuration < 0) return 'the minimal duration of a sampling rule must not be negative';
  if (!requireCompleteRequest && !requireCompleteResponse) return 'a sampling rule must collect requests, responses or both';
  if (maxRequestSize <= 0) return 'the largest request of a sampling rule must have at least 1 byte';
  if (maxResponseSize <= 0) return 'the largest response of a sampling rule must have at least 1 byte';
  return undefined;
}
