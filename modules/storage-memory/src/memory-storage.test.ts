import { describe, expect, it } from '@jest/globals';
import { type Commit, DeadlineError, MetricDelta, type Storage } from '@skein/telemetry/storage';
import { CHECK_MODELS, CheckCpm, CheckEntity, CheckRecord, checkStorage, LIMITS, type StorageUnderTest } from '@skein/telemetry/testing';
import { MemoryStorage } from './memory-storage.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2024, 4, 15, 10, 0);
const retention = { records: 3 * DAY, traces: 3 * DAY, logs: 3 * DAY, metrics: 7 * DAY };

async function create(): Promise<StorageUnderTest> {
  const storage = new MemoryStorage({ retention, maxBytes: 256 * 1024 * 1024 });
  return { storage, dispose: () => storage.close() };
}

async function opened(maxBytes: number): Promise<Storage> {
  const storage = new MemoryStorage({ retention, maxBytes });
  expect(await storage.open(CHECK_MODELS, { zone: 'UTC' })).toEqual([]);
  return storage;
}

let sequence = 0;
const commit = async (storage: Storage, content: Partial<Commit>): Promise<void> =>
  storage.commit(
    { id: { writer: 'w', sequence: ++sequence }, records: [], entities: [], deltas: [], documents: [], ...content },
    LIMITS.signal,
  );
const record = (id: number, time: number, bytes = 10): Commit['records'] => [
  { model: CheckRecord, rows: [{ recordId: `r${id}`, time, group: 'g', data: new Uint8Array(bytes) }] },
];
const delta = (entity: string, minute: number): MetricDelta =>
  MetricDelta.of(CheckEntity.name, entity, minute, [[CheckCpm, { slots: [1] }]]);
const stored = async (storage: Storage): Promise<unknown[]> => {
  const query = { model: CheckRecord, range: { from: 0, to: START + 100 * DAY }, offset: 0, limit: 10_000 };
  return (await storage.records(query, LIMITS)).items.map((row) => row.recordId);
};
const active = async (storage: Storage, precision: 'minute' | 'hour', from: number, count: number): Promise<number> => {
  const query = { scope: CheckEntity.name, entities: ['e'], metrics: [CheckCpm], buckets: { precision, from, count } };
  return (await storage.series(query, LIMITS))[0]![0]!.filter((state) => state !== undefined).length;
};

