import { describe, it } from '@jest/globals';
import { checkStorage, type StorageUnderTest } from '@skein/telemetry/testing';
import { MemoryStorage } from './memory-storage.js';

const DAY = 86_400_000;
const retention = { records: 3 * DAY, traces: 3 * DAY, logs: 3 * DAY, metrics: 7 * DAY };

async function create(): Promise<StorageUnderTest> {
  const storage = new MemoryStorage({ retention, maxBytes: 256 * 1024 * 1024 });
  return { storage, dispose: () => storage.close() };
}

describe('MemoryStorage', () => {
  for (const check of checkStorage(create)) it(check.name, check.run);
});
