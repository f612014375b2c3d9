import { deepEqual } from 'node:assert/strict';
import type { Row } from '../storage/models.js';
import { CheckRecord } from './check-models.js';
import { compareEntities } from './entity-checks.js';
import { compareMetrics } from './metric-checks.js';
import { Random } from './random.js';
import { RANDOM_START, randomContent } from './random-content.js';
import { type Content, type CreateStorage, LIMITS, type StorageCheck, StorageDesk } from './storage-desk.js';

const DAY = 86_400_000;

/** Compares all that random commits stored with the naive model; the zone has a constant offset from UTC. */
export async function compareContent(desk: StorageDesk, commits: readonly Required<Content>[], offset: number): Promise<void> {
  await compareMetrics(
    desk,
    commits.flatMap(({ deltas }) => deltas),
    offset,
  );
  await compareEntities(
    desk,
    commits.flatMap(({ entities }) => entities),
  );
  const expected = new Map<unknown, Row>();
  for (const row of commits.flatMap(({ records }) => records.flatMap(({ rows }) => rows))) expected.set(row.recordId, row);
  const query = { model: CheckRecord, range: { from: RANDOM_START, to: RANDOM_START + DAY }, offset: 0, limit: 1000, body: true };
  const found = (await desk.storage.records(query, LIMITS)).items;
  const plain = ({ data, ...row }: Row): Row => ({
    ...row,
    ...(data instanceof Uint8Array && { data: Buffer.from(data).toString('hex') }),
  });
  const latestFirst = [...expected.values()].sort((a, b) => (b.time as number) - (a.time as number));
  deepEqual(found.map(plain), latestFirst.map(plain));
  const last = await desk.storage.document('random', 'last');
  deepEqual(last?.value, commits.length === 0 ? undefined : { number: commits.length });
}

async function randomCommits(create: CreateStorage): Promise<void> {
  for (const seed of [4, 5]) {
    const random = new Random(seed);
    const commits: Required<Content>[] = [];
    const body = async (desk: StorageDesk): Promise<void> => {
      while (commits.length < 60) {
        commits.push(randomContent(random, commits.length + 1));
        const commit = await desk.commit(commits.at(-1)!);
        if (random.below(5) === 0) await desk.storage.commit(commit, LIMITS.signal);
        if (random.below(15) === 0) await desk.reopen();
        if (random.below(15) === 0) await compareContent(desk, commits, 5.75 * 3_600_000);
      }
      await compareContent(desk, commits, 5.75 * 3_600_000);
      await desk.reopen();
      await compareContent(desk, commits, 5.75 * 3_600_000);
    };
    await StorageDesk.with(create, body, 'Asia/Kathmandu');
  }
}

export const wholeChecks: readonly StorageCheck[] = [
  { name: 'whole: random commits, some repeated, with restarts in between, are all there and nothing else', run: randomCommits },
];
