import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { TestClock } from '@skein/core/testing';
import { SegmentModel, ServiceModel } from '@skein/telemetry';
import { type Limits, MetricDelta, type MetricModel } from '@skein/telemetry/storage';
import { openDataDirectory } from './level/data-directory.js';
import { metaKey } from './level/keys.js';
import { LevelStorage, type LevelStorageOptions } from './level-storage.js';
import { FaultyDisk } from './testing/faulty-disk.js';
import { GatedDirectory } from './testing/gated-directory.js';
import { makeStorage, testOptions } from './testing/make-storage.js';
import { CallsModel, minuteOf, NUMBERED_MODELS, numberedCommit, rowsOf, START } from './testing/numbered-commits.js';

const LIMITS: Limits = { signal: new AbortController().signal, deadlineMs: 60_000 };
const DAY = 86_400_000;
const UTC = { zone: 'UTC' };
const ALL_TIME = { from: START - 1000 * DAY, to: START + 1000 * DAY };

/** A storage in a folder of its own for the time of `body`. */
async function withStorage(
  o: Partial<LevelStorageOptions>,
  body: (storage: LevelStorage, made: Awaited<ReturnType<typeof makeStorage>>) => Promise<void>,
): Promise<void> {
  const made = await makeStorage(o);
  try {
    await made.storage.open(NUMBERED_MODELS, UTC);
    await body(made.storage, made);
  } finally {
    await made.dispose();
  }
}
const commit = (storage: LevelStorage, n: number, signal = LIMITS.signal): Promise<void> => storage.commit(numberedCommit(n), signal);
const segments = async (storage: LevelStorage): Promise<number> =>
  (await storage.records({ model: SegmentModel, range: ALL_TIME, offset: 0, limit: 100_000 }, LIMITS)).items.length;
const calls = async (storage: LevelStorage, metric: MetricModel = CallsModel): Promise<number | undefined> => {
  const buckets = { precision: 'day', from: START, count: 1 } as const;
  return (await storage.series({ scope: 'service', entities: ['a'], metrics: [metric], buckets }, LIMITS))[0]![0]![0]?.slots[0];
};
const rowsUpTo = (n: number): number => Array.from({ length: n }, (_, i) => rowsOf(i + 1)).reduce((a, b) => a + b, 0);
const sumUpTo = (n: number): number => (n * (n + 1)) / 2;

describe('the data directory', () => {
  it('names the process that uses it', () =>
    withStorage({}, async (_storage, { path }) => {
      const second = new LevelStorage(testOptions(path));
      await expect(second.lock()).rejects.toThrow(`data directory ${path} is in use by process ${process.pid}`);
      await second.close();
    }));

  it('is refused in clear words when a newer version wrote it, and when it is a file', async () => {
    const made = await makeStorage();
    const directory = await openDataDirectory(made.path);
    const batch = directory.database.batch();
    batch.put(metaKey('format'), Buffer.from('99'));
    await batch.write();
    await directory.close();
    await expect(made.storage.lock()).rejects.toThrow(`data directory ${made.path} has format 99, written by a newer Skein`);
    const file = join(made.path, 'file');
    await writeFile(file, '');
    await expect(new LevelStorage(testOptions(file)).lock()).rejects.toThrow(`data directory ${file} is not a directory`);
    await made.dispose();
  });
});

