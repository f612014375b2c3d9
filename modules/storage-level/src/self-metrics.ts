import type { Meter } from '@skein/core';
import type { ReplayReport } from './journal/journal-replay.js';
import type { LevelStorage } from './level-storage.js';
import type { Pruned } from './retention.js';

export interface StorageMetrics {
  flushed(name: string, ms: number): void;
  failed(name: string): void;
  replayed(report: Pick<ReplayReport, 'entries' | 'torn' | 'damages'>): void;
  pruned(entries: readonly Pruned[]): void;
}

/** Self-metrics of the storage. */
export function contributeMetrics(meter: Meter, storage: () => LevelStorage): StorageMetrics {
  const durations = meter.histogram(
    'storage_flush_seconds',
    'Duration of flushes from journal and memory to LevelDB',
    [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  );
  const failures = meter.counter('storage_flush_failures_total', 'Flushes that failed and are tried again');
  const entries = meter.counter('storage_replayed_entries_total', 'Journal entries replayed at the start');
  const torn = meter.counter('storage_torn_tails_total', 'Journal files whose last write was cut off');
  const damaged = meter.counter(
    'storage_journal_damaged_bytes_total',
    'Bytes of acknowledged journal entries that were damaged and are lost',
  );
  const deleted = meter.counter('storage_pruned_bytes_total', 'Bytes deleted by retention');
  meter.gauge('storage_journal_bytes', 'Bytes of the journal files', () => storage().journalBytes);
  meter.gauge('storage_unflushed_bytes', 'Bytes of commits in memory that are not flushed yet', () => storage().unflushedBytes);
  meter.gauge('storage_disk_bytes', 'Bytes of the LevelDB files at the last look', () => storage().diskBytes);
  return {
    flushed: (flusher, ms) => durations.record(ms / 1000, { flusher }),
    failed: (flusher) => failures.add(1, { flusher }),
    replayed(report) {
      entries.add(report.entries);
      torn.add(report.torn);
      damaged.add(report.damages.reduce((sum, { bytes }) => sum + bytes, 0));
    },
    pruned(list) {
      for (const { reason, bytes } of list) deleted.add(bytes, { reason });
    },
  };
}
