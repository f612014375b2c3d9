import type { Problem } from '@skein/core/host';
import type { GroupingRules } from './grouping-rules.js';
import { YamlFile, type YamlPart } from './yaml-file.js';

/** Patterns of all services; matching looks through siblings one by one. */
const MOST_PATTERNS = 20_000;

/**
 * Reads `endpoint-name-grouping.yml`: `grouping: [{ service-name, rules: [pattern] }]`.
 * `formatService` cuts names as those of services are cut before they are looked up.
 */
export async function readGrouping(
  path: string,
  rules: GroupingRules,
  formatService: (name: string) => string,
  problems: Problem[],
): Promise<void> {
  const file = await YamlFile.read(path, problems);
  if (file === undefined || !file.isValid || file.root.isAbsent) return;
  const grouping = file.root.entries()?.get('grouping');
  if (grouping === undefined) {
    file.root.problem('has no list `grouping`');
    return;
  }
  if (grouping.isAbsent) return;
  let count = 0;
  for (const item of grouping.items() ?? []) {
    const entries = item.entries();
    if (entries === undefined) continue;
    const service = named(item, entries, 'service-name');
    const patterns = entries.get('rules');
    if (patterns === undefined) item.problem('has no list `rules`');
    if (service === undefined || patterns === undefined || patterns.isAbsent) continue;
    for (const pattern of patterns.items() ?? []) {
      const text = pattern.text();
      if (text === undefined || text.trim() === '') pattern.problem('a rule must be a text such as /prod/{var}', 'put it in quotes');
      else if (++count > MOST_PATTERNS) return pattern.problem(`there are more than ${MOST_PATTERNS} rules`);
      else rules.addPattern(formatService(service), text);
    }
  }
}

function named(item: YamlPart, entries: ReadonlyMap<string, YamlPart>, key: string): string | undefined {
  const part = entries.get(key);
  const text = part?.text();
  if (text !== undefined && text !== '') return text;
  (part ?? item).problem(`\`${key}\` must be a text`);
  return undefined;
}
