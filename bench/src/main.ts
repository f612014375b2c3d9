import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ITEM_KINDS } from './item-kinds.js';
import { measureQueries, QUERIES_MS } from './queries.js';
import { format, type Report } from './report.js';
import { type ItemResult, Load, runItems, runScenario, type Scenario } from './scenarios.js';
import { Server } from './server.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    out: { type: 'string', default: 'bench-results' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 1 && seconds <= 3600)) throw new Error(`--seconds must be 1 to 3600 (got "${values.seconds}")`);

if (values.only !== undefined && values.only !== 'segments' && values.only !== 'items')
  throw new Error(`--only must be segments or items (got "${values.only}")`);

type SegmentFigures = Omit<Report, 'node' | 'cpus' | 'date' | 'items'>;
const NO_SEGMENTS: SegmentFigures = { readySeconds: 0, idleRss: 0, diskPerSegment: 0, stored: 0, scenarios: [], queries: [] };

/** Machines are noisy: what is compared with a goal is played several times. */
const ROUNDS = 3;
const order: Scenario['order'] = { agents: 30, segmentsPerStream: 100, rate: 0, seconds, spreadMs: 0, world: 'usual', even: false };
const SCENARIOS: readonly Scenario[] = [
  { name: '100 segments a stream', order, cpuGoal: 40, rounds: ROUNDS },
  { name: '10 segments a stream', order: { ...order, agents: 100, segmentsPerStream: 10 }, cpuGoal: 55, rounds: ROUNDS },
  { name: '1 segment a stream', order: { ...order, agents: 500, segmentsPerStream: 1 }, cpuGoal: 120, rounds: ROUNDS },
  // As agents that send what they have once a second, which those for Node.js do. Longer, because it shows what goes on at fixed intervals.
  {
    name: '100 segments/s in all',
    order: { ...order, agents: 20, segmentsPerStream: 5, rate: 100, seconds: seconds * 3 },
    cpuGoal: 400,
    rounds: ROUNDS,
  },
  // As agents that send at once. Most of it is what it costs to wake up for a stream: a server over node:http2 that does nothing else is above the goal.
  {
    name: '100 segments/s, 1 a stream',
    order: { ...order, agents: 20, segmentsPerStream: 1, rate: 100, seconds: seconds * 3 },
    cpuGoal: undefined,
    rounds: 1,
  },
  { name: '100 a stream, 5 000 endpoints', order: { ...order, world: 'wide' }, cpuGoal: undefined, rounds: 1 },
];
/** What each shape of load is played for first, in seconds, so that code is compiled before it is measured. */
const WARM_UP = Math.min(seconds, 8);
/** For the queries: every endpoint has data in every minute of the last hour. */
const LAST_HOUR: Scenario = {
  name: 'last hour',
  order: { ...order, spreadMs: 3_600_000, world: 'wide', even: true },
  cpuGoal: undefined,
  rounds: 1,
};
const IDLE = 15_000;

const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const load = await Load.start();
try {
  const segments = values.only === 'items' ? NO_SEGMENTS : await measureSegments();
  const items = values.only === 'segments' ? [] : await measureItems();
  const report: Report = {
    node: process.version,
    cpus: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
    date: new Date().toISOString(),
    ...segments,
    items,
  };
  process.stdout.write(`\n${format(report)}`);
  await mkdir(values.out, { recursive: true });
  const file = `${values.out}/${report.date.replaceAll(':', '-')}.json`;
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`\nwritten to ${file}\n`);
} finally {
  load.stop();
}

async function measureSegments(): Promise<SegmentFigures> {
  await using server = await Server.start('host: { zone: UTC }\n');
  say('idle ...');
  await sleep(IDLE);
  const idle = await server.sample();
  const empty = await server.diskBytes();
  say('warming up ...');
  let stored = 0;
  for (const { order } of SCENARIOS.filter(({ order }) => order.world === 'usual' && order.rate === 0)) {
    stored += (await load.play({ ...order, address: server.grpc, seconds: WARM_UP })).acknowledged;
  }
  await server.settled();
  const scenarios = [];
  let diskPerSegment = 0;
  for (const scenario of SCENARIOS) {
    say(`${scenario.name} ...`);
    const { traceIds: _, ...figures } = await runScenario(server, load, scenario);
    stored += figures.acknowledged;
    // Before any other load can mix in, and before metrics of many minutes do.
    if (scenarios.length === 0) diskPerSegment = ((await server.diskBytes()) - empty) / stored;
    scenarios.push(figures);
  }
  say('a load spread over the last hour ...');
  const { traceIds, acknowledged } = await runScenario(server, load, LAST_HOUR);
  say('queries, while ingesting 1 000 segments/s ...');
  const background = load.play({
    ...order,
    address: server.grpc,
    agents: 20,
    segmentsPerStream: 10,
    rate: 1000,
    seconds: QUERIES_MS / 1000 + 5,
  });
  const queries = await measureQueries(server, traceIds);
  await background;
  return { readySeconds: server.readySeconds, idleRss: idle.rss, diskPerSegment, stored: stored + acknowledged, scenarios, queries };
}

async function measureItems(): Promise<readonly ItemResult[]> {
  await using server = await Server.start(
    'host: { zone: UTC }\nmodules: { zipkin-receiver: { listeners: [rest] }, zipkin-analyzer: {} }\n',
  );
  const results: ItemResult[] = [];
  for (const kind of ITEM_KINDS) {
    say(`${kind.name} ...`);
    results.push(await runItems(server, load, kind, seconds));
  }
  return results;
}