describe('a disk that fails', () => {
  it('refuses the commit, changes nothing, and takes the same commit when there is room again', async () => {
    const disk = new FaultyDisk();
    await withStorage({ openDirectory: new GatedDirectory({ journal: disk }).open }, async (storage, made) => {
      await commit(storage, 1);
      disk.fail('write');
      await expect(commit(storage, 2)).rejects.toThrow('no space left');
      expect([await calls(storage), await segments(storage)]).toEqual([1, rowsUpTo(1)]);
      for (const n of [2, 3, 3, 2]) await commit(storage, n);
      expect([await calls(storage), await segments(storage)]).toEqual([sumUpTo(3), rowsUpTo(3)]);
      const again = await made.reopen();
      await again.open(NUMBERED_MODELS, UTC);
      await commit(again, 3);
      expect([await calls(again), await segments(again)]).toEqual([sumUpTo(3), rowsUpTo(3)]);
    });
  });

  it('is tried again by the flushers, and nothing is counted twice', async () => {
    const gate = new GatedDirectory();
    const failed: string[] = [];
    const clock = new TestClock();
    const events = { flushed: () => undefined, failed: (name: string) => void failed.push(name) };
    await withStorage({ openDirectory: gate.open, clock, events }, async (storage, made) => {
      for (let n = 1; n <= 10; n++) await commit(storage, n);
      gate.failWrites(3);
      await expect(storage.prune(clock.now())).rejects.toThrow('no space left');
      expect(failed.length).toBeGreaterThan(0);
      for (let n = 11; n <= 20; n++) await commit(storage, n);
      gate.failWrites(0);
      await storage.prune(START);
      expect([await calls(storage), await segments(storage)]).toEqual([sumUpTo(20), rowsUpTo(20)]);
      expect(storage.unflushedBytes).toBe(0);
      const again = await made.reopen();
      await again.open(NUMBERED_MODELS, UTC);
      expect([await calls(again), await segments(again)]).toEqual([sumUpTo(20), rowsUpTo(20)]);
    });
  });

  it('that does not remove journal files keeps nothing of what is flushed in memory', async () => {
    const disk = new FaultyDisk();
    const openDirectory = new GatedDirectory({ journal: disk }).open;
    await withStorage({ openDirectory, journalFileBytes: 1000 }, async (storage) => {
      for (let n = 1; n <= 5; n++) await commit(storage, n);
      disk.fail('remove');
      await expect(storage.prune(START)).rejects.toThrow('no space left');
      expect(storage.unflushedBytes).toBe(0);
    });
  });
});

describe('a clock that is set back', () => {
  it('does not keep records from being flushed', async () => {
    const timers = new TestClock();
    let shift = 0;
    const clock = { now: () => timers.now() + shift, setTimeout: timers.setTimeout.bind(timers) };
    const running = new Set<string>();
    let ended: () => void = () => undefined;
    const events = {
      flushed: (name: string) => {
        if (running.delete(name) && running.size === 0) ended();
      },
      failed: () => undefined,
    };
    await withStorage({ clock, events }, async (storage) => {
      for (let n = 1; n <= 2; n++) {
        await commit(storage, n);
        for (const name of ['records', 'rows']) running.add(name);
        const flushed = new Promise<void>((resolve) => {
          ended = resolve;
        });
        await timers.advance(10_000);
        await flushed;
        expect(storage.unflushedBytes).toBe(0);
        shift = -3_600_000;
      }
    });
  });
});

