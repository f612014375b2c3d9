// What storing costs: commits of segments and deltas, blocks, rows, replay and reads, on a disk of this machine.
// Usage: npx tsc -b modules/storage-level && node modules/storage-level/bench/store.mjs [segments a commit] [commits]
// CPU is that of the whole process, LevelDB's threads included. The folder is made in the system's temporary folder.
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SegmentModel } from '@skein/telemetry';
import { MetricDelta } from '@skein/telemetry/storage';
import { LevelStorage } from '../dist/level-storage.js';
import { testOptions } from '../dist/testing/make-storage.js';

const PER_COMMIT = Number(process.argv[2] ?? 100);
const COMMITS = Number(process.argv[3] ?? 300);
const ENTITIES = Number(process.argv[4] ?? 200);
const start = Date.now() - 600_000;
const base64 = (text) => Buffer.from(text).toString('base64');

/** About 1.5 kB of what an agent sends: ids, five spans with names, peers and tags. */
function segment(i) {
  const traceId = `${randomBytes(16).toString('hex')}.64.${start * 10_000 + i}`;
  const segmentId = `${randomBytes(16).toString('hex')}.64.${start * 10_000 + i + 1}`;
  let text = `\n${traceId}\x12${segmentId}`;
  for (let span = 0; span < 5; span++) {
    const at = start + i * 3 + Math.floor(Math.random() * 1000);
    text += `\x1a\x08${span}${at}${at + Math.floor(Math.random() * 500)}GET:/api/orders/${i % 40}/items shop-payment.default.svc:8080 http.method GET url http://shop-payment.default.svc:8080/api/orders/${i % 40}?x=${Math.floor(Math.random() * 1e5)} status_code 200 db.type sql db.statement SELECT * FROM orders WHERE id = ? and customer = ? layer Http component ${span} `;
  }
  const service = `${base64(`shop-${i % 20}`)}.1`;
  return {
    traceId,
    segmentId,
    service,
    instance: `${service}_${base64(`instance-${i % 60}@10.0.0.${i % 60}`)}`,
    endpoint: `${service}_${base64(`GET:/api/orders/${i % 40}/items`)}`,
    startTime: start + i * 3,
    latency: Math.floor(Math.random() * 800),
    isError: i % 50 === 0,
    tags: ['http.method=GET', 'http.status_code=200', `order=${i % 200}`],
    data: Buffer.from(text),
  };
}

const metric = (n) => ({
  kind: 'metric',
  name: `m${n}`,
  scope: 'endpoint',
  signature: n === 9 ? 'percentile2(10)' : 'longAvg()',
  slots: n === 9 ? [] : ['sum', 'sum'],
  ...(n === 9 ? { table: { key: 'int', width: 1, maxKeys: 8192 } } : { value: { of: [1, 0], over: [0, 1], integer: true } }),
});
const metrics = Array.from({ length: 10 }, (_, n) => metric(n));
const deltasOf = (commit) =>
  Array.from({ length: ENTITIES }, (_, e) =>
    MetricDelta.of(
      'endpoint',
      `${base64(`shop-${e % 20}`)}.1_${base64(`GET:/api/${e}/items`)}`,
      Math.floor((start + commit * PER_COMMIT * 3) / 60_000) * 60_000,
      metrics.map((m, n) => [m, n === 9 ? { slots: [], table: new Map([[e % 50, [3]]]) } : { slots: [e * 7 + commit, 3] }]),
    ),
  );

async function cpu(work) {
  const before = process.cpuUsage();
  const wall = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { us: user + system, ms: performance.now() - wall, result };
}
async function sizeOf(path) {
  let bytes = 0;
  for (const entry of await readdir(path, { withFileTypes: true }))
    bytes += entry.isDirectory() ? await sizeOf(join(path, entry.name)) : (await stat(join(path, entry.name))).size;
  return bytes;
}

