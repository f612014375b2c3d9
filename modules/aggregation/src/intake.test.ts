import { describe, expect, it, jest } from '@jest/globals';
import { createTestHost } from '@skein/core/testing';
import { type Observation, observations } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { FakeStorage } from './fake-storage.js';
import aggregation from './module.js';
import { Window } from './window.js';

const empty: Observation = { sources: [], records: [], entities: [], weight: 1000 };

describe('a window that cannot be closed', () => {
  it('refuses its batches, and the next one is stored', async () => {
    const kit = await createTestHost({
      modules: [aggregation],
      config: { aggregation: { window: 0 } },
      services: [[StorageToken, new FakeStorage()]],
    });
    const close = jest.spyOn(Window.prototype, 'close').mockImplementationOnce(() => {
      throw new Error('a mistake in collecting');
    });
    try {
      const publisher = kit.publisher(observations);
      const first = await publisher.publish([empty]);
      await expect(first.handled).rejects.toMatchObject({ code: 'FAILED', retryable: true });
      await (await publisher.publish([empty])).handled;
      kit.assertBooks();
    } finally {
      close.mockRestore();
      await kit.stop();
    }
  });
});
