import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@skein/core';
import { LevelStorage, type LevelStorageOptions } from '../level-storage.js';

/** The time of the process, with timers that do not keep it alive. */
export const realClock: Clock = {
  now: Date.now,
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, ms).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

const DAY = 86_400_000;

/** Options of a storage in tests: no syncing, everything else as by default. */
export const testOptions = (path: string, o: Partial<LevelStorageOptions> = {}): LevelStorageOptions => ({
  path,
  sync: false,
  flushMs: 10_000,
  dedupeMs: 60_000,
  journalFileBytes: 32 * 1024 * 1024,
  cacheBytes: 8 * 1024 * 1024,
  backlog: { memoryBytes: 96 * 1024 * 1024, journalBytes: 256 * 1024 * 1024, ageMs: 60_000 },
  retention: { records: 3 * DAY, traces: 3 * DAY, logs: 3 * DAY, metrics: 7 * DAY },
  maxBytes: Number.POSITIVE_INFINITY,
  clock: realClock,
  events: { flushed: () => undefined, failed: () => undefined },
  ...o,
});

/** A storage in a folder of its own; `reopen` opens another one on the same data. */
export async function makeStorage(o: Partial<LevelStorageOptions> = {}) {
  const path = await mkdtemp(join(tmpdir(), 'skein-level-'));
  let storage = new LevelStorage(testOptions(path, o));
  return {
    path,
    get storage(): LevelStorage {
      return storage;
    },
    async reopen(changed: Partial<LevelStorageOptions> = {}): Promise<LevelStorage> {
      await storage.close();
      storage = new LevelStorage(testOptions(path, { ...o, ...changed }));
      return storage;
    },
    async dispose(): Promise<void> {
      await storage.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}
