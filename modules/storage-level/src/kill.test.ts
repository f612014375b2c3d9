import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { SegmentModel, ServiceModel } from '@skein/telemetry';
import type { Limits, Row } from '@skein/telemetry/storage';
import type { LevelStorage } from './level-storage.js';
import { makeStorage } from './testing/make-storage.js';
import {
  CallsModel,
  LatencyModel,
  minuteOf,
  NUMBERED_MODELS,
  numberedCommit,
  rowsOf,
  SERVICES,
  START,
} from './testing/numbered-commits.js';

const CHILD = fileURLToPath(new URL('../dist/testing/committing-child.js', import.meta.url));
const ROUNDS = 8;
const LIMITS: Limits = { signal: new AbortController().signal, deadlineMs: 60_000 };
const zone = { zone: 'Asia/Kolkata' };

/** Runs the child until it has had `commits` acknowledged and a moment more, kills it, and returns the last number it printed. */
async function runAndKill(path: string, first: number, commits: number, momentMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, path, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last === first + commits) killAfter(child, momentMs);
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return last;
}

function killAfter(child: ChildProcess, ms: number): void {
  if (ms === 0) child.kill('SIGKILL');
  else setTimeout(() => child.kill('SIGKILL'), ms);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

const asText = ({ data, ...row }: Row): string =>
  `${JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))} ${Buffer.from(data as Uint8Array).toString('latin1')}`;

/** Compares all that the store holds with a recount of the commits 1 to `count`. */
async function expectWhole(storage: LevelStorage, count: number): Promise<void> {
  const range = { from: START, to: minuteOf(count) + 60_000 };
  const found = await storage.records({ model: SegmentModel, range, offset: 0, limit: 1_000_000, body: true }, LIMITS);
  const expected = upTo(count).flatMap((n) => numberedCommit(n).records.flatMap(({ rows }) => rows));
  expect(found.complete).toBe(true);
  // As text: comparing thousands of rows value by value takes longer than everything else here.
  expect(found.items.map(asText).sort()).toEqual(expected.map(asText).sort());
  const trace = await storage.group({ model: SegmentModel, keys: [`trace-${count}`], limit: 100 }, LIMITS);
  expect(trace.items).toHaveLength(rowsOf(count));
  await expectMetrics(storage, count);
  const { items } = await storage.entities({ model: ServiceModel, limit: 10 }, LIMITS);
  const layers = [...new Set(upTo(count).map((n) => `layer${n % 5}`))].sort();
  expect(items).toEqual(SERVICES.map((id) => ({ id, name: id, firstSeen: 1, lastSeen: count, layers })));
}

/** Compares the metrics of minutes and of the day with a recount. */
async function expectMetrics(storage: LevelStorage, count: number): Promise<void> {
  const buckets = { precision: 'minute', from: START, count: (minuteOf(count) - START) / 60_000 + 1 } as const;
  const query = { scope: 'service', entities: SERVICES, metrics: [CallsModel, LatencyModel], buckets };
  const recount = upTo(count).reduce(
    (minutes, n) => {
      const slot = (minuteOf(n) - START) / 60_000;
      minutes[slot] = { sum: (minutes[slot]?.sum ?? 0) + n, max: n };
      return minutes;
    },
    [] as { sum: number; max: number }[],
  );
  for (const [calls, latencies] of await storage.series(query, LIMITS)) {
    expect(calls!.map((state) => state && [...Array.from(state.slots)])).toEqual(recount.map(({ sum, max }) => [sum, max]));
    const total = latencies!.flatMap((state) => [...state!.table!.values()]).reduce((sum, one) => sum + one[0]!, 0);
    expect(total).toBe(count);
  }
  const day = { ...query, buckets: { precision: 'day', from: START, count: 1 } } as const;
  for (const [calls] of await storage.series(day, LIMITS)) expect(calls![0]!.slots[0]).toBe((count * (count + 1)) / 2);
}

it('after each of many SIGKILLs every acknowledged commit is there once and whole, and nothing else', async () => {
  if (!existsSync(CHILD)) throw new Error(`${CHILD} is missing: build first, with npx tsc -b modules/storage-level`);
  const made = await makeStorage();
  try {
    let count = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await runAndKill(made.path, count + 1, Math.floor(Math.random() * 15), Math.floor(Math.random() * 20));
      const storage = await made.reopen();
      await storage.open(NUMBERED_MODELS, zone);
      const stored = (await storage.document('numbered', 'last'))!.value as number;
      // The last one may be durable without its acknowledgement having been printed.
      expect([acknowledged, acknowledged + 1]).toContain(stored);
      await expectWhole(storage, stored);
      await storage.commit(numberedCommit(stored), LIMITS.signal);
      await expectMetrics(storage, stored);
      count = stored;
      await storage.close();
    }
    expect(count).toBeGreaterThanOrEqual(ROUNDS);
  } finally {
    await made.dispose();
  }
}, 60_000);
