import { deepEqual, equal } from 'node:assert/strict';
import type { Instant, MetricModel, MetricState, Precision } from '../storage/models.js';
import {
  CHECK_METRICS,
  CheckAverage,
  CheckCpm,
  CheckEntity,
  CheckLabels,
  CheckLargest,
  CheckLatest,
  CheckPercentile,
  CheckSmallest,
} from './check-models.js';
import { deltasOf, naiveState } from './naive-model.js';
import { plainState } from './plain-state.js';
import { Random } from './random.js';
import { RANDOM_ENTITIES, RANDOM_START, randomDeltas } from './random-content.js';
import { type CreateStorage, type Delta, delta, LIMITS, type StorageCheck, StorageDesk, slots, table } from './storage-desk.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = RANDOM_START;
const LENGTHS: Readonly<Record<Precision, number>> = { minute: MINUTE, hour: HOUR, day: DAY };

/** Compares every metric, entity and bucket with the naive model; the zone has a constant offset. */
export async function compareMetrics(desk: StorageDesk, deltas: readonly Delta[], offset: number): Promise<void> {
  for (const precision of ['minute', 'hour', 'day'] as const) {
    const length = LENGTHS[precision];
    const from = Math.floor((START + offset) / length) * length - offset;
    const count = precision === 'minute' ? 8 * 23 : precision === 'hour' ? 5 : 3;
    const entities = [...RANDOM_ENTITIES, 'absent'];
    const found = await desk.storage.series(
      { scope: CheckEntity.name, entities, metrics: CHECK_METRICS, buckets: { precision, from, count } },
      LIMITS,
    );
    const expected = entities.map((entity) =>
      CHECK_METRICS.map((model) =>
        Array.from({ length: count }, (_, i) => naiveState(model, deltasOf(deltas, entity, from + i * length, from + (i + 1) * length))),
      ),
    );
    deepEqual(
      found.map((metrics) => metrics.map((states) => states.map(plainState))),
      expected.map((metrics) => metrics.map((states) => states.map(plainState))),
    );
  }
}

const HALF_HOUR_ZONE = { name: 'Asia/Kolkata', offset: 5.5 * HOUR };

async function anyOrder(create: CreateStorage): Promise<void> {
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed);
    const deltas = randomDeltas(random, 60);
    const body = async (desk: StorageDesk): Promise<void> => {
      for (const part of random.parts(random.shuffled(deltas), 1 + seed * 7)) await desk.commit({ deltas: part });
      await compareMetrics(desk, deltas, HALF_HOUR_ZONE.offset);
      await desk.reopen();
      await compareMetrics(desk, deltas, HALF_HOUR_ZONE.offset);
    };
    await StorageDesk.with(create, body, HALF_HOUR_ZONE.name);
  }
}

const at = (text: string): Instant => Date.parse(text);
const count = (n: number): ReadonlyArray<readonly [MetricModel, MetricState]> => [[CheckCpm, slots(n)]];
const sums = (states: ReadonlyArray<MetricState | undefined>): (number | undefined)[] => states.map((state) => state?.slots[0]);

async function daylightSaving(create: CreateStorage): Promise<void> {
  // 02:00 to 03:00 comes twice in the night to 27 October, and not at all in the one to 31 March.
  const autumn = [
    '2024-10-26T23:59Z',
    '2024-10-27T00:00Z',
    '2024-10-27T00:59Z',
    '2024-10-27T01:00Z',
    '2024-10-27T22:59Z',
    '2024-10-27T23:00Z',
  ];
  const spring = [
    '2024-03-30T22:59Z',
    '2024-03-30T23:00Z',
    '2024-03-31T00:59Z',
    '2024-03-31T01:00Z',
    '2024-03-31T21:59Z',
    '2024-03-31T22:00Z',
  ];
  const body = async (desk: StorageDesk): Promise<void> => {
    await desk.commit({ deltas: [...autumn, ...spring].map((minute, i) => delta('e1', at(minute), count(10 ** (i % 6)))) });
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'hour', at('2024-10-26T23:00Z'), 4)), [1, 110, 1000, undefined]);
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'day', at('2024-10-26T22:00Z'), 2)), [11_111, 100_000]);
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'hour', at('2024-03-31T00:00Z'), 2)), [100, 1000]);
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'day', at('2024-03-29T23:00Z'), 3)), [1, 11_110, 100_000]);
  };
  await StorageDesk.with(create, body, 'Europe/Berlin');
}

async function halfHourShift(create: CreateStorage): Promise<void> {
  const body = async (desk: StorageDesk): Promise<void> => {
    const minutes = ['2024-04-06T14:59Z', '2024-04-06T15:00Z', '2024-04-06T15:29Z', '2024-04-06T15:30Z'];
    await desk.commit({ deltas: minutes.map((minute, i) => delta('e1', at(minute), count(10 ** i))) });
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'hour', at('2024-04-06T14:00Z'), 3)), [1, 110, 1000]);
  };
  await StorageDesk.with(create, body, 'Australia/Lord_Howe');
}

