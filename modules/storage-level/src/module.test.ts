import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { checkModule, createTestHost } from '@skein/core/testing';
import { StorageToken } from '@skein/telemetry/storage';
import { LevelStorage } from './level-storage.js';
import storageLevel from './module.js';
import { RowStore } from './rows/row-store.js';

async function withDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'skein-level-'));
  try {
    await body(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
const host = (path: string) => createTestHost({ modules: [storageLevel], config: { 'storage-level': { path } } });

/** Moves the clock second by second until it is so. */
async function until(started: Awaited<ReturnType<typeof host>>, so: () => boolean): Promise<void> {
  while (!so()) await started.clock.advance(1000);
}

describe('module storage-level', () => {
  it('keeps the contract of modules', () => withDirectory((path) => checkModule({ module: storageLevel, config: { path } })));

  it('provides a storage that keeps what it is given over a restart of the host', () =>
    withDirectory(async (path) => {
      for (const expected of [undefined, { answer: 42 }]) {
        const started = await host(path);
        const storage = started.get(StorageToken);
        await storage.open([], { zone: 'UTC' });
        expect((await storage.document('test', 'one'))?.value).toEqual(expected);
        await storage.put({ kind: 'test', id: 'one', value: { answer: 42 } });
        await started.stop();
      }
    }));

  it('fails to start where another process has the directory, and says which and what to do', () =>
    withDirectory(async (path) => {
      const first = await host(path);
      await expect(host(path)).rejects.toThrow(
        `modules.storage-level.path data directory ${path} is in use by process ${process.pid}\n    stop it, or set another path`,
      );
      await first.stop();
      await (await host(path)).stop();
    }));

  it('makes the directory with the parents that are missing', () =>
    withDirectory(async (path) => {
      await (await host(join(path, 'some', 'where', 'else'))).stop();
      expect(await readdir(join(path, 'some', 'where', 'else'))).toContain('level');
    }));

  it('fails to start where no directory can be, and says why and what to do', () =>
    withDirectory(async (path) => {
      await writeFile(join(path, 'file'), '');
      const inFile = join(path, 'file', 'data');
      await expect(host(inFile)).rejects.toThrow(
        `modules.storage-level.path data directory ${inFile} is not a directory\n    set another path`,
      );
    }));

  it('fails to start, and does not hang, where no folder can be made', async () => {
    // Linux says of a folder in /proc both that it is there and that it is not; elsewhere there is no such place, or no permission.
    await expect(host('/proc/skein/data')).rejects.toThrow('modules.storage-level.path data directory /proc/skein/data ');
  });

  it('refuses an interval of flushes at which commits would wait for each other', () =>
    withDirectory(async (path) => {
      const config = { 'storage-level': { path, flush: '31s' } };
      await expect(createTestHost({ modules: [storageLevel], config })).rejects.toThrow('modules.storage-level.flush');
    }));

  it('is not healthy again while another reason is left', () =>
    withDirectory(async (path) => {
      const started = await host(path);
      const storage = started.get(StorageToken);
      await storage.open([], { zone: 'UTC' });
      const reasons = (): string[] => started.host.status.degraded().map(({ reason }) => reason);
      const overBudget = 'what may not be deleted yet exceeds retention.maxBytes of 21474836480';
      const tooMuch = jest.spyOn(LevelStorage.prototype, 'overBudget', 'get').mockReturnValue(true);
      await until(started, () => reasons().join() === overBudget);
      jest.spyOn(RowStore.prototype, 'flush').mockRejectedValueOnce(new Error('no space left'));
      await until(started, () => reasons().join() === `${overBudget}; cannot flush rows to ${path}`);
      await until(started, () => !reasons().join().includes('rows'));
      expect(reasons()).toEqual([overBudget]);
      tooMuch.mockRestore();
      await started.stop();
    }));

  it('shows its journal, flushes and torn tails in the metrics of the host', () =>
    withDirectory(async (path) => {
      const started = await host(path);
      const storage = started.get(StorageToken);
      await storage.open([], { zone: 'UTC' });
      await storage.put({ kind: 'test', id: 'one', value: 1 });
      await started.clock.advance(11_000);
      await started.clock.advance(30_000);
      const metrics = started.host.status.metrics();
      expect(metrics).toMatch(/skein_storage_journal_bytes\{[^}]*module="storage-level"[^}]*\} [1-9]/);
      expect(metrics).toMatch(/skein_storage_torn_tails_total\{[^}]*\} 0/);
      await started.stop();
    }));
});