const root = await mkdtemp(join(tmpdir(), 'skein-bench-'));
const limits = { signal: new AbortController().signal, deadlineMs: 60_000 };
const zone = { zone: 'UTC' };
const options = (name, o) => testOptions(join(root, name), { sync: true, ...o });
const commits = Array.from({ length: COMMITS }, (_, n) => ({
  id: { writer: 'bench', sequence: n + 1 },
  records: PER_COMMIT > 0 ? [{ model: SegmentModel, rows: Array.from({ length: PER_COMMIT }, (_, i) => segment(n * PER_COMMIT + i)) }] : [],
  entities: [],
  deltas: [],
  documents: [],
}));
const count = PER_COMMIT * COMMITS;
const table = {};

// Segments alone.
{
  const storage = new LevelStorage(options('records'));
  await storage.open([SegmentModel], zone);
  const run = await cpu(async () => {
    for (const commit of commits) await storage.commit(commit, limits.signal);
  });
  const flushed = await cpu(() => storage.close());
  const raw = commits.reduce((sum, c) => sum + c.records.reduce((s, r) => s + r.rows.reduce((t, row) => t + row.data.length, 0), 0), 0);
  table['segments: CPU us each, commit to LevelDB'] = ((run.us + flushed.us) / count).toFixed(1);
  table['segments: CPU us per 64'] = (((run.us + flushed.us) / count) * 64).toFixed(0);
  table['segments: MB/s of bodies (wall)'] = (raw / 1e3 / (run.ms + flushed.ms)).toFixed(1);
  table['segments: body bytes each'] = (raw / count).toFixed(0);
  const again = new LevelStorage(options('records'));
  await again.open([SegmentModel], zone);
  const range = { from: start - 1e6, to: start + 1e9 };
  const timed = async (name, work) => {
    await work();
    const times = [];
    for (let i = 0; i < 30; i++) times.push((await cpu(work)).ms);
    times.sort((a, b) => a - b);
    table[name] = `${times[15].toFixed(2)} / ${times[29].toFixed(2)}`;
  };
  const any = () => commits[Math.floor(Math.random() * COMMITS)].records[0].rows[Math.floor(Math.random() * PER_COMMIT)];
  await timed('trace by id, ms p50 / max', () => again.group({ model: SegmentModel, keys: [any().traceId], limit: 100 }, limits));
  const list = (o) => again.records({ model: SegmentModel, range, offset: 0, limit: 20, ...o }, limits);
  await timed('list of 20 newest, ms p50 / max', () => list({}));
  await timed('list of 20 of a service by latency, ms p50 / max', () =>
    list({ where: [['service', '=', any().service]], order: { by: 'latency', descending: true } }),
  );
  await timed('list of 20 by a tag, ms p50 / max', () => list({ tags: [`order=${Math.floor(Math.random() * 200)}`] }));
  await again.close();
  table['segments: bytes on disk each'] = ((await sizeOf(join(root, 'records'))) / count).toFixed(0);
}

// Deltas alone.
{
  const storage = new LevelStorage(options('deltas'));
  const made = Array.from({ length: COMMITS }, (_, n) => ({
    id: { writer: 'bench', sequence: n + 1 },
    records: [],
    entities: [],
    deltas: deltasOf(n),
    documents: [],
  }));
  await storage.open(metrics, zone);
  const run = await cpu(async () => {
    for (const commit of made) await storage.commit(commit, limits.signal);
  });
  const flushed = await cpu(() => storage.close());
  table[`deltas of ${ENTITIES} entities x 10 metrics: CPU us a commit`] = (run.us / COMMITS).toFixed(0);
  table['deltas: CPU us an entity'] = (run.us / COMMITS / ENTITIES).toFixed(2);
  table['rows: ms CPU of the last flush'] = (flushed.us / 1000).toFixed(1);
}

