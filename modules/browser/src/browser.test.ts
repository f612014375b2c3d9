import { describe, expect, it, test } from '@jest/globals';
import { type Clock, HostStatusToken, type Meter } from '@skein/core';
import { checkModule, createTestHost, TEST_START, type TestHost } from '@skein/core/testing';
import { decodeErrorLog, skywalking } from '@skein/proto/browser';
import { type LimitedReads, LimitedReadsToken, type TimeQuery, TimeQueryToken } from '@skein/query/contract';
import { endpointId, instanceId, NamingToken, observations, serviceId } from '@skein/telemetry';
import { compileOal, formatOalProblem } from '@skein/telemetry/oal';
import { checkRecord } from '@skein/telemetry/storage';
import { BROWSER_OAL } from './browser-oal.js';
import { BrowserErrorCategory } from './enums.js';
import { ErrorLogQuery } from './error-log-query.js';
import { isKept, sampleOf } from './error-sampling.js';
import browser from './module.js';
import { BROWSER_SOURCES } from './sources.js';

const { BrowserErrorLog, BrowserPerfData, BrowserResourcePerfData } = skywalking.v3;
const V3 = '/skywalking.v3.BrowserPerfService';
const page = { service: 'shop-ui', serviceVersion: '1.2', pagePath: '/cart' };

const naming = {
  service: (name: string) => name.slice(0, 70),
  instance: (name: string) => name.slice(0, 70),
  endpoint: (_service: string, name: string) => name.slice(0, 150),
};
const services = [
  [NamingToken, naming],
  [LimitedReadsToken, {}],
  [TimeQueryToken, {}],
] as const;
const start = (config: object = {}): Promise<TestHost> => createTestHost({ modules: [browser], services, config: { browser: config } });
const items = (kit: TestHost) => kit.collector(observations).items;
const sources = (kit: TestHost) => items(kit).flatMap((o) => o.sources as unknown as Record<string, unknown>[]);
const records = (kit: TestHost) => items(kit).flatMap((o) => o.records);
const books = (kit: TestHost) => kit.books().find((edge) => edge.publisher === 'browser')!;
const status = async (kit: TestHost, path: string, body: string | Uint8Array | object, type?: string): Promise<number> =>
  (await kit.http(path, { body, ...(type !== undefined && { headers: { 'content-type': type } }) })).status;

const OBJECTS = ['/browser/perfData', '/browser/perfData/webVitals', '/browser/errorLog'];
const LISTS = ['/browser/perfData/resources', '/browser/perfData/webInteractions', '/browser/errorLogs'];
const perfBytes = BrowserPerfData.encode({ ...page, dnsTime: 3 }).finish();

test('browser.oal compiles to 41 metrics', () => {
  const { metrics, problems } = compileOal({ scripts: [{ file: 'browser.oal', text: BROWSER_OAL }], sources: BROWSER_SOURCES });
  expect(problems.map(formatOalProblem)).toEqual([]);
  const scopes = metrics.map(({ scope }) => scope);
  const of = (scope: string) => scopes.filter((one) => one === scope).length;
  expect([of('service'), of('service_instance'), of('endpoint'), scopes.length]).toEqual([3, 3, 35, 41]);
});