describe('a flusher that does not come to an end', () => {
  it('makes commits wait, bounds memory, and lets them go on when it has caught up', async () => {
    const gate = new GatedDirectory();
    const backlog = { memoryBytes: 50_000, journalBytes: 1e9, ageMs: 60_000 };
    await withStorage({ openDirectory: gate.open, backlog }, async (storage) => {
      gate.hold();
      let n = 0;
      const refused = new AbortController();
      while (storage.unflushedBytes <= backlog.memoryBytes) await commit(storage, ++n);
      const waiting = commit(storage, n + 1, refused.signal);
      // Reads go on while writes are held.
      expect(await segments(storage)).toBe(rowsUpTo(n));
      refused.abort(new Error('waited long enough'));
      await expect(waiting).rejects.toThrow('waited long enough');
      expect(storage.unflushedBytes).toBeLessThan(backlog.memoryBytes * 2);
      const later = commit(storage, n + 1);
      gate.release();
      await later;
      expect([await calls(storage), await segments(storage)]).toEqual([sumUpTo(n + 1), rowsUpTo(n + 1)]);
    });
  });

  it('is not waited for: rows are flushed before their time when they take half of the memory', async () => {
    const backlog = { memoryBytes: 50_000, journalBytes: 1e9, ageMs: 60_000 };
    let ended: () => void = () => undefined;
    const flushed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const events = { flushed: (name: string) => (name === 'rows' ? ended() : undefined), failed: () => undefined };
    await withStorage({ clock: new TestClock(), backlog, events }, async (storage) => {
      let n = 0;
      while (storage.unflushedBytes <= backlog.memoryBytes / 2) await commit(storage, ++n);
      // No time passes, and there is room for more: nothing else asks for it.
      await flushed;
      expect(await calls(storage)).toBe(sumUpTo(n));
    });
  });

  it('is asked for room by a commit that waits, however long its interval is', async () => {
    const clock = new TestClock();
    await withStorage({ clock, flushMs: DAY }, async (storage) => {
      await commit(storage, 1);
      await clock.advance(61_000);
      await commit(storage, 2);
      expect(await calls(storage)).toBe(sumUpTo(2));
    });
  });

  it('makes commits wait when the oldest unflushed one is a minute old', async () => {
    const gate = new GatedDirectory();
    const clock = new TestClock();
    await withStorage({ openDirectory: gate.open, clock }, async (storage) => {
      await commit(storage, 1);
      gate.hold();
      await clock.advance(61_000);
      const refused = new AbortController();
      const waiting = commit(storage, 2, refused.signal);
      refused.abort(new Error('waited long enough'));
      await expect(waiting).rejects.toThrow('waited long enough');
      gate.release();
      await commit(storage, 2);
      expect(await calls(storage)).toBe(sumUpTo(2));
    });
  });
});

describe('reads while flushes run', () => {
  it('see every acknowledged commit once, at any moment', () =>
    withStorage({ flushMs: 1 }, async (storage) => {
      for (let n = 1; n <= 60; n++) {
        const next = commit(storage, n);
        const [sum, rows, trace] = await Promise.all([
          calls(storage),
          segments(storage),
          storage.group({ model: SegmentModel, keys: [`trace-${n - 1}`], limit: 100 }, LIMITS),
        ]);
        expect([sumUpTo(n - 1), sumUpTo(n)]).toContain(sum ?? 0);
        expect([rowsUpTo(n - 1), rowsUpTo(n)]).toContain(rows);
        expect(trace.items).toHaveLength(n === 1 ? 0 : rowsOf(n - 1));
        await next;
        expect([await calls(storage), await segments(storage)]).toEqual([sumUpTo(n), rowsUpTo(n)]);
      }
    }));
});

describe('records', () => {
  it('are found by a value of which there are thousands, in flushes of many rows and of few', () =>
    withStorage({}, async (storage) => {
      let sequence = 0;
      const flush = async (traces: readonly string[]): Promise<void> => {
        sequence++;
        const rows = traces.map((traceId, i) => ({
          segmentId: `${sequence}-${i}`,
          traceId,
          startTime: START + sequence,
          data: Buffer.from(`${sequence}-${i}`),
        }));
        await storage.commit(
          { id: { writer: 'w', sequence }, records: [{ model: SegmentModel, rows }], entities: [], deltas: [], documents: [] },
          LIMITS.signal,
        );
        await storage.prune(START);
      };
      const many = (from: number): string[] => Array.from({ length: 3000 }, (_, i) => `trace ${from + i}`);
      await flush([...many(0), 'shared']);
      await flush(['shared', 'trace 5']);
      await flush([...many(3000), 'shared']);
      const found = { model: SegmentModel, range: ALL_TIME, offset: 0, limit: 10, body: true };
      for (const [trace, expected] of [
        ['shared', ['1-3000', '2-0', '3-3000']],
        ['trace 5', ['1-5', '2-1']],
        ['trace 5999', ['3-2999']],
        ['trace 6000', []],
      ] as const) {
        const grouped = await storage.group({ model: SegmentModel, keys: [trace], limit: 10 }, LIMITS);
        expect(grouped.items.map(({ segmentId }) => segmentId)).toEqual(expected);
        const { items } = await storage.records({ ...found, where: [['traceId', '=', trace]] }, LIMITS);
        expect(items.map(({ data }) => Buffer.from(data as Uint8Array).toString())).toEqual([...expected].reverse());
      }
    }));
});

