import { request as send } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TestHost } from '@skein/core/testing';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import logAnalyzer from '@skein/log-analyzer';
import logReceiver from '@skein/log-receiver';
import queryLogql from '@skein/query-logql';
import { target } from '../fuzz/targets/logql.js';
import { type OfficialHost, officialHost } from './official-host.js';
import { reflectedEncoder } from './reflected-encoder.js';

// Each test starts a whole host, which takes long on a machine that does other work besides.
jest.setTimeout(30_000);

const encode = reflectedEncoder('logging/logging.proto');
/** The test clock stands at 2024-01-02T03:04:00Z. */
const NOW = Date.UTC(2024, 0, 2, 3, 4);
const ns = (ms: number): string => `${ms}000000`;
const API = '/loki/api/v1';

const log = (timestamp: number, line: string, more: object = {}) => ({
  service: 'shop',
  serviceInstance: 'shop-1',
  endpoint: '/cart',
  timestamp,
  layer: 'GENERAL',
  body: { text: { text: line } },
  ...more,
});
const level = (value: string) => ({ tags: { data: [{ key: 'level', value }] } });

const LOGS = [
  log(NOW - 5000, 'cart opened by alice', { ...level('INFO'), traceContext: { traceId: 't-1', traceSegmentId: 's', spanId: 0 } }),
  log(NOW - 4000, 'cart of bob failed', level('ERROR')),
  log(NOW - 3000, 'cart opened by "carol"', level('INFO')),
  log(NOW - 2000, 'paid by bob', { serviceInstance: 'shop-2', endpoint: '', ...level('INFO') }),
  log(NOW - 1000, 'bank is slow', { service: 'bank', serviceInstance: '', endpoint: '', ...level('WARN') }),
];

let host: OfficialHost;
let kit: TestHost;
let web: string;

async function start(config: Record<string, object> = {}): Promise<void> {
  host = await officialHost([httpServer, logReceiver, logAnalyzer, queryLogql], {
    'http-server': { listeners: { rest: { port: 0 }, loki: { port: 0 } } },
    ...config,
  });
  kit = host.kit;
  web = `http://127.0.0.1:${kit.get(HttpAddressesToken).get('loki')!.port}`;
  // All logs of one call are of one service.
  for (const service of ['shop', 'bank']) await collect(LOGS.filter((l) => l.service === service));
}
const collect = (logs: readonly object[]) =>
  kit.grpc(
    '/skywalking.v3.LogReportService/collect',
    logs.map((l) => encode('LogData', l)),
    { timeoutMs: 30_000 },
  );
beforeEach(() => start());
afterEach(async () => {
  kit.assertBooks();
  await host[Symbol.asyncDispose]();
});

interface Stream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: ReadonlyArray<readonly [string, string, object?]>;
}
type Query = Readonly<Record<string, string | number>>;

async function ask(path: string, query: Query = {}, headers: Record<string, string> = {}) {
  const parameters = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]));
  const reply = await fetch(`${web}${path}?${parameters}`, { headers });
  return { status: reply.status, type: reply.headers.get('content-type'), text: await reply.text() };
}
async function data<T>(path: string, query: Query = {}, headers: Record<string, string> = {}): Promise<T> {
  const { status, type, text } = await ask(path, query, headers);
  expect([status, type, text.slice(0, 20)]).toEqual([200, 'application/json; charset=utf-8', '{"status":"success",']);
  return JSON.parse(text).data as T;
}
const RANGE = { start: ns(NOW - 60_000), end: ns(NOW), direction: 'BACKWARD', limit: 100 };
const streams = async (query: string, more: Query = {}): Promise<readonly Stream[]> => {
  const { resultType, result, ...rest } = await data<{ resultType: string; result: readonly Stream[] }>(`${API}/query_range`, {
    ...RANGE,
    query,
    ...more,
  });
  expect([resultType, rest]).toEqual(['streams', {}]);
  return result;
};
const lines = async (query: string, more: Query = {}): Promise<readonly string[]> =>
  (await streams(query, more)).flatMap(({ values }) => values.map(([, line]) => line)).sort();
