import type { MetricTable } from './metric-table.js';
import type { Pruned } from './pruned.js';
import type { RecordTable } from './record-table.js';

const MINUTE = 60_000;

/** Drops the oldest minute of records of any model; undefined if there are none. */
export function dropOldestRecords(tables: Iterable<RecordTable>): Pruned | undefined {
  let table: RecordTable | undefined;
  let oldest = Number.POSITIVE_INFINITY;
  for (const candidate of tables) {
    const start = candidate.oldest() ?? Number.POSITIVE_INFINITY;
    if (start >= oldest) continue;
    table = candidate;
    oldest = start;
  }
  return table?.dropBefore(oldest + MINUTE, 'budget');
}

/** Drops the oldest bucket of metrics of any scope: of minutes, when there are none left of hours, then of days. */
export function dropOldestMetrics(tables: readonly MetricTable[]): Pruned | undefined {
  for (const precision of ['minute', 'hour', 'day'] as const) {
    let table: MetricTable | undefined;
    let oldest = Number.POSITIVE_INFINITY;
    for (const candidate of tables) {
      const start = candidate.oldest(precision) ?? Number.POSITIVE_INFINITY;
      if (start >= oldest) continue;
      table = candidate;
      oldest = start;
    }
    if (table) return table.dropBucket(precision, oldest, 'budget');
  }
  return undefined;
}

/** Adds a report to those of the same model and reason, so that however many there are, the list stays short. */
export function mergePruned(reports: Map<string, Pruned>, added: Pruned): void {
  const key = `${added.reason} ${added.model}`;
  const known = reports.get(key);
  reports.set(key, known ? { ...added, before: Math.max(known.before, added.before), bytes: known.bytes + added.bytes } : added);
}
