import { deepEqual, equal, rejects } from 'node:assert/strict';
import { InvalidQueryError } from '../storage/errors.js';
import type { Row } from '../storage/models.js';
import type { Condition, Limits } from '../storage/query.js';
import type { Storage } from '../storage/storage.js';
import { CheckPlainRecord, CheckRecord } from './check-models.js';
import { type CreateStorage, LIMITS, recordRows, type StorageCheck, StorageDesk } from './storage-desk.js';

const MINUTE = 60_000;
const START = Date.UTC(2024, 4, 15, 10, 0);
const RANGE = { from: START, to: START + 60 * MINUTE };
type Query = Parameters<Storage['records']>[0];

/** A record called `id`; its time is `minute` minutes after the start. */
const record = (id: string, minute: number, rest: Row = {}): Row => ({ recordId: id, time: START + minute * MINUTE, ...rest });

async function found(desk: StorageDesk, query: Partial<Query> = {}, limits: Limits = LIMITS): Promise<string[]> {
  const { items } = await desk.storage.records({ model: CheckRecord, range: RANGE, offset: 0, limit: 100, ...query }, limits);
  return items.map((row) => row.recordId as string);
}

async function complete(create: CreateStorage): Promise<void> {
  const row: Row = {
    recordId: 'r-🪿',
    group: 'g',
    time: START,
    service: '__proto__',
    size: -(2 ** 53) + 1,
    ratio: -1.5e-300,
    failed: false,
    tags: ['a=b', 'a=', '=', 'ключ=значение'],
    text: 'naïve\u0000text\n',
    note: '{"__proto__":1}',
  };
  const data = Uint8Array.from([0, 255, 128, 10]);
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(recordRows(CheckRecord, { ...row, data }, record('bare', 1)));
    const query = { model: CheckRecord, range: RANGE, offset: 0, limit: 10, order: { by: 'time', descending: false } };
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      const [first, bare] = (await desk.storage.records(query, LIMITS)).items;
      deepEqual({ ...first }, row);
      deepEqual({ ...bare }, record('bare', 1));
      const [whole] = (await desk.storage.records({ ...query, body: true }, LIMITS)).items;
      deepEqual({ ...whole, data: [...(whole!.data as Uint8Array)] }, { ...row, data: [...data] });
    }
  });
}

async function ranges(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(
      recordRows(
        CheckRecord,
        record('before', -1),
        record('first', 0),
        record('last', 59),
        record('after', 60),
        record('years', -2_000_000),
      ),
    );
    deepEqual(await found(desk), ['last', 'first']);
    deepEqual(await found(desk, { range: { from: START + 1, to: START + 59 * MINUTE } }), []);
    deepEqual(await found(desk, { range: { from: 0, to: START + 100 * MINUTE } }), ['after', 'last', 'first', 'before', 'years']);
    deepEqual(await found(desk, { range: { from: START, to: START } }), []);
    const second = START + 30 * MINUTE + 1000;
    await desk.commit(recordRows(CheckRecord, ...[-1, 0, 1].map((ms) => record(`ms${ms}`, 0, { time: second + ms }))));
    deepEqual(await found(desk, { range: { from: second, to: second + 1 } }), ['ms0']);
    deepEqual(await found(desk, { range: { from: second, to: second + 1 }, order: { by: 'size', descending: true } }), ['ms0']);
  });
}

async function conditions(create: CreateStorage): Promise<void> {
  const expected: ReadonlyArray<readonly [readonly Condition[], readonly string[]]> = [
    [[['service', '=', 's1']], ['a', 'b']],
    [[['service', '!=', 's1']], ['c', 'd']],
    [[['service', 'in', ['s1', 's2', 'x']]], ['a', 'b', 'c']],
    [[['service', 'in', []]], []],
    [[['service', 'contains', '2']], ['c']],
    [[['size', '>=', 10]], ['b', 'c']],
    [[['size', '<=', 10]], ['a', 'b']],
    [
      [
        ['size', '>=', -5],
        ['size', '<=', -5],
      ],
      ['a'],
    ],
    [[['ratio', '>=', 0.5]], ['b']],
    [[['failed', '=', false]], ['b']],
    [[['failed', '!=', true]], ['b', 'c', 'd']],
    [
      [
        ['service', '=', 's1'],
        ['failed', '=', true],
      ],
      ['a'],
    ],
    [[['service', '=', '__proto__']], []],
  ];
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(
      recordRows(
        CheckRecord,
        record('a', 1, { service: 's1', size: -5, failed: true }),
        record('b', 2, { service: 's1', size: 10, failed: false, ratio: 0.5 }),
        record('c', 3, { service: 's2', size: 2 ** 40 }),
        record('d', 4),
      ),
    );
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      for (const [where, ids] of expected) deepEqual((await found(desk, { where })).sort(), ids, JSON.stringify(where));
    }
  });
}