describe('HTTP', () => {
  it('answers with an empty Commands message, and takes JSON under any name that browsers give it', async () => {
    await using kit = await start();
    expect(await kit.http('/browser/perfData', { body: page })).toEqual({
      status: 200,
      headers: { 'content-type': 'application/protobuf' },
    });
    for (const type of ['application/json; charset=utf-8', 'text/plain;charset=UTF-8', 'application/vnd.x+json']) {
      expect(await status(kit, '/browser/perfData', JSON.stringify(page), type)).toBe(200);
      expect(await status(kit, '/browser/errorLogs', JSON.stringify([page]), type)).toBe(200);
    }
    for (const type of ['application/x-protobuf', 'application/octet-stream', undefined]) {
      expect(await status(kit, '/browser/perfData', perfBytes, type)).toBe(200);
    }
    expect(items(kit)).toHaveLength(10);
    kit.assertBooks();
  });

  it.each<[string, readonly string[], string | Uint8Array, string | undefined, number, Record<string, number>]>([
    ['malformed JSON', [...OBJECTS, ...LISTS], '{"service"', 'application/json', 400, { malformed: 1 }],
    ['text that is no UTF-8', [...OBJECTS, ...LISTS], Buffer.from([0x22, 0xff, 0x22]), 'application/json', 400, { malformed: 1 }],
    ['JSON of a hundred levels', [...OBJECTS, ...LISTS], '['.repeat(100), 'application/json', 400, { malformed: 1 }],
    ['a list where one message is expected', OBJECTS, '[{}]', 'application/json', 400, { malformed: 1 }],
    ['one message where a list is expected', LISTS, JSON.stringify(page), 'application/json', 400, { malformed: 1 }],
    ['a wrong type', OBJECTS, '{"service":{}}', 'application/json', 400, { malformed: 1 }],
    ['wrong elements', LISTS, '[{"service":7},[],null]', 'application/json', 400, { malformed: 3 }],
    ['truncated protobuf', OBJECTS, perfBytes.subarray(0, -1), undefined, 400, { malformed: 1 }],
    ['protobuf where a list is expected', LISTS, perfBytes, undefined, 415, { 'content-type': 1 }],
    ['another content type', [...OBJECTS, ...LISTS], 'service=a', 'application/x-www-form-urlencoded', 415, { 'content-type': 1 }],
  ])('refuses and counts %s', async (_what, paths, body, type, expected, skipped) => {
    for (const path of paths) {
      await using kit = await start();
      expect([path, await status(kit, path, body, type)]).toEqual([path, expected]);
      expect(books(kit).skipped).toEqual(skipped);
      expect(items(kit)).toEqual([]);
      kit.assertBooks();
    }
  });

  it('takes the good elements of a list beside bad ones, and says what is wrong', async () => {
    await using kit = await start();
    const reply = await kit.http('/browser/errorLogs', { body: [page, { ...page, line: 'four' }, page] });
    expect(reply.status).toBe(400);
    expect(String(reply.body)).toContain('1 of 3 messages are malformed: line: expected a 32-bit integer');
    expect(items(kit)).toHaveLength(2);
    expect(books(kit)).toMatchObject({ received: 3, handled: 2, skipped: { malformed: 1 } });
  });

  it('takes empty lists, and skips what has no service, which errors may lack', async () => {
    await using kit = await start();
    for (const path of LISTS) expect(await status(kit, path, [])).toBe(200);
    expect(await status(kit, '/browser/perfData', new Uint8Array(0))).toBe(200);
    expect(await status(kit, '/browser/perfData/webVitals', { ...page, service: ' \t' })).toBe(200);
    expect(await status(kit, '/browser/perfData/resources', [{ duration: 1, size: 1 }])).toBe(200);
    expect(await status(kit, '/browser/perfData/webInteractions', [{}, {}])).toBe(200);
    expect(items(kit)).toEqual([]);
    expect(books(kit)).toMatchObject({ received: 5, skipped: { 'no-service': 5 } });
    expect(await status(kit, '/browser/errorLog', {})).toBe(200);
    const blank = serviceId('', true);
    expect(records(kit)[0]!.row).toMatchObject({ service: blank, version: instanceId(blank, ''), page: endpointId(blank, '') });
    kit.assertBooks();
  });
});

describe('gRPC', () => {
  it('takes the good messages of a stream beside bad ones', async () => {
    await using kit = await start();
    const good = BrowserErrorLog.encode({ ...page, message: 'm' }).finish();
    const stream = kit.grpc(`${V3}/collectErrorLogs`, [good, good.subarray(0, 5), Uint8Array.from([0xff]), good]);
    await expect(stream).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(records(kit)).toHaveLength(2);
    expect(books(kit)).toMatchObject({ received: 4, handled: 2, skipped: { malformed: 2 } });
    kit.assertBooks();
  });

  it('answers each method with an empty Commands message, two of them also without a package', async () => {
    await using kit = await start();
    const paths = ['PerfData', 'WebVitalsPerfData', 'ResourcePerfData', 'WebInteractionsPerfData', 'ErrorLogs'].map(
      (name) => `${V3}/collect${name}`,
    );
    for (const path of [...paths, '/BrowserPerfService/collectPerfData', '/BrowserPerfService/collectErrorLogs']) {
      expect(await kit.grpc(path, [BrowserPerfData.encode(page).finish()])).toEqual([new Uint8Array(0)]);
    }
    await expect(kit.grpc('/BrowserPerfService/collectResourcePerfData', [perfBytes])).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
  });

  it('takes resources of no time and no size, as they come', async () => {
    await using kit = await start();
    await kit.grpc(`${V3}/collectResourcePerfData`, [BrowserResourcePerfData.encode({ ...page, name: 'n'.repeat(2000) }).finish()]);
    expect(sources(kit)[0]).toMatchObject({ name: 'n'.repeat(1024), duration: 0, size: 0 });
  });
});