// Metrics of 5 000 entities over 60 minutes, and the two reads that goals are set for.
{
  const storage = new LevelStorage(options('metrics'));
  await storage.open(metrics, zone);
  const entities = Array.from({ length: 5000 }, (_, e) => `${base64(`shop-${e % 200}`)}.1_${base64(`GET:/api/v1/${e}/items`)}`);
  const first = Math.floor(start / 86_400_000) * 86_400_000 + 3_600_000;
  const deltas = (minute) =>
    entities.map((entity, e) =>
      MetricDelta.of(
        'endpoint',
        entity,
        first + minute * 60_000,
        metrics.map((m, n) => [
          m,
          n === 9
            ? {
                slots: [],
                table: new Map([
                  [e % 50, [3]],
                  [7, [1]],
                ]),
              }
            : { slots: [e * 7 + minute, 3] },
        ]),
      ),
    );
  for (let n = 0; n < 60; n++)
    await storage.commit(
      { id: { writer: 'bench', sequence: n + 1 }, records: [], entities: [], deltas: deltas(n), documents: [] },
      limits.signal,
    );
  const last = await cpu(() => storage.prune(start));
  table['5 000 entities: CPU ms of the last flush'] = (last.us / 1000).toFixed(0);
  const buckets = { precision: 'minute', from: first, count: 60 };
  const any = () => entities[Math.floor(Math.random() * 5000)];
  const average = async (times, work) => {
    await work();
    const run = await cpu(async () => {
      for (let i = 0; i < times; i++) await work();
    });
    return (run.us / 1000 / times).toFixed(2);
  };
  table['10 metrics x 60 points, CPU ms'] = await average(500, () =>
    storage.series({ scope: 'endpoint', entities: [any()], metrics, buckets }, limits),
  );
  table['top_n of 5 000 entities x 30 minutes, CPU ms'] = await average(10, () =>
    storage.rank({ metric: metrics[3], buckets: { ...buckets, count: 30 }, descending: true, limit: 10 }, limits),
  );
  await storage.close();
}

// A small commit, to see the cost of a commit itself.
{
  const storage = new LevelStorage(options('small'));
  await storage.open([SegmentModel], zone);
  const small = await cpu(async () => {
    for (let n = 0; n < 200; n++)
      await storage.commit(
        {
          id: { writer: 'bench', sequence: n + 1 },
          records: [{ model: SegmentModel, rows: [segment(1e6 + n)] }],
          entities: [],
          deltas: [],
          documents: [],
        },
        limits.signal,
      );
  });
  table['commit of one segment: CPU us / wall ms'] = `${(small.us / 200).toFixed(0)} / ${(small.ms / 200).toFixed(2)}`;
  await storage.close();
}

// Replay: a copy of the directory as a kill would leave it.
{
  const storage = new LevelStorage(options('replay', { flushMs: 1e9, backlog: { memoryBytes: 1e10, journalBytes: 1e10, ageMs: 1e10 } }));
  await storage.open([SegmentModel], zone);
  // Fewer than a block each, so that they stay in the journal.
  const rows = commits.flatMap((c) => c.records.flatMap((r) => r.rows));
  const kept = Math.min(rows.length, 60);
  await storage.commit({ ...commits[0], records: [{ model: SegmentModel, rows: rows.slice(0, kept) }] }, limits.signal);
  for (let n = 1; n < COMMITS; n++) await storage.commit({ ...commits[n], records: [], deltas: deltasOf(n) }, limits.signal);
  const journal = storage.journalBytes;
  await cp(join(root, 'replay', 'journal'), join(root, 'replayed', 'journal'), { recursive: true });
  await storage.close();
  const again = new LevelStorage(options('replayed'));
  const run = await cpu(() => again.open([SegmentModel, ...metrics], zone));
  table['replay: journal MB'] = (journal / 1e6).toFixed(2);
  table['replay: ms / commits a second'] = `${run.ms.toFixed(0)} / ${((COMMITS / run.ms) * 1000).toFixed(0)}`;
  await again.close();
}

console.log(`${count} segments, ${PER_COMMIT} a commit, Node.js ${process.version}`);
console.table(table);
await rm(root, { recursive: true });
