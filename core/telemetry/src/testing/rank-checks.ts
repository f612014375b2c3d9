import { deepEqual } from 'node:assert/strict';
import type { Instant, MetricModel, MetricState } from '../storage/models.js';
import type { Storage } from '../storage/storage.js';
import { CheckAverage, CheckCpm, CheckEntity, CheckLabels, CheckPercentile } from './check-models.js';
import { type CreateStorage, delta, entityUpdate, LIMITS, type StorageCheck, StorageDesk, slots, table } from './storage-desk.js';

const MINUTE = 60_000;
const START = Date.UTC(2024, 4, 15, 10, 0);
const BUCKETS = { precision: 'minute', from: START, count: 10 } as const;
type Query = Parameters<Storage['rank']>[0];

const one = (entity: string, minute: Instant, metric: MetricModel, state: MetricState): ReturnType<typeof delta> =>
  delta(entity, minute, [[metric, state]]);

async function ranked(desk: StorageDesk, query: Partial<Query> & Pick<Query, 'metric'>): Promise<unknown> {
  const { items, complete } = await desk.storage.rank({ buckets: BUCKETS, descending: true, limit: 100, ...query }, LIMITS);
  return { complete, items: items.map(({ entity, value }) => [entity, value]) };
}
const all = (...items: readonly (readonly [string, number])[]): unknown => ({ complete: true, items });

async function averages(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      deltas: [
        // 10/3 is 3 in each minute; the average of 3 and 8 is not rounded.
        one('a', START, CheckAverage, slots(10, 3)),
        one('a', START + 9 * MINUTE, CheckAverage, slots(8, 1)),
        one('b', START + MINUTE, CheckAverage, slots(-4, 2)),
        one('c', START + MINUTE, CheckAverage, slots(0, 2)),
        one('before', START - MINUTE, CheckAverage, slots(99, 1)),
        one('after', START + 10 * MINUTE, CheckAverage, slots(99, 1)),
        one('other', START, CheckCpm, slots(99)),
        delta('nothing', START),
      ],
    });
    deepEqual(await ranked(desk, { metric: CheckAverage }), all(['a', 5.5], ['c', 0], ['b', -2]));
    deepEqual(await ranked(desk, { metric: CheckAverage, descending: false }), all(['b', -2], ['c', 0], ['a', 5.5]));
    deepEqual(await ranked(desk, { metric: CheckAverage, limit: 1 }), all(['a', 5.5]));
    deepEqual(await ranked(desk, { metric: CheckAverage, limit: 0 }), all());
    await desk.reopen();
    deepEqual(await ranked(desk, { metric: CheckAverage }), all(['a', 5.5], ['c', 0], ['b', -2]));
  });
}

async function minutes(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({ deltas: [one('a', START, CheckCpm, slots(119)), one('b', START + MINUTE, CheckCpm, slots(180))] });
    deepEqual(await ranked(desk, { metric: CheckCpm }), all(['b', 180], ['a', 119]));
    deepEqual(await ranked(desk, { metric: CheckCpm, buckets: { precision: 'hour', from: START, count: 1 } }), all(['b', 3], ['a', 1]));
  });
}

async function ties(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    for (const entity of ['m', 'z', 'b', 'é', 'a'])
      await desk.commit({ deltas: [one(entity, START, CheckCpm, slots(entity === 'm' ? 8 : 7))] });
    deepEqual(await ranked(desk, { metric: CheckCpm }), all(['m', 8], ['a', 7], ['b', 7], ['z', 7], ['é', 7]));
    deepEqual(await ranked(desk, { metric: CheckCpm, limit: 3 }), all(['m', 8], ['a', 7], ['b', 7]));
    deepEqual(await ranked(desk, { metric: CheckCpm, descending: false, limit: 2 }), all(['a', 7], ['b', 7]));
  });
}

async function filtered(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      entities: [
        entityUpdate(CheckEntity, 'a', START, { service: 's1', layers: ['GENERAL'] }),
        entityUpdate(CheckEntity, 'b', START, { service: 's2', layers: ['GENERAL', 'MESH'] }),
      ],
      deltas: ['a', 'b', 'rowless'].map((entity, i) => one(entity, START, CheckCpm, slots(i + 1))),
    });
    deepEqual(await ranked(desk, { metric: CheckCpm, where: [['service', '=', 's1']] }), all(['a', 1]));
    deepEqual(await ranked(desk, { metric: CheckCpm, where: [['layers', '=', 'GENERAL']] }), all(['b', 2], ['a', 1]));
    deepEqual(
      await ranked(desk, {
        metric: CheckCpm,
        where: [
          ['layers', '=', 'GENERAL'],
          ['service', 'in', ['s2', 's3']],
        ],
      }),
      all(['b', 2]),
    );
    deepEqual(await ranked(desk, { metric: CheckCpm, where: [] }), all(['rowless', 3], ['b', 2], ['a', 1]));
  });
}

async function labels(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      deltas: [
        delta('a', START, [
          [
            CheckPercentile,
            table([
              [0, 1],
              [1, 2],
              [2, 1],
              [10, 1],
            ]),
          ],
          [CheckLabels, table({ x: 4, y: 1 })],
        ]),
        delta('b', START, [
          [CheckPercentile, table([[3, 1]])],
          [CheckLabels, table({ x: 5 })],
        ]),
      ],
    });
    deepEqual(await ranked(desk, { metric: CheckPercentile, label: '{p=50}' }), all(['b', 30], ['a', 10]));
    deepEqual(await ranked(desk, { metric: CheckPercentile, label: '{p=99}' }), all(['a', 100], ['b', 30]));
    deepEqual(await ranked(desk, { metric: CheckPercentile, label: '{p=70}' }), all(['b', 30], ['a', 20]));
    deepEqual(await ranked(desk, { metric: CheckLabels, label: '{n=x}' }), all(['b', 5], ['a', 4]));
    deepEqual(await ranked(desk, { metric: CheckLabels, label: '{n=y}' }), all(['a', 1]));
    deepEqual(await ranked(desk, { metric: CheckLabels, label: '{n=z}' }), all());
  });
}

export const rankChecks: readonly StorageCheck[] = [
  { name: 'rank: averages the value over the buckets that have one', run: averages },
  { name: 'rank: a value per minute is divided by the length of the bucket', run: minutes },
  { name: 'rank: equal values come by entity id, also at the limit', run: ties },
  { name: 'rank: filters by the rows of the scope', run: filtered },
  { name: 'rank: takes one label of a labelled metric', run: labels },
];
