import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import aggregation from '@skein/aggregation';
import browser from '@skein/browser';
import { createTestHost, TestClock, type TestHost } from '@skein/core/testing';
import ebpfProfiling from '@skein/ebpf-profiling';
import events from '@skein/events';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import jvmReceiver from '@skein/jvm-receiver';
import logAnalyzer from '@skein/log-analyzer';
import logReceiver from '@skein/log-receiver';
import management from '@skein/management';
import meshReceiver from '@skein/mesh-receiver';
import meterAnalyzer from '@skein/meter-analyzer';
import meterReceiver from '@skein/meter-receiver';
import naming from '@skein/naming';
import profiling from '@skein/profiling';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import storageMemory from '@skein/storage-memory';
import traceAnalyzer from '@skein/trace-analyzer';
import traceReceiver from '@skein/trace-receiver';
import uiHost from '@skein/ui-host';
import { SHOP_MINUTE, sendShop } from './booster-shop.js';

// Each host has all modules, which takes long on a machine that does other work besides.
jest.setTimeout(60_000);

/** What the official interface sent, and which of the answers had something in them. */
interface Recorded {
  readonly page: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Keys of the answer that were not empty. */
  readonly filled: readonly string[];
}
const FOLDER = fileURLToPath(new URL('./booster/', import.meta.url));
const recorded = readdirSync(FOLDER)
  .sort()
  .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recorded[]] as const);

/** The values of a variable in everything that was recorded. */
function sent(pick: (recording: Recorded) => unknown): ReadonlySet<string> {
  return new Set(recorded.flatMap(([, recordings]) => recordings.map(pick)).filter((value) => typeof value === 'string'));
}
const [TRACE] = sent(({ variables }) => variables.traceId);
const DATABASES = [...new Set(recorded.flatMap(([, r]) => JSON.stringify(r).match(/127\.0\.0\.1:\d+/g) ?? []))];

interface Expression {
  readonly type: string;
  readonly error: string | null;
  readonly results: ReadonlyArray<{ readonly values: ReadonlyArray<{ readonly value: string | null }> }>;
}
const isExpression = (answer: unknown): answer is Expression => typeof answer === 'object' && answer !== null && 'results' in answer;

/** As what an interface has to show: rows, or values. */
function isFilled(answer: unknown): boolean {
  if (answer === null || answer === '') return false;
  if (typeof answer !== 'object') return true;
  if (Array.isArray(answer)) return answer.length > 0;
  if (isExpression(answer)) return answer.results.some(({ values }) => values.some(({ value }) => value !== null));
  const lists = Object.values(answer as object).filter(Array.isArray);
  return lists.length === 0 || lists.some((list) => list.length > 0);
}

/** Minutes of a range with both ends. */
function minutesOf({ start, end }: { readonly start: string; readonly end: string }): number {
  const at = (text: string): number => Date.parse(text.replace(/ (\d\d)(\d\d)$/, 'T$1:$2:00Z'));
  return (at(end) - at(start)) / 60_000 + 1;
}