describe('MemoryStorage', () => {
  for (const check of checkStorage(create)) it(check.name, check.run);

  it('drops each class by its own age, to the minute', async () => {
    const storage = await opened(1e8);
    const entities = [{ model: CheckEntity, id: 'e', at: START, row: { name: 'e' } }];
    await commit(storage, { records: record(1, START), entities, deltas: [delta('e', START), delta('e', START + MINUTE)] });
    expect(await storage.prune(START + 3 * DAY)).toEqual([]);
    expect(await storage.prune(START + 3 * DAY + MINUTE)).toMatchObject([{ model: 'check_record', reason: 'age', before: START + MINUTE }]);
    expect(await stored(storage)).toEqual([]);
    expect(await storage.prune(START + 7 * DAY + MINUTE)).toMatchObject([{ model: 'check_entity.minute', reason: 'age' }]);
    expect([await active(storage, 'minute', START, 2), await active(storage, 'hour', START, 1)]).toEqual([1, 1]);
    expect((await storage.entities({ model: CheckEntity, limit: 5 }, LIMITS)).items).toHaveLength(1);
    await storage.prune(START + 9 * DAY);
    expect((await storage.entities({ model: CheckEntity, limit: 5 }, LIMITS)).items).toEqual([]);
    expect(await active(storage, 'hour', START, 1)).toBe(0);
    expect((await storage.stats()).map(({ bytes, rows }) => [bytes, rows])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    // What is gone may come again.
    await commit(storage, { records: record(1, START + 9 * DAY) });
    expect(await stored(storage)).toEqual(['r1']);
    expect((await storage.group({ model: CheckRecord, keys: ['g'], limit: 5 }, LIMITS)).items).toHaveLength(1);
  });

  it('stays within its budget: the oldest minutes of records go first, then of metrics', async () => {
    const storage = await opened(1_000_000);
    await commit(storage, { deltas: [delta('e', START)] });
    for (let i = 0; i < 30; i++) await commit(storage, { records: record(i, START + i * MINUTE, 100_000) });
    const left = await stored(storage);
    expect(left[0]).toBe('r29');
    expect(left.length).toBeLessThan(10);
    expect(await active(storage, 'minute', START, 1)).toBe(1);
    const bytes = (await storage.stats()).reduce((sum, entry) => sum + entry.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(1_000_000);
    const [report, ...others] = await storage.prune(START + MINUTE);
    expect(report).toMatchObject({ model: 'check_record', reason: 'budget' });
    expect(report!.bytes).toBeGreaterThan(2_000_000);
    expect(others).toEqual([]);
    expect(await storage.prune(START + MINUTE)).toEqual([]);

    for (let i = 0; i < 5000; i++) await commit(storage, { deltas: [delta('e', START + i * MINUTE)] });
    expect(await stored(storage)).toEqual([]);
    expect(await active(storage, 'minute', START, 10)).toBe(0);
    expect(await active(storage, 'minute', START + 4990 * MINUTE, 10)).toBe(10);
    expect(await active(storage, 'hour', START, 1)).toBe(1);
  });

  it('bears a minute with very many rows of one group', async () => {
    const storage = await opened(1e9);
    const rows = Array.from({ length: 150_000 }, (_, i) => ({ recordId: `r${i}`, time: START, group: 'g' }));
    await commit(storage, { records: [{ model: CheckRecord, rows }] });
    const query = { model: CheckRecord, range: { from: START, to: START + 1 }, offset: 0, limit: 200_000 };
    expect((await storage.records(query, LIMITS)).items).toHaveLength(150_000);
    expect(await storage.prune(START + 4 * DAY)).toHaveLength(1);
    expect((await storage.group({ model: CheckRecord, keys: ['g'], limit: 5 }, LIMITS)).items).toEqual([]);
  });

  it('refuses commits when entities alone exceed the budget', async () => {
    const storage = await opened(100_000);
    const entities = Array.from({ length: 1000 }, (_, i) => ({ model: CheckEntity, id: `e${i}`, at: START, row: { name: 'x' } }));
    await commit(storage, { entities });
    await expect(commit(storage, { records: record(1, START) })).rejects.toThrow(/memory storage is full/);
    expect(await stored(storage)).toEqual([]);
  });

  it('lets a search be aborted between its turns, and fails a series at its deadline', async () => {
    const storage = await opened(1e9);
    const abort = new AbortController();
    const reason = new Error('gone');
    let searching = false;
    /** A row that takes longer to read than a turn may last, and during which the reader goes away. */
    const slow = {
      recordId: 'slow',
      time: START,
      get service(): string {
        for (const end = performance.now() + 10; searching && performance.now() < end; ) abort.abort(reason);
        return 's';
      },
    };
    const rows = Array.from({ length: 1000 }, (_, i) => ({ recordId: `r${i}`, time: START }));
    await commit(storage, { records: [{ model: CheckRecord, rows: [slow, ...rows] }], deltas: [delta('e', START)] });
    searching = true;
    const range = { from: START, to: START + DAY };
    const search = storage.records(
      { model: CheckRecord, range, where: [['service', '=', 'x']], offset: 0, limit: 1 },
      { signal: abort.signal, deadlineMs: 60_000 },
    );
    await expect(search).rejects.toBe(reason);
    const series = {
      scope: CheckEntity.name,
      entities: ['e'],
      metrics: [CheckCpm],
      buckets: { precision: 'minute', from: START, count: 1 },
    } as const;
    await expect(storage.series(series, { ...LIMITS, deadlineMs: 0 })).rejects.toBeInstanceOf(DeadlineError);
  });

  it('refuses to serve before it is open, and explains models it cannot serve', async () => {
    const storage = new MemoryStorage({ retention, maxBytes: 1e6 });
    await expect(stored(storage)).rejects.toThrow(/not open/);
    const [problem] = await storage.open([{ ...CheckRecord, time: 'service' }], { zone: 'UTC' });
    expect(problem).toMatchObject({ model: 'check_record', reason: expect.stringContaining('time') });
    await expect(storage.open([], { zone: 'Nowhere' })).rejects.toThrow(/unknown time zone "Nowhere"/);
  });
});
