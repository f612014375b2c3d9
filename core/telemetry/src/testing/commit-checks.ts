import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { DocumentConflictError } from '../storage/errors.js';
import { CHECK_MODELS, CheckCpm, CheckEntity, CheckRecord } from './check-models.js';
import { type CreateStorage, delta, entityUpdate, LIMITS, recordRows, type StorageCheck, StorageDesk, slots } from './storage-desk.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2024, 4, 15, 10, 0);
const RANGE = { from: START, to: START + 60 * MINUTE };

const calls = async (desk: StorageDesk): Promise<number | undefined> => (await desk.series(CheckCpm, 'e', 'minute', START, 1))[0]?.slots[0];
const rows = async (desk: StorageDesk): Promise<number> =>
  (await desk.storage.records({ model: CheckRecord, range: RANGE, offset: 0, limit: 100 }, LIMITS)).items.length;
const oneOfEach = (id: string, n: number): Parameters<StorageDesk['commit']>[0] => ({
  ...recordRows(CheckRecord, { recordId: id, time: START }),
  entities: [entityUpdate(CheckEntity, id, START, { name: id })],
  deltas: [delta('e', START, [[CheckCpm, slots(n)]])],
  documents: [{ kind: 'offset', id: 'p0', value: id }],
});

async function repeated(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const first = await desk.commit(oneOfEach('a', 1));
    await desk.storage.commit(first, LIMITS.signal);
    equal(await calls(desk), 1);
    const second = await desk.commit(oneOfEach('b', 10));
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      for (const commit of [first, second]) await desk.storage.commit(commit, LIMITS.signal);
      deepEqual([await calls(desk), await rows(desk)], [11, 2]);
      equal((await desk.storage.document('offset', 'p0'))?.value, 'b');
    }
    await desk.storage.commit({ ...first, id: { writer: 'another', sequence: first.id.sequence }, records: [] }, LIMITS.signal);
    equal(await calls(desk), 12);
  });
}

async function visible(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    for (let i = 1; i <= 10; i++) {
      await desk.commit(oneOfEach(`r${i}`, 1));
      deepEqual([await calls(desk), await rows(desk)], [i, i]);
      equal((await desk.entity(CheckEntity, `r${i}`))?.name, `r${i}`);
      equal((await desk.storage.document('offset', 'p0'))?.value, `r${i}`);
    }
    await desk.commit({});
    await desk.reopen();
    deepEqual([await calls(desk), await rows(desk)], [10, 10]);
    equal((await desk.entity(CheckEntity, 'r3'))?.name, 'r3');
    equal((await desk.storage.document('offset', 'p0'))?.value, 'r10');
  });
}

async function conflict(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(oneOfEach('a', 1));
    const refused = desk.made({ ...oneOfEach('b', 10), documents: [{ kind: 'offset', id: 'p0', value: 'b', ifVersion: 0 }] });
    await rejects(desk.storage.commit(refused, LIMITS.signal), DocumentConflictError);
    deepEqual([await calls(desk), await rows(desk)], [1, 1]);
    const { version } = (await desk.storage.document('offset', 'p0'))!;
    const accepted = await desk.commit({
      ...oneOfEach('b', 10),
      documents: [{ kind: 'offset', id: 'p0', value: 'b', ifVersion: version }],
    });
    // Its own version is there already: that is a repetition, not a conflict.
    await desk.storage.commit(accepted, LIMITS.signal);
    deepEqual([await calls(desk), await rows(desk)], [11, 2]);
  });
}

async function aborted(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const commit = desk.made(oneOfEach('a', 1));
    const reason = new Error('too late');
    await rejects(desk.storage.commit(commit, AbortSignal.abort(reason)), (error) => error === reason);
    equal(await calls(desk), undefined);
    await desk.storage.commit(commit, LIMITS.signal);
    equal(await calls(desk), 1);
  });
}

async function documents(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const { storage } = desk;
    const value = { list: [1, 'zwei', null, { deep: true }], unicode: '🪿' };
    equal(await storage.document('kind', 'a'), undefined);
    equal(await storage.put({ kind: 'kind', id: 'a', value, ifVersion: 0 }), true);
    equal(await storage.put({ kind: 'kind', id: 'a', value: 2, ifVersion: 0 }), false);
    const first = (await storage.document('kind', 'a'))!;
    deepEqual([first.kind, first.id, first.value], ['kind', 'a', value]);
    equal(await storage.put({ kind: 'kind', id: 'a', value: 3, ifVersion: first.version }), true);
    const second = (await storage.document('kind', 'a'))!;
    notEqual(second.version, first.version);
    equal(await storage.put({ kind: 'kind', id: 'a', value: 4, ifVersion: first.version }), false);
    equal(await storage.put({ kind: 'kind', id: 'a', value: 5 }), true);
    for (const id of ['b', 'ab', '__proto__', 'a\u0000']) await storage.put({ kind: 'kind', id, value: id });
    await storage.put({ kind: 'kin', id: 'd', value: 1 });
    deepEqual(
      (await storage.documents('kind')).map(({ id }) => id),
      ['__proto__', 'a', 'a\u0000', 'ab', 'b'],
    );
    deepEqual(
      (await storage.documents('kind', { prefix: 'a', limit: 2 })).map(({ id }) => id),
      ['a', 'a\u0000'],
    );
    deepEqual(await storage.documents('__proto__'), []);
    await storage.delete('kind', 'a');
    await storage.delete('kind', 'never');
    equal(await storage.document('kind', 'a'), undefined);
    equal(await storage.put({ kind: 'kind', id: 'a', value: 6, ifVersion: second.version }), false);
    equal(await storage.put({ kind: 'kind', id: 'a', value: 7, ifVersion: 0 }), true);
    await desk.reopen();
    equal((await desk.storage.document('kind', 'a'))?.value, 7);
    equal((await desk.storage.document('kind', '__proto__'))?.value, '__proto__');
    equal(await desk.storage.put({ kind: 'kind', id: 'a', value: 8, ifVersion: 0 }), false);
  });
}