describe('page views', () => {
  it('are of the latest version and the root page when none is named, at the time of the server', async () => {
    await using kit = await start();
    await kit.http('/browser/perfData', { body: { service: 'shop-ui', serviceVersion: ' ', time: 5 } });
    const app = serviceId('shop-ui', true);
    expect(sources(kit).map(({ entity }) => entity)).toEqual([app, instanceId(app, 'latest'), endpointId(app, '/'), endpointId(app, '/')]);
    expect(sources(kit).every(({ time }) => time === TEST_START)).toBe(true);
    expect(items(kit)[0]!.weight).toBeGreaterThan(500);
  });

  it('have names of limited length', async () => {
    await using kit = await start();
    await kit.http('/browser/perfData', {
      body: { service: 's'.repeat(10_000), serviceVersion: 'v'.repeat(10_000), pagePath: 'p'.repeat(10_000) },
    });
    expect(sources(kit).map(({ name }) => (name as string).length)).toEqual([70, 70, 150, 150]);
  });
});

describe('error logs', () => {
  it('keep the bytes that came, and from JSON the same message', async () => {
    await using kit = await start();
    const log = { ...page, uniqueId: 'a', category: 4, message: 'x', line: 4, col: 9, stack: 's', errorUrl: 'u', firstReportedError: true };
    // Field 40 is one that this server does not know.
    const bytes = Uint8Array.from([...BrowserErrorLog.encode({ ...log, time: 7 }).finish(), 0xc2, 0x02, 1, 65]);
    await kit.grpc(`${V3}/collectErrorLogs`, [bytes]);
    await kit.http('/browser/errorLog', { body: { ...log, uniqueId: 'b', category: 'js' } });
    const [first, second] = records(kit).map(({ row }) => row.data as Uint8Array);
    expect(Buffer.from(first!)).toEqual(Buffer.from(bytes));
    expect(decodeErrorLog(second!)).toEqual({ ...decodeErrorLog(first!), uniqueId: 'b' });
    expect(sources(kit).slice(0, 3)).toMatchObject(Array(3).fill({ trafficCategory: 1, errorCategory: 4, count: 1 }));
  });

  it.each([
    [0, BrowserErrorCategory.AJAX],
    [5, BrowserErrorCategory.UNKNOWN],
    [6, BrowserErrorCategory.UNKNOWN],
    [-1, BrowserErrorCategory.UNKNOWN],
    [2 ** 31 - 1, BrowserErrorCategory.UNKNOWN],
  ])('of the number %d have category %d', async (category, expected) => {
    await using kit = await start();
    await kit.http('/browser/errorLog', { body: { ...page, category } });
    expect(records(kit)[0]!.row.category).toBe(expected);
    expect(sources(kit)[0]).toMatchObject({ trafficCategory: 2, errorCategory: expected });
  });

  it('of whatever size fit their model: above 64 KiB their texts are cut, which is counted', async () => {
    await using kit = await start();
    const long = 'ä\u0001\u{1f600}'.repeat(100_000);
    const log = {
      service: long,
      serviceVersion: long,
      pagePath: long,
      uniqueId: long,
      grade: long,
      message: long,
      stack: long,
      errorUrl: long,
    };
    await kit.grpc(`${V3}/collectErrorLogs`, [BrowserErrorLog.encode(log).finish()]);
    await kit.http('/browser/errorLogs', { body: [log, { ...page, stack: `${'\ud800'}${long}` }] });
    expect(records(kit)).toHaveLength(3);
    for (const { model, row } of records(kit)) expect(checkRecord(model, row)).toBeUndefined();
    const [first] = records(kit).map(({ row }) => decodeErrorLog(row.data as Uint8Array));
    expect(long.startsWith(first!.stack)).toBe(true);
    expect(Buffer.byteLength(first!.stack)).toBeGreaterThan(65_500);
    expect(kit.get(HostStatusToken).metrics()).toMatch(/skein_error_logs_cut_total\{[^}]*\} 3\n/);
  });

  it('are sampled by their id, while all are counted', async () => {
    await using kit = await start({ sampleRate: 0 });
    await kit.http('/browser/errorLogs', { body: [{ ...page, uniqueId: 'a' }, page] });
    expect(records(kit)).toEqual([]);
    expect(sources(kit)).toHaveLength(6);
  });

  it.each([
    ['abc.1.2', 1831],
    // Hash of -2 147 483 648, whose absolute value has no 32 bits.
    ['polygenelubricants', 3648],
    ['', 0],
  ])('with the id "%s" have the place %d of 10 000', (id, place) => {
    expect(sampleOf(id)).toBe(place);
    expect([isKept(id, place), isKept(id, place + 1), isKept(id, 10_000)]).toEqual([false, true, true]);
  });
});