async function tagsAndText(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(
      recordRows(
        CheckRecord,
        record('a', 1, { tags: ['k=v', 'k=w', 'x=1'], text: 'The quick fox' }),
        record('b', 2, { tags: ['k=v'], text: 'the slow 🪿 fox' }),
        record('c', 3, { tags: [] }),
        record('d', 4),
      ),
    );
    deepEqual(await found(desk, { tags: ['k=v'] }), ['b', 'a']);
    deepEqual(await found(desk, { tags: ['k=v', 'k=w'] }), ['a']);
    deepEqual(await found(desk, { tags: ['k'] }), []);
    deepEqual(await found(desk, { tags: [] }), ['d', 'c', 'b', 'a']);
    if (!desk.storage.traits.capabilities.has('text')) return;
    deepEqual(await found(desk, { text: { include: ['fox'] } }), ['b', 'a']);
    deepEqual(await found(desk, { text: { include: ['fox', '🪿'] } }), ['b']);
    deepEqual(await found(desk, { text: { exclude: ['quick'] } }), ['d', 'c', 'b']);
    deepEqual(await found(desk, { text: { include: ['fox'], exclude: ['slow'] }, tags: ['x=1'] }), ['a']);
  });
}

async function order(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const rows = Array.from({ length: 40 }, (_, i) => record(`r${i}`, (i * 7) % 40, { size: (i * 13) % 5, service: `s${i % 3}` }));
    for (let i = 0; i < 40; i += 8) await desk.commit(recordRows(CheckRecord, ...rows.slice(i, i + 8)));
    const byTime = [...rows].sort((a, b) => (b.time as number) - (a.time as number)).map((row) => row.recordId);
    deepEqual(await found(desk), byTime);
    deepEqual(await found(desk, { order: { by: 'time', descending: true }, offset: 10, limit: 5 }), byTime.slice(10, 15));
    deepEqual(await found(desk, { order: { by: 'time', descending: false } }), [...byTime].reverse());
    const sizes = async (descending: boolean): Promise<unknown[]> => {
      const query = { model: CheckRecord, range: RANGE, order: { by: 'size', descending }, offset: 0, limit: 100 };
      return (await desk.storage.records(query, LIMITS)).items.map((row) => row.size);
    };
    const ascending = rows.map((row) => row.size as number).sort((a, b) => a - b);
    deepEqual(await sizes(false), ascending);
    deepEqual(await sizes(true), ascending.reverse());
    const pages: string[] = [];
    for (let offset = 0; offset < 45; offset += 7)
      pages.push(...(await found(desk, { order: { by: 'size', descending: true }, offset, limit: 7 })));
    deepEqual(pages.sort(), rows.map((row) => row.recordId).sort());
    deepEqual(await found(desk, { limit: 0 }), []);
    deepEqual(await found(desk, { offset: 1000 }), []);
  });
}

async function distinct(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const groups = ['g1', 'g2', 'g1', undefined, 'g3', 'g2', undefined];
    await desk.commit(
      recordRows(CheckRecord, ...groups.map((group, i) => record(`r${i}`, i * 3, group === undefined ? {} : { group, size: 10 - i }))),
    );
    deepEqual(await found(desk, { distinct: 'group' }), ['r6', 'r5', 'r4', 'r3', 'r2']);
    deepEqual(await found(desk, { distinct: 'group', offset: 1, limit: 3 }), ['r5', 'r4', 'r3']);
    deepEqual(await found(desk, { distinct: 'group', order: { by: 'size', descending: true }, limit: 3 }), ['r0', 'r1', 'r4']);
  });
}

async function identity(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(recordRows(CheckRecord, record('same', 1, { size: 1 }), record('same', 1, { size: 2 })));
    await desk.commit(recordRows(CheckRecord, record('same', 1, { size: 3 }), record('other', 2)));
    deepEqual(await found(desk), ['other', 'same']);
    deepEqual(await found(desk, { where: [['size', '=', 1]] }), ['same']);
    await desk.commit(recordRows(CheckPlainRecord, { at: START, value: 1 }, { at: START, value: 1 }));
    const plain = await desk.storage.records({ model: CheckPlainRecord, range: RANGE, offset: 0, limit: 10 }, LIMITS);
    equal(plain.items.length, 2);
  });
}

