import type { MonitorType, PolicyItem, PolicyTarget } from './policy.js';

const MAX_URIS = 100;
const MAX_URI_LENGTH = 1000;
const PERCENT: ReadonlySet<MonitorType> = new Set(['PROCESS_CPU', 'HTTP_ERROR_RATE']);

/** Why a policy cannot be used, in words for whoever wrote it; undefined when it can. Source of the checks: query.md 3.11. */
export function policyProblem(targets: readonly PolicyTarget[]): string | undefined {
  const twice = repeated(targets.map(({ target }) => target));
  if (twice !== undefined) return `the target ${twice} is there twice`;
  for (const { target, items } of targets) {
    const type = repeated(items.map((item) => item.type));
    if (type !== undefined) return `${target}: ${type} is there twice`;
    for (const item of items) {
      const problem = itemProblem(item);
      if (problem !== undefined) return `${target}: ${item.type}: ${problem}`;
    }
  }
  return undefined;
}

function itemProblem({ type, threshold, period, count, uriList = [], uriRegex = '' }: PolicyItem): string | undefined {
  if (period <= 0) return 'the period must be at least 1 s';
  if (count <= 0) return 'the count must be at least 1';
  if (count > period) return `the count must not be above the period, ${period}`;
  if (uriList.length > MAX_URIS) return `at most ${MAX_URIS} URIs can be given`;
  if ([uriRegex, ...uriList].some(({ length }) => length > MAX_URI_LENGTH)) return `a URI has more than ${MAX_URI_LENGTH} characters`;
  return thresholdProblem(type, threshold);
}

function thresholdProblem(type: MonitorType, threshold: string): string | undefined {
  // As agents read it: a whole number of 32 bits.
  const number = /^[+-]?\d{1,10}$/.test(threshold) ? Number(threshold) : Number.NaN;
  if (Number.isNaN(number) || Math.abs(number) > 2 ** 31 - 1)
    return `the threshold must be a whole number (got "${threshold.slice(0, 40)}")`;
  if (PERCENT.has(type) && number > 100) return 'the threshold must not be above 100 percent';
  return number > 0 ? undefined : 'the threshold must be above 0';
}

function repeated<T>(values: readonly T[]): T | undefined {
  return values.find((value, at) => values.indexOf(value) !== at);
}