test('stored logs that cannot be read are left out of a list, and counted', async () => {
  const good = BrowserErrorLog.encode({ ...page, category: 1, message: 'good', time: 1 }).finish();
  const rows = [{ time: 3, category: 4, data: good }, { time: 2, category: 0, data: Uint8Array.from([0x0a, 0xff]) }, { time: 1 }];
  const asked: unknown[] = [];
  const records = async (question: unknown) => {
    asked.push(question);
    return rows;
  };
  const reads = { page: () => ({ offset: 0, limit: 9 }), records } as unknown as LimitedReads;
  const retention = () => ({ logs: 3 });
  const unreadable: number[] = [];
  const meter = { counter: () => ({ add: (n: number) => unreadable.push(n) }) } as unknown as Meter;
  const clock = { now: () => 10 * 86_400_000 } as Clock;
  const query = new ErrorLogQuery(reads, { retention } as TimeQuery, clock, meter);
  expect(await query.list({ page: { page: 1, size: 9 } })).toMatchObject([{ message: 'good', time: 3, category: 4 }]);
  expect(unreadable).toEqual([1, 1]);
  expect(asked).toMatchObject([{ range: { from: 7 * 86_400_000 }, where: [], body: true }]);
});

describe('error logs that come again', () => {
  const log = (uniqueId: string, more: object = {}) => ({ ...page, uniqueId, ...more });
  const post = (kit: TestHost, ...logs: object[]) => status(kit, '/browser/errorLogs', logs);

  it('are counted once for each application, however often a page sends them', async () => {
    await using kit = await start();
    expect(await post(kit, log('a'), log('b'), log('a'))).toBe(200);
    expect(await post(kit, log('b'), log('a'), log('c'))).toBe(200);
    expect(await post(kit, log('a'), log('b'))).toBe(200);
    expect(await post(kit, log('a', { service: 'other-ui' }))).toBe(200);
    expect(records(kit)).toHaveLength(4);
    expect(books(kit)).toMatchObject({ received: 9, handled: 4, deduplicated: 5 });
    kit.assertBooks();
  });

  it('are new when they have no id, or one that is too long for one', async () => {
    await using kit = await start();
    for (const id of ['', 'x'.repeat(129)]) expect(await post(kit, log(id), log(id))).toBe(200);
    expect(records(kit)).toHaveLength(4);
  });

  it('are new after the window, or when recognition is off', async () => {
    await using kit = await start({ dedupe: '60s' });
    await post(kit, log('a'));
    await kit.clock.advance(59_000);
    await post(kit, log('a'));
    expect(records(kit)).toHaveLength(1);
    await kit.clock.advance(61_000);
    await post(kit, log('a'));
    expect(records(kit)).toHaveLength(2);
    await using other = await start({ dedupe: 0 });
    await post(other, log('a'), log('a'));
    expect(records(other)).toHaveLength(2);
  });

  it('share the fate of the first while that is under way', async () => {
    await using kit = await start();
    const collector = kit.collector(observations);
    collector.block();
    const stored = [post(kit, log('a')), post(kit, log('a'), log('b')), post(kit, log('a'))];
    collector.release();
    expect(await Promise.all(stored)).toEqual([200, 200, 200]);
    expect(books(kit)).toMatchObject({ received: 4, handled: 2, deduplicated: 2 });
    collector.block();
    collector.fail(1);
    const refused = [post(kit, log('c')), post(kit, log('c'))];
    collector.release();
    expect(await Promise.all(refused)).toEqual([503, 503]);
    expect(books(kit)).toMatchObject({ failed: 1, skipped: { 'first-copy-failed': 1 } });
    expect(await post(kit, log('c'))).toBe(200);
    kit.assertBooks();
  });
});

it.each([
  ['page views', (n: number) => ({ path: '/browser/perfData', body: { ...page, dnsTime: n } })],
  ['error logs', (n: number) => ({ path: '/browser/errorLogs', body: [{ ...page, uniqueId: `log ${n}`, line: n }] })],
])('keeps the contract of modules with %s', (_what, request) =>
  checkModule({
    module: browser,
    services,
    inputs: {
      stream: observations,
      count: 100,
      send: async (kit, n) => {
        const { path, body } = request(n);
        const reply = await kit.http(path, { body });
        if (reply.status !== 200) throw new Error(`answered ${reply.status}`);
      },
      read: ({ sources: [, , , perf], records: [record] }) =>
        record === undefined ? (perf as unknown as { dnsTime: number }).dnsTime : decodeErrorLog(record.row.data as Uint8Array).line,
    },
  }),
);
