import type { AggregateLabels, Expression, Label, Relabels, SortLabelValues, SortValues } from './expression.js';
import { aggregateValue } from './functions.js';
import { printExpression } from './print.js';
import { compareText, type Evaluated, labelText, type Point, type Series, sortedLabels } from './result.js';

const notLabelled = (e: Evaluated, of: Expression): Evaluated => ({
  ...e,
  error: `The result of expression [${printExpression(of)}] is not a labeled result.`,
});
const list = (text: string): readonly string[] => text.split(',').map((v) => v.trim());

/** Renames the key and the listed values of one label. */
export function relabel(e: Relabels, of: Evaluated): Evaluated {
  if (!of.labelled) return notLabelled(of, e.of);
  if (of.error !== undefined) return of;
  const from = list(e.from.value);
  const to = list(e.to.value);
  if (from.length !== to.length) {
    return { ...of, error: `relabels needs as many new values as old ones: ${from.length} old, ${to.length} new.` };
  }
  const renamed = (l: Label): Label => {
    const at = l.key === e.from.key ? from.indexOf(l.value) : -1;
    return at < 0 ? l : { key: e.to.key, value: to[at]! };
  };
  return { ...of, results: of.results.map((s) => ({ ...s, labels: sortedLabels(s.labels.map(renamed)) })) };
}

/** Merges label sets, all into one or by the listed labels. */
export function aggregateLabels(e: AggregateLabels, of: Evaluated): Evaluated {
  if (of.error !== undefined) return of;
  if (!of.labelled) return notLabelled(of, e.of);
  const first = of.results[0]?.labels ?? [];
  const by = e.by.filter((key) => first.some((l) => l.key === key));
  const groups = new Map<string, { readonly labels: readonly Label[]; readonly members: Series[] }>();
  for (const s of of.results) {
    const labels = s.labels.filter((l) => by.includes(l.key));
    const group = groups.get(labelText(labels)) ?? { labels, members: [] };
    group.members.push(s);
    groups.set(labelText(labels), group);
  }
  const results = [...groups.values()].map(({ labels, members }) => ({ labels, points: mergePoints(members, e.function) }));
  return { ...of, logical: false, labelled: by.length > 0, results };
}

const mergePoints = (members: readonly Series[], name: AggregateLabels['function']): readonly Point[] =>
  members[0]!.points.map((p, i) => ({
    id: p.id,
    value:
      aggregateValue(
        name,
        members.flatMap((m) => m.points[i] ?? []),
      ) ?? null,
  }));

/** Keeps the best labelled results, by the average of their values. */
export function sortValues(e: SortValues, of: Evaluated): Evaluated {
  if (of.error !== undefined || !of.labelled) return of;
  const sign = e.order === 'asc' ? 1 : -1;
  const results = of.results
    .map((s) => ({ s, average: aggregateValue('avg', s.points) ?? 0 }))
    .sort((a, b) => sign * (a.average - b.average) || 0)
    .slice(0, e.count)
    .map(({ s }) => s);
  return { ...of, type: 'TIME_SERIES_VALUES', results };
}

/** Orders results by the text of their labels. */
export function sortLabelValues(e: SortLabelValues, of: Evaluated): Evaluated {
  if (of.error !== undefined || !of.labelled) return of;
  const sign = e.order === 'asc' ? 1 : -1;
  const value = (s: Series, key: string): string => s.labels.find((l) => l.key === key)?.value ?? '';
  const results = [...of.results].sort((a, b) => {
    for (const key of e.by) {
      const order = compareText(value(a, key), value(b, key));
      if (order !== 0) return sign * order;
    }
    return 0;
  });
  return { ...of, results };
}