describe('what the official interface asks', () => {
  let kit: TestHost;
  beforeAll(async () => {
    const telemetry = [traceReceiver, meshReceiver, jvmReceiver, logReceiver, meterReceiver, browser, events, management];
    kit = await createTestHost({
      modules: [
        storageMemory,
        naming,
        aggregation,
        traceAnalyzer,
        logAnalyzer,
        meterAnalyzer,
        profiling,
        ebpfProfiling,
        query,
        queryGraphql,
        ...telemetry,
      ],
      config: { aggregation: { window: 0 } },
      clock: new TestClock(SHOP_MINUTE + 10_000),
    });
    await sendShop(kit, TRACE!, DATABASES);
    await kit.clock.advance(10 * 60_000);
  });
  afterAll(async () => {
    kit.assertBooks();
    await kit.stop();
  });

  it.each(recorded)('is answered in the shape that it expects, and with what is there: %s', async (_area, recordings) => {
    for (const { page, query: document, variables, filled } of recordings) {
      const reply = await kit.http('/graphql', { method: 'POST', body: { query: document, variables } });
      const { data, errors } = JSON.parse(String(reply.body)) as { data: Record<string, unknown>; errors?: unknown };
      const about = `${page}: ${document.slice(0, 80)}`;
      expect([about, reply.status, errors]).toEqual([about, 200, undefined]);
      const empty = filled.filter((key) => !isFilled(data[key]));
      expect([about, empty, JSON.stringify(variables)]).toEqual([about, [], JSON.stringify(variables)]);
      for (const [key, answer] of Object.entries(data)) {
        if (!isExpression(answer)) continue;
        expect([about, key, answer.error]).toEqual([about, key, null]);
        // An interface reads the first result of a list without asking whether there is one, and has as many points on its axis.
        if (/_LIST$/.test(answer.type)) expect([about, key, answer.results.length]).toEqual([about, key, 1]);
        if (answer.type !== 'TIME_SERIES_VALUES') continue;
        const points = minutesOf(variables.duration as { start: string; end: string });
        for (const { values } of answer.results) expect([about, key, values.length]).toEqual([about, key, points]);
      }
    }
  });
});

describe('the files of an interface, beside the queries', () => {
  let folder: string;
  let kit: TestHost;
  let base: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skein-ui-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<title>The interface</title>');
    await writeFile(join(folder, 'assets', 'app-Bgb2X7Us.js'), 'go();\n'.repeat(1000));
    kit = await createTestHost({
      modules: [storageMemory, naming, aggregation, traceAnalyzer, query, queryGraphql, management, httpServer, uiHost],
      config: { aggregation: { window: 0 }, 'http-server': { listeners: { rest: { port: 0 } } }, 'ui-host': { path: folder } },
    });
    base = `http://127.0.0.1:${kit.get(HttpAddressesToken).get('rest')!.port}`;
  });
  afterAll(async () => {
    await kit.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const PAGE = { accept: 'text/html,*/*;q=0.8' };

  it('come for its pages, and never in place of queries and receivers', async () => {
    for (const path of ['/', '/General-Service/Services', '/dashboard/GENERAL/Service/c2hvcA==.1/General-Service?x=1']) {
      const reply = await fetch(base + path, { headers: PAGE });
      expect([path, reply.status, await reply.text()]).toEqual([path, 200, '<title>The interface</title>']);
    }
    const post = (path: string, body: object) =>
      fetch(base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(await (await post('/graphql', { query: '{ listServices { id } }' })).json()).toEqual({ data: { listServices: [] } });
    expect((await post('/v3/management/keepAlive', { service: 'shop', serviceInstance: 'shop-1' })).status).toBe(200);
    expect(await (await fetch(`${base}/livez`, { headers: PAGE })).text()).toBe('ok\n');
    expect((await fetch(`${base}/assets/none.js`, { headers: PAGE })).status).toBe(404);
    expect((await fetch(`${base}/v3/nothing`)).status).toBe(404);
  });

  it('come compressed, once, and without a body for HEAD', async () => {
    const script = `${base}/assets/app-Bgb2X7Us.js`;
    const first = await fetch(script, { headers: { 'accept-encoding': 'br' } });
    expect([first.headers.get('content-encoding'), await first.text()]).toEqual(['br', 'go();\n'.repeat(1000)]);
    const etag = first.headers.get('etag')!;
    const again = await fetch(script, { headers: { 'accept-encoding': 'br', 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await fetch(script, { method: 'HEAD', headers: { 'accept-encoding': 'br' } });
    expect([head.status, head.headers.get('etag'), head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      etag,
      first.headers.get('content-length'),
      '',
    ]);
  });

  it.each(['/../../etc/passwd', '/..%2f..%2fetc%2fpasswd', '//etc/passwd', '/assets/../../etc/passwd', '/%00'])(
    'never come from elsewhere: %s',
    async (path) => {
      const url = new URL(base);
      const status = await new Promise((resolve, reject) => {
        // fetch would tidy the path up.
        request({ host: url.hostname, port: url.port, path }, (reply) => {
          reply.resume();
          resolve(reply.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBe(404);
    },
  );
});
