import type { MetricState } from '../storage/models.js';

/** A state as plain data that can be compared: table entries sorted by the text of their key. */
export function plainState(state: MetricState | undefined): unknown {
  if (state === undefined) return undefined;
  const entries = [...(state.table ?? [])].map(([key, sums]) => [`${typeof key}:${key}`, ...Array.from(sums)] as const);
  return { slots: Array.from(state.slots), table: entries.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