const refusal = async (path: string, query: Query = {}): Promise<string> => {
  const { status, type, text } = await ask(path, query);
  expect([status, type]).toEqual([400, 'text/plain; charset=utf-8']);
  return text;
};

describe('query_range', () => {
  it('gives the logs of a service as streams, the latest first', async () => {
    expect(await streams('{service="shop"}')).toEqual([
      { stream: { service: 'shop', service_instance: 'shop-2' }, values: [[ns(NOW - 2000), 'paid by bob']] },
      {
        stream: { service: 'shop', service_instance: 'shop-1', endpoint: '/cart' },
        values: [
          [ns(NOW - 3000), 'cart opened by "carol"'],
          [ns(NOW - 4000), 'cart of bob failed'],
        ],
      },
      {
        stream: { service: 'shop', service_instance: 'shop-1', endpoint: '/cart', trace_id: 't-1' },
        values: [[ns(NOW - 5000), 'cart opened by alice']],
      },
    ]);
  });

  it('gives the earliest first when the direction says so, and no more than the limit', async () => {
    expect(await streams('{service="shop"}', { direction: 'FORWARD', limit: 2 })).toEqual([
      {
        stream: { service: 'shop', service_instance: 'shop-1', endpoint: '/cart', trace_id: 't-1' },
        values: [[ns(NOW - 5000), 'cart opened by alice']],
      },
      { stream: { service: 'shop', service_instance: 'shop-1', endpoint: '/cart' }, values: [[ns(NOW - 4000), 'cart of bob failed']] },
    ]);
    expect(await lines('{}', { limit: 1 })).toEqual(['bank is slow']);
    expect(await lines('{}', { limit: 5000 })).toHaveLength(5);
  });

  it.each([
    ['{service="shop", service_instance="shop-2"}', ['paid by bob']],
    [
      '{service="shop", service_instance="*", endpoint=""}',
      ['cart of bob failed', 'cart opened by "carol"', 'cart opened by alice', 'paid by bob'],
    ],
    ['{service="shop", endpoint="/cart", level="ERROR"}', ['cart of bob failed']],
    ['{trace_id="t-1"}', ['cart opened by alice']],
    ['{level="INFO"} |= "cart" != "alice"', ['cart opened by "carol"']],
    ['{service="shop"} |= `"carol"`', ['cart opened by "carol"']],
    ['{service="shop"} |= ""', ['cart of bob failed', 'cart opened by "carol"', 'cart opened by alice', 'paid by bob']],
    ["{service='bank'}", ['bank is slow']],
    ['{service=~".+"} != "cart"', ['bank is slow', 'paid by bob']],
    ['{service="nobody"}', []],
    ['{level="TRACE"}', []],
    ['{unknown_tag="x"}', []],
    ['{service="shop"} |= "no such text"', []],
  ])('%s', async (query, expected) => expect(await lines(query)).toEqual(expected));

  it.each([
    ['nanoseconds', { start: ns(NOW - 4000), end: ns(NOW - 2000) }],
    ['milliseconds', { start: NOW - 4000, end: NOW - 2000 }],
    ['seconds', { start: NOW / 1000 - 4, end: NOW / 1000 - 2 }],
    ['RFC 3339', { start: '2024-01-02T03:03:56Z', end: '2024-01-02T04:03:58+01:00' }],
  ])('takes times in %s; the start is within the range, the end is not', async (_unit, range) =>
    expect(await lines('{}', range)).toEqual(['cart of bob failed', 'cart opened by "carol"']),
  );

  it('leaves out what lies a nanosecond before the start, and begins an hour before now by itself', async () => {
    expect(await lines('{}', { start: `${NOW - 4000}000001`, end: `${NOW - 3000}000001` })).toEqual(['cart opened by "carol"']);
    const { result } = await data<{ result: readonly Stream[] }>(`${API}/query_range`, { query: '{}' });
    expect(result.flatMap(({ values }) => values)).toHaveLength(5);
  });

  it('tells tags from labels for clients that ask for it', async () => {
    const flags = { 'x-loki-response-encoding-flags': 'categorize-labels' };
    expect(await data(`${API}/query_range`, { ...RANGE, query: '{service="bank"}' }, flags)).toEqual({
      resultType: 'streams',
      encodingFlags: ['categorize-labels'],
      result: [{ stream: { service: 'bank' }, values: [[ns(NOW - 1000), 'bank is slow', { structuredMetadata: { level: 'WARN' } }]] }],
    });
  });

  it('reads a form, of a POST and of a GET', async () => {
    const form = new URLSearchParams({ ...RANGE, limit: '9', query: '{service="bank"}' }).toString();
    for (const method of ['POST', 'GET']) {
      const body = await new Promise<string>((resolve, reject) => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length };
        const call = send(`${web}${API}/query_range`, { method, headers }, (reply) => {
          let text = '';
          reply.on('data', (part) => {
            text += part;
          });
          reply.on('end', () => resolve(text));
        });
        call.on('error', reject).end(form);
      });
      expect(JSON.parse(body).data.result).toHaveLength(1);
    }
  });

  it.each([
    [{ query: '' }, 'the parameter query is missing'],
    [{ query: '{service="a"' }, 'parse error at line 1, col 13: Expected '],
    [{ query: '{service=~"a|b"}' }, 'the matcher service=~"…" is not supported'],
    [{ query: 'sum by (level) (count_over_time({service="a"}[1m]))' }, 'parse error at line 1, col 1: Expected '],
    [{ query: 'vector(1)' }, 'a constant is no query of a range'],
    [{ start: 'yesterday' }, 'the parameter start must be a unix time or RFC 3339 (got "yesterday")'],
    [{ start: RANGE.end }, 'end timestamp must not be before or equal to start time'],
    [{ limit: 0 }, 'the parameter limit must be a positive number (got "0")'],
    [{ limit: 5001 }, 'max entries limit per query exceeded, limit > max_entries_limit (5001 > 5000)'],
    [{ direction: 'SIDEWAYS' }, 'the parameter direction must be FORWARD or BACKWARD (got "SIDEWAYS")'],
    [{ query: `{} ${'|= "x" '.repeat(21)}` }, 'a log query looks for at most 20 texts'],
    [{ query: `{} |= "${'x'.repeat(1001)}"` }, 'a text to look for has at most 1000 characters (got 1001)'],
  ])('refuses %j in words', async (wrong, message) =>
    expect(await refusal(`${API}/query_range`, { ...RANGE, query: '{}', ...wrong })).toContain(message),
  );

  it.each([
    '{service="\' OR 1=1 --"}',
    '{service="\\u0000"}',
    '{a="$(reboot)"}',
    '{service="\u202e\ud83d"}',
    '{trace_id="../../etc/passwd"}',
    '{__proto__="x"}',
  ])('takes %j for a value like any other', async (query) => expect(await streams(query)).toEqual([]));

  it('is answered soon, however long and odd the query is, while the next one works', async () => {
    const odd = ['{'.repeat(2000), `{a="${'\\'.repeat(2001)}"}`, `{${'a="b",'.repeat(400)}}`, '`'.repeat(2001), `{}${'#'.repeat(2000)}\n!`];
    for (const query of odd) expect(await refusal(`${API}/query_range`, { ...RANGE, query })).toContain('parse error at line ');
    const long = await fetch(`${web}${API}/query_range`, { method: 'POST', body: new URLSearchParams({ query: 'x'.repeat(40_000) }) });
    expect([long.status, await long.text()]).toEqual([400, 'parse error at line 1, col 1: the query is longer than 32768 characters']);
    expect(await lines('{service="bank"}')).toEqual(['bank is slow']);
    expect(kit.host.status.metrics()).toContain('query_logql_errors_total{status="400",module="query-logql"} 6');
  });
});

