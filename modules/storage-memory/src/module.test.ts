import { describe, expect, it } from '@jest/globals';
import { defineModule } from '@skein/core';
import { checkModule, createTestHost } from '@skein/core/testing';
import { type Storage, StorageToken } from '@skein/telemetry/storage';
import { CHECK_MODELS, CheckPlainRecord, LIMITS } from '@skein/telemetry/testing';
import storageMemory from './module.js';

const DAY = 86_400_000;

describe('the storage-memory module', () => {
  it('keeps the contract of modules', () => checkModule({ module: storageMemory }));

  it('drops what is too old without being asked', async () => {
    let storage: Storage | undefined;
    const reader = defineModule({
      name: 'reader',
      needs: { storage: StorageToken },
      async activate({ services }) {
        storage = services.storage;
        await storage.open(CHECK_MODELS, { zone: 'UTC' });
      },
    });
    const kit = await createTestHost({ modules: [storageMemory, reader] });
    const now = kit.clock.now();
    const records = [{ model: CheckPlainRecord, rows: [{ at: now, value: 1 }] }];
    await storage!.commit({ id: { writer: 'w', sequence: 1 }, records, entities: [], deltas: [], documents: [] }, LIMITS.signal);
    const rows = async (): Promise<number | undefined> =>
      (await storage!.stats()).find(({ model }) => model === CheckPlainRecord.name)?.rows;
    await kit.clock.advance(2.9 * DAY);
    expect(await rows()).toBe(1);
    await kit.clock.advance(0.2 * DAY);
    expect(await rows()).toBe(0);
    await kit.stop();
  });

  it('takes retention from its configuration', async () => {
    let storage: Storage | undefined;
    const reader = defineModule({
      name: 'reader',
      needs: { storage: StorageToken },
      activate({ services }) {
        storage = services.storage;
      },
    });
    const config = { 'storage-memory': { retention: { logs: '36h' }, maxBytes: '2MiB' } };
    const kit = await createTestHost({ modules: [storageMemory, reader], config });
    expect(storage?.traits.retention).toEqual({
      records: 3 * DAY,
      traces: 3 * DAY,
      logs: 1.5 * DAY,
      metrics: 7 * DAY,
      never: Number.POSITIVE_INFINITY,
    });
    await kit.stop();
    await expect(storage?.stats()).rejects.toThrow(/closed/);
  });
});