async function races(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async ({ storage }) => {
    const put = (value: number, ifVersion: number): Promise<boolean> => storage.put({ kind: 'lease', id: 'x', value, ifVersion });
    let version = 0;
    for (let round = 0; round < 5; round++) {
      const won = await Promise.all(Array.from({ length: 10 }, (_, i) => put(round * 10 + i, version)));
      equal(won.filter(Boolean).length, 1);
      const document = (await storage.document('lease', 'x'))!;
      equal(document.value, round * 10 + won.indexOf(true));
      version = document.version;
    }
  });
}

async function retention(create: CreateStorage): Promise<void> {
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      ...recordRows(CheckRecord, { recordId: 'a', time: now, group: 'g' }),
      entities: [entityUpdate(CheckEntity, 'e', now, { name: 'e' })],
      deltas: [delta('e', now, [[CheckCpm, slots(3)]])],
      documents: [{ kind: 'kept', id: 'd', value: 1 }],
    });
    const group = async (): Promise<number> =>
      (await desk.storage.group({ model: CheckRecord, keys: ['g'], limit: 10 }, LIMITS)).items.length;
    const total = async (): Promise<unknown> => (await desk.series(CheckCpm, 'e', 'minute', now, 1))[0]?.slots[0];
    deepEqual(await desk.storage.prune(now), []);
    deepEqual([await group(), await total()], [1, 3]);
    const stats = await desk.storage.stats();
    equal(stats.find(({ model }) => model === CheckRecord.name)?.rows, 1);
    equal(
      stats.every(({ bytes, rows }) => bytes >= 0 && rows >= 0),
      true,
    );
    // Partitions may be as long as a month.
    const { traces, metrics } = desk.storage.traits.retention;
    const pruned = await desk.storage.prune(now + Math.max(traces, metrics) + 63 * DAY);
    equal(
      pruned.some(({ model, reason, bytes }) => model === CheckRecord.name && reason === 'age' && bytes >= 0),
      true,
    );
    deepEqual([await group(), await total()], [0, undefined]);
    equal((await desk.storage.document('kept', 'd'))?.value, 1);
    await desk.commit({ deltas: [delta('e', now, [[CheckCpm, slots(4)]])] });
    equal(await total(), 4);
    await desk.reopen();
    deepEqual([await group(), await total()], [0, 4]);
  });
}

async function closing(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(oneOfEach('a', 1));
    await desk.storage.close();
    await desk.storage.close();
    await rejects(desk.storage.commit(desk.made({}), LIMITS.signal));
    await rejects(rows(desk));
  });
}

async function models(create: CreateStorage): Promise<void> {
  const { storage, dispose } = await create();
  try {
    const problems = await storage.open([...CHECK_MODELS, { ...CheckRecord, name: 'unsound', time: 'service' }], { zone: 'UTC' });
    deepEqual(
      problems.map(({ model }) => model),
      ['unsound'],
    );
    equal(problems[0]!.reason.length > 0, true);
  } finally {
    await dispose();
  }
}

async function traits(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async ({ storage }) => {
    const { retention, commitWindow } = storage.traits;
    for (const kind of ['records', 'traces', 'logs', 'metrics'] as const) equal(retention[kind] > 0, true, kind);
    equal(retention.never, Number.POSITIVE_INFINITY);
    equal(commitWindow.minMs >= 0 && commitWindow.maxBytes > 0, true);
  });
}

export const commitChecks: readonly StorageCheck[] = [
  { name: 'commit: the same id again has no effect, also later and after a restart', run: repeated },
  { name: 'commit: everything in it is visible when it resolves and there after a restart', run: visible },
  { name: 'commit: a document of another version refuses all of it', run: conflict },
  { name: 'commit: an aborted one has no effect and can be tried again', run: aborted },
  { name: 'documents: are compared and set by version, listed by id, and kept', run: documents },
  { name: 'documents: of those who race for a version one wins', run: races },
  { name: 'prune: drops what is past its retention, says so, and keeps the rest', run: retention },
  { name: 'close: may be repeated, and refuses what comes after', run: closing },
  { name: 'open: names the models that it cannot serve, and why', run: models },
  { name: 'traits: name a retention for every class', run: traits },
];