async function groups(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const data = Uint8Array.of(1, 2, 3);
    await desk.commit(
      recordRows(CheckRecord, record('a', 1, { group: 'g1', data }), record('b', 2, { group: '__proto__' }), record('c', 3)),
    );
    await desk.commit(recordRows(CheckRecord, record('d', 300, { group: 'g1' })));
    const read = async (keys: readonly string[], rest: object = {}): Promise<unknown[]> => {
      const { items } = await desk.storage.group({ model: CheckRecord, keys, limit: 100, ...rest }, LIMITS);
      return items.map((row) => row.recordId).sort();
    };
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      deepEqual(await read(['g1']), ['a', 'd']);
      deepEqual(await read(['g1', '__proto__', 'g1', 'none']), ['a', 'b', 'd']);
      deepEqual(await read(['g1'], { range: RANGE }), ['a']);
      deepEqual(await read([]), []);
      const { items } = await desk.storage.group({ model: CheckRecord, keys: ['g1'], range: RANGE, limit: 1 }, LIMITS);
      deepEqual([...(items[0]!.data as Uint8Array)], [1, 2, 3]);
    }
    const limited = await desk.storage.group({ model: CheckRecord, keys: ['g1'], limit: 1 }, LIMITS);
    deepEqual([limited.items.length, limited.complete], [1, false]);
  });
}

async function large(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const data = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * i) % 251);
    for (const id of ['a', 'b', 'c']) await desk.commit(recordRows(CheckRecord, record(id, 1, { data, group: 'big' })));
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      const { items } = await desk.storage.group({ model: CheckRecord, keys: ['big'], limit: 10 }, LIMITS);
      equal(items.length, 3);
      for (const row of items) equal(Buffer.compare(row.data as Uint8Array, data), 0);
    }
  });
}

async function many(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const rows = Array.from({ length: 10_000 }, (_, i) =>
      record(`r${i}`, 0, { time: START + i * 300, service: `s${i % 100}`, size: i, group: `g${i % 5000}`, tags: [`n=${i % 10}`] }),
    );
    for (let i = 0; i < rows.length; i += 1000) await desk.commit(recordRows(CheckRecord, ...rows.slice(i, i + 1000)));
    await desk.reopen();
    const where: readonly Condition[] = [['service', '=', 's7']];
    deepEqual(await found(desk, { where, limit: 3, offset: 1 }), ['r9807', 'r9707', 'r9607']);
    deepEqual(await found(desk, { tags: ['n=3'], order: { by: 'size', descending: false }, limit: 2 }), ['r3', 'r13']);
    equal((await found(desk, { limit: 20_000 })).length, 10_000);
    equal((await desk.storage.group({ model: CheckRecord, keys: ['g42'], limit: 10 }, LIMITS)).items.length, 2);
  });
}

async function limits(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit(recordRows(CheckRecord, ...Array.from({ length: 2000 }, (_, i) => record(`r${i}`, 1, { group: 'g' }))));
    const query = { model: CheckRecord, range: RANGE, offset: 0, limit: 5000 };
    const reason = new Error('enough');
    const isReason = (error: unknown): boolean => error === reason;
    await rejects(desk.storage.records(query, { ...LIMITS, signal: AbortSignal.abort(reason) }), isReason);
    await rejects(
      desk.storage.group({ model: CheckRecord, keys: ['g'], limit: 10 }, { ...LIMITS, signal: AbortSignal.abort(reason) }),
      isReason,
    );
    const late = await desk.storage.records(query, { ...LIMITS, deadlineMs: 0 });
    equal(late.complete, false);
    const full = await desk.storage.records(query, LIMITS);
    deepEqual([full.items.length, full.complete], [2000, true]);
  });
}

async function nonsense(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const wrong: readonly Partial<Query>[] = [
      { where: [['nothing', '=', 1]] },
      { where: [['note', '=', 'x']] },
      { where: [['__proto__', '=', 'x']] },
      { order: { by: 'service', descending: true } },
      { distinct: 'note' },
      { offset: -1 },
      { limit: 0.5 },
      { limit: Number.NaN },
    ];
    for (const query of wrong) await rejects(found(desk, query), InvalidQueryError, JSON.stringify(query));
    const plain = { model: CheckPlainRecord, range: RANGE, offset: 0, limit: 1 };
    await rejects(desk.storage.records({ ...plain, tags: ['a=b'] }, LIMITS), InvalidQueryError);
  });
}

export const recordChecks: readonly StorageCheck[] = [
  { name: 'records: every type of field comes back as it was, the body only on request', run: complete },
  { name: 'records: a range includes its start and excludes its end', run: ranges },
  { name: 'records: conditions mean what the contract says', run: conditions },
  { name: 'records: finds by tags and by parts of the text', run: tagsAndText },
  { name: 'records: orders by time and by number, and pages neither miss nor repeat a row', run: order },
  { name: 'records: distinct keeps the first row of each value, before paging', run: distinct },
  { name: 'records: a second row with the id of another is not added', run: identity },
  { name: 'records: a group has all its rows with their bodies', run: groups },
  { name: 'records: bodies of a megabyte come back whole', run: large },
  { name: 'records: finds among ten thousand rows', run: many },
  { name: 'records: an aborted search rejects, one past its deadline says that it is incomplete', run: limits },
  { name: 'records: a query that the model does not offer is refused', run: nonsense },
];
