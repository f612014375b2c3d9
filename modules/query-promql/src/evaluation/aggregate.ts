import type { Aggregation, Grouping } from '../promql/syntax-tree.js';
import { refuse } from './api-error.js';
import { labelKey, type Result, type Series } from './series.js';

/** Joins series of which the labels that are kept are equal, step by step, over the values that are there. */
export function aggregate({ function: name, grouping }: Aggregation, of: Result): Result {
  if (of.kind === 'scalar') refuse(`${name} takes series, not a number.`);
  const groups = new Map<string, { readonly labels: ReadonlyMap<string, string>; readonly members: Series[] }>();
  for (const s of of.series) {
    const labels = keptLabels(s.labels, grouping);
    const key = labelKey(labels);
    const group = groups.get(key) ?? { labels, members: [] };
    group.members.push(s);
    groups.set(key, group);
  }
  return { kind: 'vector', series: Array.from(groups.values(), ({ labels, members }) => joined(labels, members, name)) };
}

function keptLabels(labels: ReadonlyMap<string, string>, grouping: Grouping | undefined): ReadonlyMap<string, string> {
  if (grouping === undefined) return new Map();
  const named = new Set(grouping.labels);
  const by = grouping.kind === 'by';
  return new Map([...labels].filter(([label]) => named.has(label) === by));
}

function joined(labels: ReadonlyMap<string, string>, members: readonly Series[], name: Aggregation['function']): Series {
  const values = members[0]!.values.map((_, i) => {
    let result: number | undefined;
    let count = 0;
    for (const { values } of members) {
      const value = values[i];
      if (value === undefined) continue;
      count++;
      if (result === undefined) result = value;
      else if (name === 'min') result = Math.min(result, value);
      else if (name === 'max') result = Math.max(result, value);
      else result += value;
    }
    return result !== undefined && name === 'avg' ? result / count : result;
  });
  return { name: null, labels, values };
}