describe('closing', () => {
  it('while the journal is replayed leaves nothing running', async () => {
    const made = await makeStorage();
    await made.storage.open(NUMBERED_MODELS, UTC);
    await commit(made.storage, 1);
    const clock = new TestClock();
    let listed: () => void = () => undefined;
    const listing = new Promise<void>((resolve) => {
      listed = resolve;
    });
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const openDirectory = async (path: string) => {
      const directory = await openDataDirectory(path);
      const list = async () => {
        listed();
        await gate;
        return directory.journal.list();
      };
      return { ...directory, journal: { ...directory.journal, list } };
    };
    const storage = await made.reopen({ openDirectory, clock });
    const opening = storage.open(NUMBERED_MODELS, UTC);
    await listing;
    const closing = storage.close();
    goOn();
    await Promise.all([opening, closing]);
    expect({ timers: clock.pending, open: storage.isOpen }).toEqual({ timers: 0, open: false });
    await made.dispose();
  });
});

describe('the zone', () => {
  it('in which hours and days were folded is named once when it was another, and not for another name of the same', async () => {
    const changes: string[] = [];
    const made = await makeStorage({ zoneChanged: (before, now) => void changes.push(`${before} to ${now}`) });
    let { storage } = made;
    for (const zone of ['Asia/Kolkata', 'Asia/Calcutta', 'Europe/Berlin', 'Europe/Berlin', 'UTC']) {
      await storage.open(NUMBERED_MODELS, { zone });
      storage = await made.reopen();
    }
    expect(changes).toEqual(['Asia/Calcutta to Europe/Berlin', 'Europe/Berlin to UTC']);
    await made.dispose();
  });
});

describe('models', () => {
  it('that open was not told of are kept all the same, also over a restart that does not know them', async () => {
    const made = await makeStorage();
    await made.storage.open([], UTC);
    await commit(made.storage, 5);
    const again = await made.reopen();
    await again.open([], UTC);
    expect([await segments(again), await calls(again)]).toEqual([rowsOf(5), 5]);
    expect((await again.entities({ model: ServiceModel, limit: 10 }, LIMITS)).items).toHaveLength(3);
    await made.dispose();
  });
});

describe('models that cannot be stored', () => {
  it('are told at the start, and a failed write of a model is repeated with the commit', async () => {
    const gate = new GatedDirectory();
    const made = await makeStorage({ openDirectory: gate.open });
    const odd = { ...ServiceModel, name: 'odd', filter: [], fields: { name: { type: 'string' } } } as unknown as typeof ServiceModel;
    expect(await made.storage.open([odd], UTC)).toEqual([{ model: 'odd', reason: 'field "name" has the unknown merge undefined' }]);
    gate.failWrites(1);
    await expect(commit(made.storage, 5)).rejects.toThrow('no space left');
    await commit(made.storage, 5);
    const again = await made.reopen();
    await again.open([], UTC);
    expect((await again.stats()).map(({ model }) => model)).toEqual(['segment', 'service', 'metrics']);
    await made.dispose();
  });
});

describe('metric columns', () => {
  it('are never given to another metric, also after a restart and when signatures change', () =>
    withStorage({}, async (storage, made) => {
      await commit(storage, 7);
      const changed: MetricModel = { ...CallsModel, signature: 'other()', slots: ['sum'] };
      let current = storage;
      for (const models of [[changed], [changed, ...NUMBERED_MODELS]]) {
        current = await made.reopen();
        await current.open(models, UTC);
        expect(await calls(current)).toBe(7);
        expect(await calls(current, changed)).toBeUndefined();
      }
      const delta = MetricDelta.of('service', 'a', minuteOf(1), [[changed, { slots: [100] }]]);
      await current.commit({ ...numberedCommit(8), records: [], entities: [], documents: [], deltas: [delta] }, LIMITS.signal);
      current = await made.reopen();
      await current.open([changed], UTC);
      expect([await calls(current), await calls(current, changed)]).toEqual([7, 100]);
    }));
});