describe('labels', () => {
  it('are the keys of tags of the days of the range, and their values', async () => {
    expect(await data(`${API}/labels`, RANGE)).toEqual(['level']);
    expect(await data(`${API}/label/level/values`, RANGE)).toEqual(['ERROR', 'INFO', 'WARN']);
    expect(await data(`${API}/label/thread/values`, RANGE)).toEqual([]);
    const before = { start: ns(NOW - 3 * 86_400_000), end: ns(NOW - 2 * 86_400_000) };
    expect(await data(`${API}/labels`, before)).toEqual([]);
    expect(await data(`${API}/label/level/values`, before)).toEqual([]);
    expect(await data(`${API}/labels`, { start: 0, end: ns(NOW) })).toEqual(['level']);
  });

  it('of services, their instances and endpoints have values, too', async () => {
    const values = (label: string, more: Query = {}) => data(`${API}/label/${label}/values`, { ...RANGE, ...more });
    expect(await values('service')).toEqual(['bank', 'shop']);
    expect(await values('service_instance', { query: '{service="shop"}' })).toEqual(['shop-1', 'shop-2']);
    expect(await values('endpoint', { query: '{service="shop", level="INFO"}' })).toEqual(['/cart']);
    expect(await values('service_instance')).toEqual([]);
    expect(await values('endpoint', { query: '{service="nobody"}' })).toEqual([]);
    expect(await values('trace_id')).toEqual([]);
  });

  it('name where logs come from when the operator says so', async () => {
    await host[Symbol.asyncDispose]();
    await start({ 'query-logql': { entityLabels: true } });
    expect(await data(`${API}/labels`, RANGE)).toEqual(['endpoint', 'level', 'service', 'service_instance', 'trace_id']);
  });

  it('that cannot be are refused', async () => {
    expect(await refusal(`${API}/label/a%22b/values`)).toBe('invalid label name "a"b"');
    expect(await refusal(`${API}/label/%25/values`)).toBe('invalid label name "%"');
    expect(await refusal(`${API}/label/level/values`, { query: '{' })).toContain('parse error at line 1, col 2');
    expect(await refusal(`${API}/labels`, { end: 'x' })).toContain('the parameter end must be');
    expect((await ask(`${API}/label/level`)).status).toBe(404);
  });

  it('of the logs that a selector finds are the series', async () => {
    expect(await data(`${API}/series`, { ...RANGE, 'match[]': '{service="bank"}' })).toEqual([{ service: 'bank' }]);
    expect(await data(`${API}/series`, { ...RANGE, 'match[]': '{level="INFO"}' })).toEqual([
      { service: 'shop', service_instance: 'shop-2' },
      { service: 'shop', service_instance: 'shop-1', endpoint: '/cart' },
      { service: 'shop', service_instance: 'shop-1', endpoint: '/cart', trace_id: 't-1' },
    ]);
    expect(await refusal(`${API}/series`, RANGE)).toBe('the parameter match[] is missing');
  });
});

