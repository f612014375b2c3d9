import type { MeterRuleFile } from '@skein/telemetry';
import { compileMal, type MalCompileOptions, type MalMetric, type MalProblem } from '@skein/telemetry/mal';
import { readRuleFile } from './read-rule-file.js';

/** Mistakes that one error tells at most. */
const MAX_TOLD = 50;

/** The metrics of all files, by the group of samples that they see. */
export type MetricsByGroup = ReadonlyMap<string, readonly MalMetric[]>;

/** Compiles rule files, or throws one error with every mistake of every file. */
export function compileRules(files: readonly MeterRuleFile[], options: Omit<MalCompileOptions, 'layers'> = {}): MetricsByGroup {
  const read = files.map(readRuleFile);
  const problems = read.flatMap((file) => file.problems);
  const layers = read.flatMap((file) => file.layers);
  const groups = new Map<string, MalMetric[]>();
  for (const group of new Set(read.map((file) => file.group))) {
    const rules = read.filter((file) => file.group === group).map((file) => file.rules);
    const compiled = compileMal(rules, { ...options, layers });
    problems.push(...compiled.problems.map(described));
    groups.set(group, [...compiled.metrics]);
  }
  problems.push(...doubles([...groups.values()].flat()));
  if (problems.length === 0) return groups;
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  const more = problems.length > MAX_TOLD ? `\n... and ${problems.length - MAX_TOLD} more` : '';
  throw new Error(`the meter rules have ${count}:\n${problems.slice(0, MAX_TOLD).join('\n')}${more}`);
}

const described = ({ file, line, column, rule, message }: MalProblem): string =>
  `${file}:${line} rule ${rule}, character ${column}: ${message}`;

/** Metrics have one name each, whatever the group. */
function doubles(metrics: readonly MalMetric[]): readonly string[] {
  const first = new Map<string, string>();
  return metrics.flatMap(({ name, file }) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, file);
    return before === undefined ? [] : [`${file} metric ${name} is defined twice; first in ${before}`];
  });
}