describe('retention', () => {
  it('deletes whole days that are too old, of records before metrics, and keeps entities that are still active', async () => {
    const clock = new TestClock();
    await clock.set(START);
    await withStorage({ clock }, async (storage) => {
      await commit(storage, 10);
      await clock.set(START + 5 * DAY);
      const active = MetricDelta.of('service', 'a', START + 5 * DAY, [[CallsModel, { slots: [1, 1] }]]);
      await storage.commit({ ...numberedCommit(11), entities: [], records: [], deltas: [active] }, LIMITS.signal);
      const first = await storage.prune(START + 5 * DAY);
      expect(first.map(({ model, reason }) => `${model} ${reason}`)).toEqual(['segment age']);
      expect(await segments(storage)).toBe(0);
      expect(await calls(storage)).toBe(10);
      const second = await storage.prune(START + 9 * DAY);
      expect(second.map(({ model }) => model)).toContain('metrics.minute');
      const left = await storage.entities({ model: ServiceModel, limit: 10 }, LIMITS);
      expect(left.items.map(({ id }) => id)).toEqual(['a']);
    });
  });

  it('keeps an entity that comes back while old ones are being deleted', async () => {
    const clock = new TestClock();
    await clock.set(START);
    const gate = new GatedDirectory();
    const made = await makeStorage({ clock, openDirectory: gate.open });
    const { storage } = made;
    await storage.open(NUMBERED_MODELS, UTC);
    await commit(storage, 1);
    await clock.set(START + 100 * DAY);
    gate.afterPage = async () => {
      const back = { model: ServiceModel, id: 'b', at: clock.now(), row: { name: 'b' } };
      await storage.commit({ ...numberedCommit(2), records: [], deltas: [], documents: [], entities: [back] }, LIMITS.signal);
      // Not refused, and on disk when the deletion goes on.
      while (storage.unflushedBytes > 0) await clock.advance(10_000);
    };
    await storage.prune(START + 100 * DAY);
    const left = await storage.entities({ model: ServiceModel, limit: 10 }, LIMITS);
    expect(left.items.map(({ id }) => id)).toEqual(['b']);
    await made.dispose();
  });

  it('keeps metrics of an old day that arrive while the day is being deleted', async () => {
    const clock = new TestClock();
    await clock.set(START);
    const gate = new GatedDirectory();
    await withStorage({ clock, openDirectory: gate.open }, async (storage) => {
      await storage.commit({ ...numberedCommit(1), records: [] }, LIMITS.signal);
      await clock.set(START + 9 * DAY);
      gate.beforeCompaction = async () => {
        await storage.commit({ ...numberedCommit(2), records: [] }, LIMITS.signal);
        while (storage.unflushedBytes > 0) await clock.advance(10_000);
      };
      await storage.prune(START + 9 * DAY);
      const buckets = { precision: 'minute', from: START, count: 1 } as const;
      const query = { scope: 'service', entities: ['c'], metrics: [CallsModel], buckets };
      expect((await storage.series(query, LIMITS))[0]![0]![0]?.slots[0]).toBe(2);
    });
  });

  it('keeps the budget by deleting the oldest days of records first, and says when today alone is too much', async () => {
    const clock = new TestClock();
    await clock.set(START);
    await withStorage({ clock, maxBytes: 1 }, async (storage, made) => {
      await commit(storage, 10);
      await clock.set(START + DAY);
      await commit(storage, 11);
      const reopened = await made.reopen();
      await reopened.open(NUMBERED_MODELS, UTC);
      const pruned = await reopened.prune(START + DAY);
      expect(pruned[0]).toMatchObject({ model: 'segment', reason: 'budget' });
      expect(await segments(reopened)).toBe(rowsOf(11));
      expect(reopened.overBudget).toBe(true);
      expect(storage.isOpen).toBe(false);
    });
  });
});