it("Grafana's check of the data source succeeds", async () => {
  expect(await data(`${API}/query`, { query: 'vector(1)+vector(1)', time: '4000000000', direction: 'backward', limit: 0 })).toEqual({
    resultType: 'vector',
    result: [{ metric: {}, value: [4_000_000_000, '2'] }],
  });
  expect(await data(`${API}/query`, { query: 'vector(1)' })).toMatchObject({ result: [{ value: [NOW / 1000, '1'] }] });
  expect(await refusal(`${API}/query`, { query: '{service="shop"}' })).toContain('log queries are not supported as an instant query type');
  expect(await ask('/ready')).toMatchObject({ status: 200, text: 'ready\n' });
});

it('an answer has a largest size, and says that it is not the whole', async () => {
  await host[Symbol.asyncDispose]();
  await start({ 'query-logql': { maxAnswer: '256KiB' } });
  await collect(Array.from({ length: 8 }, (_, i) => log(NOW - 500 + i, `${i}`.repeat(60_000), { service: 'long' })));
  const { status, text } = await ask(`${API}/query_range`, { ...RANGE, query: '{service="long"}' });
  const { warnings, data: found } = JSON.parse(text) as { warnings: string[]; data: { result: readonly Stream[] } };
  expect([status, warnings]).toEqual([200, ['incomplete: logs: the answer has its largest size (262144); ask for fewer logs']]);
  expect(found.result.flatMap(({ values }) => values.map(([, line]) => line[0]))).toEqual(['7', '6', '5', '4']);
});

it('the fuzz target takes its seeds and what is none of them', async () => {
  for (const seed of [...target.seeds(), Buffer.from([0xff, 0, 0x22]), new Uint8Array()]) await target.run(seed);
});
