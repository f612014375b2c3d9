// Starts Skein and the shop, drives traffic, then prints what Skein found.
import { parseArgs } from 'node:util';
import { ServerProcess } from '@skein/core/testing';
import { PAGES, startShop } from '../shop.mjs';
import { Findings } from './findings.mjs';
import { paint, sparkline, table, topologyTree, waterfall } from './render.mjs';

const { seconds, keep } = readArguments();
const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const { bold, dim } = paint(color);
const print = (text = '') => process.stdout.write(`${text}\n`);

/** Visits pages, mostly the ones that work, and shows how far it is. */
async function drive(shop) {
  const weighted = Object.entries(PAGES).flatMap(([page, { fails, slow }]) => Array(fails || slow ? 1 : 4).fill(page));
  const end = Date.now() + seconds * 1000;
  let visits = 0;
  let failures = 0;
  while (Date.now() < end) {
    const page = weighted[Math.floor(Math.random() * weighted.length)];
    if ((await shop.visit(page)).status >= 400) failures++;
    visits++;
    progress(1 - (end - Date.now()) / (seconds * 1000), `${visits} visits, ${failures} failed`);
    await new Promise((done) => setTimeout(done, 50));
  }
  progress(1, `${visits} visits, ${failures} failed`, true);
  print();
}

function progress(part, text, last = false) {
  if (!process.stdout.isTTY && !last) return;
  const done = Math.min(30, Math.round(part * 30));
  process.stdout.write(`${process.stdout.isTTY ? '\r' : ''}driving traffic  ${'█'.repeat(done)}${'░'.repeat(30 - done)}  ${text}   `);
}

async function report(findings) {
  const duration = await findings.lastMinutes(Math.max(5, Math.ceil(seconds / 60) + 2));
  const services = (await findings.services()).sort((a, b) => a.name.localeCompare(b.name));
  const rows = [];
  for (const service of services) rows.push(await serviceRow(findings, service, duration));
  const head = ['', 'layer', 'calls', 'average', 'p50', 'p99', 'success', 'calls and latency by minute'];
  print(`\n${bold('Services')}\n${table(head, rows)}`);
  print(`\n${bold('Topology')}\n${topologyTree(await findings.topology(duration), color)}`);
  const statements = await findings.slowStatements(
    services.find((s) => !s.normal),
    duration,
  );
  print(
    `\n${bold('Slow statements')}\n${table(
      ['', 'ms'],
      statements.map(({ name, value }) => [name, value]),
    )}`,
  );
  print(`\n${bold('The slowest trace')}\n${waterfall(await findings.slowestTrace(duration), color)}\n`);
}

async function serviceRow(findings, service, duration) {
  const prefix = service.normal ? 'service' : 'database_access';
  const [calls] = await findings.metric(`${prefix}_cpm`, service, duration);
  const [latency] = await findings.metric(`${prefix}_resp_time`, service, duration);
  const [sla] = await findings.metric(`${prefix}_sla/100`, service, duration);
  const percentiles = await findings.metric(`${prefix}_percentile{p='50,99'}`, service, duration);
  const [p50, p99] = percentiles.map((values) => `${Math.max(...values.filter((v) => v !== null))} ms`);
  return [
    service.name,
    service.layers.join(' '),
    String(calls.reduce((sum, v) => sum + (v ?? 0), 0)),
    `${weighted(latency, calls).toFixed(0)} ms`,
    p50 ?? '-',
    p99 ?? '-',
    `${weighted(sla, calls).toFixed(1)} %`,
    `${sparkline(calls)}  ${sparkline(latency)}`,
  ];
}

/** The mean of minutes that had different numbers of calls. */
function weighted(values, calls) {
  const total = calls.reduce((sum, n) => sum + (n ?? 0), 0);
  return total === 0 ? 0 : values.reduce((sum, v, i) => sum + (v ?? 0) * (calls[i] ?? 0), 0) / total;
}

function readArguments() {
  const usage = 'npm run demo -- [--seconds 1..3600] [--keep]';
  try {
    const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' }, keep: { type: 'boolean', default: false } } });
    const seconds = Number(values.seconds);
    if (!(seconds >= 1 && seconds <= 3600)) throw new Error(`--seconds must be 1 to 3600 (got "${values.seconds}")`);
    return { seconds, keep: values.keep };
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}\n`);
    process.exit(2);
  }
}

const server = await ServerProcess.start();
let shop;
try {
  print(`${bold('Skein')} takes data on ${server.grpc} and answers on ${server.http}/graphql`);
  shop = await startShop({ collector: server.grpc });
  print(`the shop runs: frontend ${dim(`http://127.0.0.1:${shop.ports.frontend}`)}, orders, stock and a PostgreSQL database`);
  await drive(shop);
  await shop.flush();
  await report(new Findings(server.http));
  if (keep) {
    print('still running; Ctrl-C ends it');
    await new Promise((done) => process.once('SIGINT', done));
  }
} finally {
  await shop?.stop();
  await server.dispose();
}
