import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { LoadOrder } from './load.js';
import { measureQueries } from './queries.js';
import { format, type Report } from './report.js';
import { Load, runScenario } from './scenarios.js';
import { Server } from './server.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    out: { type: 'string', default: 'bench-results' },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 1 && seconds <= 3600)) throw new Error(`--seconds must be 1 to 3600 (got "${values.seconds}")`);

/** The store writes behind every 10 s. */
const SETTLE = 12_000;
const LOADS: ReadonlyArray<readonly [name: string, agents: number, segmentsPerStream: number, rate: number]> = [
  ['100 segments a stream', 30, 100, 0],
  ['10 segments a stream', 100, 10, 0],
  ['1 segment a stream', 300, 1, 0],
  ['100 segments/s in all', 20, 1, 100],
];

const server = await Server.start('host: { zone: UTC }\n');
const load = await Load.start();
const order = (agents: number, segmentsPerStream: number, rate: number, spreadMs = 0): LoadOrder => ({
  address: server.grpc,
  agents,
  segmentsPerStream,
  rate,
  seconds,
  spreadMs,
  even: spreadMs > 0,
});
try {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  await new Promise((done) => setTimeout(done, 2000));
  const idle = await server.sample();
  say('spreading a first load over the last hour ...');
  const first = await runScenario('warm-up', server, load, order(30, 100, 0, 3_600_000), SETTLE);
  const scenarios = [];
  for (const [name, agents, segmentsPerStream, rate] of LOADS) {
    say(`${name} ...`);
    scenarios.push(await runScenario(name, server, load, order(agents, segmentsPerStream, rate), SETTLE));
  }
  say('queries, while ingesting 1 000 segments/s ...');
  const background = load.play({ ...order(20, 10, 1000), seconds: 60 });
  const queries = await measureQueries(server, first.traceIds, 200);
  await background;
  const report: Report = {
    node: process.version,
    cpus: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
    date: new Date().toISOString(),
    readySeconds: server.readySeconds,
    idleRss: idle.rss,
    scenarios: scenarios.map(({ traceIds: _, ...figures }) => figures),
    queries,
  };
  process.stdout.write(`\n${format(report)}`);
  await mkdir(values.out, { recursive: true });
  const file = `${values.out}/${report.date.replaceAll(':', '-')}.json`;
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`\nwritten to ${file}\n`);
} finally {
  load.stop();
  await server.stop();
}
