import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestClock } from '@skein/core/testing';
import { SegmentModel } from '@skein/telemetry';
import { type Condition, type Limits, matchesAll, matchesTags, type Row, type Storage } from '@skein/telemetry/storage';
import fc from 'fast-check';
import { makeStorage } from '../testing/make-storage.js';

const LIMITS: Limits = { signal: new AbortController().signal, deadlineMs: 60_000 };
const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 2, 22);
const COMMITS = 40;

type RecordQuery = Parameters<Storage['records']>[0];
type Made = Awaited<ReturnType<typeof makeStorage>>;

/** The same numbers in every run, from 0 up to but without `below`. */
const numbers = (() => {
  let state = 1;
  return (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
})();

/** Few different latencies and times, so that many rows are equal in an order; some without a latency. */
const rowOf = (id: number, at: number): Row => ({
  segmentId: `s${id}`,
  traceId: `t${numbers(30)}`,
  service: `service${numbers(4)}`,
  startTime: at - numbers(3) * HOUR - numbers(20) * 60_000,
  ...(numbers(10) > 0 && { latency: numbers(5) === 0 ? numbers(1000) : numbers(30) }),
  isError: numbers(8) === 0,
  tags: [`method=${numbers(2) === 0 ? 'GET' : 'POST'}`, `user=${numbers(50)}`],
  data: Buffer.alloc(100, id % 256),
});

let made: Made;
let stored: Row[];

/** Commits over four hours and two days, large and small, most of them in blocks and the last in memory; searched meanwhile, so that what is kept of searches gets old. */
beforeAll(async () => {
  const clock = new TestClock(START);
  let flushed = (): void => undefined;
  const events = { flushed: (name: string) => (name === 'records' ? flushed() : undefined), failed: () => undefined };
  made = await makeStorage({ clock, events });
  await made.storage.open([SegmentModel], { zone: 'UTC' });
  stored = [];
  for (let n = 0; n < COMMITS; n++) {
    const rows = Array.from({ length: n % 5 === 0 ? 150 : 3 + (n % 7) }, (_, i) => rowOf(stored.length + i, clock.now()));
    const id = { writer: 'test', sequence: n + 1 };
    await made.storage.commit({ id, records: [{ model: SegmentModel, rows }], entities: [], deltas: [], documents: [] }, LIMITS.signal);
    stored.push(...rows);
    if (n < COMMITS - 3) {
      const ended = new Promise<void>((resolve) => {
        flushed = resolve;
      });
      await clock.advance((4 * HOUR) / COMMITS);
      await ended;
    }
    if (n % 8 === 0) await check({ ...EVERYTHING, order: { by: 'latency', descending: true }, limit: 5 });
    if (n % 8 === 1) await check({ ...EVERYTHING, where: [['service', '=', 'service1']], limit: 5 });
  }
});
afterAll(() => made.dispose());

const EVERYTHING: RecordQuery = { model: SegmentModel, range: { from: 0, to: START * 2 }, offset: 0, limit: 10_000, body: true };

/** What decides the order of a row; `undefined` comes last. */
const keyOf = (row: Row, by: string): string => `${row[by] ?? 'none'} ${by === 'latency' ? row.startTime : ''}`;

/** Compares an answer with what all rows, filtered and sorted one by one, give. Rows that are equal in the order may come in any. */
async function check(query: RecordQuery): Promise<void> {
  const { by, descending } = query.order ?? { by: 'startTime', descending: true };
  const { from, to } = query.range;
  const matching = stored.filter(
    (row) =>
      (row.startTime as number) >= from &&
      (row.startTime as number) < to &&
      matchesAll(row, query.where) &&
      matchesTags(row.tags, query.tags),
  );
  const sign = descending ? -1 : 1;
  const last = Number.POSITIVE_INFINITY;
  const rankOf = (row: Row): number => (row[by] === undefined ? last : sign * (row[by] as number));
  const latest = (row: Row): number => -(row.startTime as number);
  const sorted = matching.sort((a, b) => (rankOf(a) === rankOf(b) ? latest(a) - latest(b) : rankOf(a) - rankOf(b)));
  const wanted = sorted.slice(query.offset, query.offset + query.limit);
  const { items, complete } = await made.storage.records(query, LIMITS);
  expect(complete).toBe(true);
  expect(items.map((row) => keyOf(row, by))).toEqual(wanted.map((row) => keyOf(row, by)));
  expect(new Set(items.map((row) => row.segmentId)).size).toBe(items.length);
  const known = new Map(matching.map((row) => [row.segmentId, row]));
  const shown = items.slice(0, 20);
  expect(shown.map((row) => ({ ...row, data: Buffer.from(row.data as Uint8Array) }))).toEqual(shown.map((row) => known.get(row.segmentId)));
}

const service = fc.integer({ min: 0, max: 5 }).map((n) => `service${n}`);
const latency = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1000 }));
const condition: fc.Arbitrary<Condition> = fc.oneof(
  service.map((s): Condition => ['service', '=', s]),
  fc.array(service, { minLength: 1, maxLength: 3 }).map((s): Condition => ['service', 'in', s]),
  fc.integer({ min: 0, max: 30 }).map((n): Condition => ['traceId', '=', `t${n}`]),
  fc.boolean().map((b): Condition => ['isError', '=', b]),
  latency.map((n): Condition => ['latency', '>=', n]),
  latency.map((n): Condition => ['latency', '<=', n]),
  latency.map((n): Condition => ['latency', '=', n]),
);
const instant = fc.integer({ min: -5 * 60, max: 5 * 60 }).map((minutes) => START + minutes * 60_000);
const query = fc.record({
  range: fc.oneof(
    fc.constant(EVERYTHING.range),
    fc.tuple(instant, instant).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
  ),
  where: fc.array(condition, { maxLength: 3 }),
  tags: fc.subarray(['method=GET', 'user=7'], { maxLength: 2 }),
  order: fc.record({ by: fc.constantFrom('startTime', 'latency'), descending: fc.boolean() }),
  offset: fc.constantFrom(0, 0, 5, 300),
  limit: fc.constantFrom(1, 20, 20, 200),
});

it('finds what a look at every row finds, in the same order, whatever is asked', async () => {
  await fc.assert(
    fc.asyncProperty(query, (some) => check({ ...EVERYTHING, ...some })),
    { numRuns: 50 },
  );
});

it('finds the same after a restart', async () => {
  const storage = await made.reopen();
  await storage.open([SegmentModel], { zone: 'UTC' });
  await check(EVERYTHING);
  await check({ ...EVERYTHING, order: { by: 'latency', descending: false }, where: [['latency', '<=', 20]], limit: 30 });
});
