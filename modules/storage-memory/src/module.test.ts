import { describe, expect, it } from '@jest/globals';
import { defineModule } from '@skein/core';
import { checkModule, createTestHost } from '@skein/core/testing';
import { type Storage, StorageToken } from '@skein/telemetry/storage';
import storageMemory from './module.js';

const DAY = 86_400_000;

describe('the storage-memory module', () => {
  it('keeps the contract of modules', () => checkModule({ module: storageMemory }));

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
