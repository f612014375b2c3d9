import { deepEqual, equal, rejects } from 'node:assert/strict';
import { InvalidQueryError } from '../storage/errors.js';
import type { Row } from '../storage/models.js';
import type { Condition } from '../storage/query.js';
import type { Storage } from '../storage/storage.js';
import { CheckEntity } from './check-models.js';
import { naiveEntity } from './naive-model.js';
import { Random } from './random.js';
import { RANDOM_ENTITIES, randomUpdate } from './random-content.js';
import { type CreateStorage, delta, entityUpdate, LIMITS, type StorageCheck, StorageDesk, type Update } from './storage-desk.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2024, 4, 15, 10, 0);
type Query = Parameters<Storage['entities']>[0];

const sorted = (row: Row | undefined): unknown => row && Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
const ids = async (desk: StorageDesk, query: Partial<Query> = {}): Promise<string[]> => {
  const { items } = await desk.storage.entities({ model: CheckEntity, limit: 100, ...query }, LIMITS);
  return items.map(({ id }) => id);
};

/** Compares the entities of random updates with the naive model. */
export async function compareEntities(desk: StorageDesk, updates: readonly Update[]): Promise<void> {
  for (const id of [...RANDOM_ENTITIES, 'absent']) {
    deepEqual(sorted(await desk.entity(CheckEntity, id)), sorted(naiveEntity(CheckEntity, id, updates)));
  }
}

async function anyOrder(create: CreateStorage): Promise<void> {
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed);
    const updates = Array.from({ length: 50 }, () => randomUpdate(random));
    await StorageDesk.with(create, async (desk) => {
      for (const part of random.parts(random.shuffled(updates), seed * 8)) await desk.commit({ entities: part });
      for (const again of [false, true]) {
        if (again) await desk.reopen();
        await compareEntities(desk, updates);
      }
    });
  }
}

async function search(create: CreateStorage): Promise<void> {
  const expected: ReadonlyArray<readonly [readonly Condition[], readonly string[]]> = [
    [[], ['a', 'b', 'c', 'd']],
    [[['service', '=', 's1']], ['a', 'b']],
    [[['service', '!=', 's1']], ['c', 'd']],
    [[['name', 'contains', 'ong']], ['a', 'b']],
    [[['layers', '=', 'MESH']], ['b', 'c']],
    [[['layers', '!=', 'MESH']], ['a', 'd']],
    [[['layers', 'hasAny', ['GENERAL', 'K8S']]], ['a', 'b']],
    [[['layers', 'hasAll', ['GENERAL', 'MESH']]], ['b']],
    [[['layers', 'in', ['MESH']]], ['b', 'c']],
    [
      [
        ['normal', '=', true],
        ['low', '<=', 1],
      ],
      ['a'],
    ],
    [[['firstSeen', '>=', START + 1]], ['c']],
  ];
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      entities: [
        entityUpdate(CheckEntity, 'c', START, { name: 'Other', service: 's2', layers: ['MESH'], firstSeen: START + 5 }),
        entityUpdate(CheckEntity, 'a', START, {
          name: 'Songs',
          service: 's1',
          layers: ['GENERAL'],
          normal: true,
          low: 1,
          firstSeen: START,
        }),
        entityUpdate(CheckEntity, 'b', START, { name: 'song', service: 's1', layers: ['MESH', 'GENERAL'], low: 7, normal: true }),
        entityUpdate(CheckEntity, 'd', START, {}),
      ],
    });
    for (const [where, found] of expected) deepEqual(await ids(desk, { where }), found, JSON.stringify(where));
    deepEqual(await ids(desk, { ids: ['d', 'no', 'a', 'd'] }), ['a', 'd']);
    deepEqual(await ids(desk, { ids: ['d', 'a'], where: [['service', '=', 's1']] }), ['a']);
    deepEqual(await ids(desk, { ids: [] }), []);
    deepEqual(await ids(desk, { limit: 2 }), ['a', 'b']);
    deepEqual(await ids(desk, { order: { by: 'low', descending: true } }), ['b', 'a', 'c', 'd']);
    deepEqual(await ids(desk, { order: { by: 'low', descending: false }, limit: 3 }), ['a', 'b', 'c']);
    await rejects(ids(desk, { where: [['note', '=', 'x']] }), InvalidQueryError);
    await rejects(ids(desk, { limit: -1 }), InvalidQueryError);
  });
}

async function activity(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      entities: ['a', 'b', 'c'].map((id) => entityUpdate(CheckEntity, id, START, { name: id })),
      deltas: [delta('a', START), delta('b', START + 5 * MINUTE), delta('a', START + HOUR)],
    });
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      const minutes = (from: number, count: number): Partial<Query> => ({ activeIn: { precision: 'minute', from, count } });
      deepEqual(await ids(desk, minutes(START, 1)), ['a']);
      deepEqual(await ids(desk, minutes(START, 6)), ['a', 'b']);
      deepEqual(await ids(desk, minutes(START + MINUTE, 4)), []);
      deepEqual(await ids(desk, { activeIn: { precision: 'hour', from: START, count: 1 } }), ['a', 'b']);
      deepEqual(await ids(desk, { activeIn: { precision: 'hour', from: START + HOUR, count: 1 } }), ['a']);
      deepEqual(await ids(desk, { activeIn: { precision: 'day', from: START - 10 * HOUR, count: 1 }, where: [['name', '=', 'b']] }), ['b']);
      deepEqual(await ids(desk, { activeIn: { precision: 'day', from: START - 34 * HOUR, count: 1 } }), []);
    }
  });
}

async function many(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const updates = Array.from({ length: 10_000 }, (_, i) =>
      entityUpdate(CheckEntity, `e${String(i).padStart(5, '0')}`, START, { name: `n${i}`, low: i }),
    );
    for (let i = 0; i < updates.length; i += 2500) await desk.commit({ entities: updates.slice(i, i + 2500) });
    await desk.reopen();
    deepEqual(await ids(desk, { where: [['low', '>=', 9998]] }), ['e09998', 'e09999']);
    equal((await ids(desk, { limit: 20_000 })).length, 10_000);
    deepEqual(await ids(desk, { order: { by: 'low', descending: true }, limit: 1 }), ['e09999']);
  });
}

async function unusualIds(create: CreateStorage): Promise<void> {
  const unusual = ['', ' ', '__proto__', 'constructor', 'a\u0000b', 'a', 'a-', 'a_', '🪿', '\uFFFF', 'x'.repeat(4000)];
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      entities: unusual.map((id, i) => entityUpdate(CheckEntity, id, START, { low: i })),
      deltas: unusual.map((id) => delta(id, START)),
    });
    for (const again of [false, true]) {
      if (again) await desk.reopen();
      for (const [i, id] of unusual.entries()) deepEqual({ ...(await desk.entity(CheckEntity, id)) }, { id, low: i });
      const active = await ids(desk, { activeIn: { precision: 'minute', from: START, count: 1 } });
      deepEqual(active.sort(), [...unusual].sort());
    }
  });
}

export const entityChecks: readonly StorageCheck[] = [
  { name: 'entities: updates in any order, split and interleaving come to the same row', run: anyOrder },
  { name: 'entities: are found by id, by condition and in order', run: search },
  { name: 'entities: are active in the minutes, hours and days of their deltas, metrics or not', run: activity },
  { name: 'entities: finds among ten thousand', run: many },
  { name: 'entities: any text is an id', run: unusualIds },
];