async function gaps(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({
      deltas: [delta('e1', START, [[CheckAverage, slots(5, 2)]]), delta('e1', START + 2 * MINUTE), delta('e2', START + MINUTE, count(0))],
    });
    const query = {
      scope: CheckEntity.name,
      entities: ['e2', 'e1', 'e2', 'no'],
      metrics: [CheckCpm, CheckAverage],
      buckets: { precision: 'minute', from: START - MINUTE, count: 4 },
    } as const;
    const found = (await desk.storage.series(query, LIMITS)).map((metrics) =>
      metrics.map((states) => states.map((state) => state && Array.from(state.slots))),
    );
    const none = [undefined, undefined, undefined, undefined];
    const e2 = [[undefined, undefined, [0], undefined], none];
    deepEqual(found, [e2, [none, [undefined, [5, 2], undefined, undefined]], e2, [none, none]]);
    deepEqual(await desk.storage.series({ ...query, entities: [] }, LIMITS), []);
    deepEqual(await desk.series(CheckCpm, 'e2', 'minute', START, 0), []);
  });
}

async function extremes(create: CreateStorage): Promise<void> {
  const huge = Number.MAX_SAFE_INTEGER;
  await StorageDesk.with(create, async (desk) => {
    const tables = table([
      [-3, 1],
      [0, 2],
      [huge, 3],
    ]);
    await desk.commit({
      deltas: [
        delta('e1', START, [
          [CheckAverage, slots(-huge, 1)],
          [CheckLargest, slots(Number.MIN_VALUE)],
          [CheckSmallest, slots(-huge)],
          [CheckLatest, slots(1e300, huge)],
          [CheckPercentile, tables],
          [CheckLabels, table({ '': 1, '🪿': 2, ['__proto__']: 3, ['x'.repeat(500)]: 4 })],
        ]),
      ],
    });
    const read = async (metric: MetricModel): Promise<unknown> =>
      plainState((await desk.series(metric, 'e1', 'day', Math.floor(START / DAY) * DAY, 1))[0]);
    const check = async (): Promise<void> => {
      deepEqual(await read(CheckAverage), plainState(slots(-huge, 1)));
      deepEqual(await read(CheckLargest), plainState(slots(Number.MIN_VALUE)));
      deepEqual(await read(CheckSmallest), plainState(slots(-huge)));
      deepEqual(await read(CheckLatest), plainState(slots(1e300, huge)));
      deepEqual(await read(CheckPercentile), plainState(tables));
      deepEqual(
        await read(CheckLabels),
        plainState(
          table([
            ['', 1],
            ['🪿', 2],
            ['__proto__', 3],
            ['x'.repeat(500), 4],
          ]),
        ),
      );
    };
    await check();
    await desk.reopen();
    await check();
  });
}

async function ownership(create: CreateStorage): Promise<void> {
  await StorageDesk.with(create, async (desk) => {
    const given = new Float64Array([1, 1]);
    const labels = new Map([['a', [1]]]);
    await desk.commit({
      deltas: [
        delta('e1', START, [
          [CheckAverage, { slots: given }],
          [CheckLabels, { slots: [], table: labels }],
        ]),
      ],
    });
    given.fill(77);
    labels.get('a')![0] = 77;
    labels.set('b', [77]);
    const [before] = await desk.series(CheckAverage, 'e1', 'minute', START, 1);
    await desk.commit({ deltas: [delta('e1', START, [[CheckAverage, slots(1, 1)]])] });
    deepEqual(plainState(before), plainState(slots(1, 1)));
    deepEqual(plainState((await desk.series(CheckAverage, 'e1', 'hour', START, 1))[0]), plainState(slots(2, 2)));
    deepEqual(plainState((await desk.series(CheckLabels, 'e1', 'minute', START, 1))[0]), plainState(table({ a: 1 })));
  });
}

async function signatures(create: CreateStorage): Promise<void> {
  const changed: MetricModel = { ...CheckCpm, signature: 'maxDouble()', slots: ['max'], value: { of: [1], integer: false } };
  await StorageDesk.with(create, async (desk) => {
    await desk.commit({ deltas: [delta('e1', START, count(3))] });
    await desk.commit({ deltas: [delta('e1', START, [[changed, slots(0.5)]])] });
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'minute', START, 1)), [3]);
    deepEqual(sums(await desk.series(changed, 'e1', 'minute', START, 1)), [0.5]);
    await desk.reopen();
    deepEqual(sums(await desk.series(CheckCpm, 'e1', 'minute', START, 1)), [3]);
    equal((await desk.series(changed, 'e1', 'minute', START, 1))[0]?.slots[0], 0.5);
  });
}

export const metricChecks: readonly StorageCheck[] = [
  { name: 'metrics: deltas in any order, split and interleaving come to the same minutes, hours and days', run: anyOrder },
  { name: 'metrics: hours and days follow daylight saving', run: daylightSaving },
  { name: 'metrics: a clock that is put back by half an hour makes an hour of 30 minutes', run: halfHourShift },
  { name: 'metrics: buckets and entities without data are undefined, zero is not', run: gaps },
  { name: 'metrics: huge, tiny and negative numbers and any text as label come back as they were', run: extremes },
  { name: 'metrics: the storage keeps what it was given, not the arrays it was given in', run: ownership },
  { name: 'metrics: one name with two signatures is two metrics', run: signatures },
];
