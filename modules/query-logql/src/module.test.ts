import { describe, expect, it } from '@jest/globals';
import { checkModule, createTestHost } from '@skein/core/testing';
import { LogQueryToken, MetadataQueryToken, type StoredLog, TimeQueryToken } from '@skein/query/contract';
import { Zone } from '@skein/telemetry';
import { Parameters } from './api/parameters.js';
import { streamsOf } from './api/streams.js';
import { daysOf, timeRange } from './api/time-range.js';
import queryLogql from './module.js';

it('keeps the contract of modules', () =>
  checkModule({
    module: queryLogql,
    services: [
      [LogQueryToken, {}],
      [MetadataQueryToken, {}],
      [TimeQueryToken, {}],
    ],
  }));

const parameters = (query: string, form = '', type = 'application/x-www-form-urlencoded') =>
  new Parameters({ query: new URLSearchParams(query), headers: new Map([['content-type', type]]), body: Buffer.from(form) });

describe('times', () => {
  it.each([
    ['1704164640', 1_704_164_640_000],
    ['1704164640.25', 1_704_164_640_250],
    ['1704164640.0001', 1_704_164_640_001],
    ['1704164640123', 1_704_164_640_123],
    ['1704164640123000', 1_704_164_640_123],
    ['1704164640123000000', 1_704_164_640_123],
    ['1704164640123000001', 1_704_164_640_124],
    ['2024-01-02T03:04:00Z', 1_704_164_640_000],
    ['2024-01-02T08:34:00.5+05:30', 1_704_164_640_500],
    ['0', 0],
  ])('%s is %d ms', (text, ms) => expect(parameters('', `start=${encodeURIComponent(text)}`).instant('start')).toBe(ms));

  it.each(['x', '-1', '1e9', '12345678901234567890', '2024-01-02', '2024-13-02T00:00:00Z', '1.2.3', 'NaN'])('%s is none', (text) =>
    expect(() => parameters(`start=${text}`).instant('start')).toThrow('the parameter start must be a unix time or RFC 3339'),
  );

  it('are a range that ends now and begins a while before, unless the request says otherwise', () => {
    expect(timeRange(parameters(''), 10_000, 3_000)).toEqual({ from: 7_001, to: 10_001 });
    expect(timeRange(parameters('start=2'), 10_000, 3_000)).toEqual({ from: 2_000, to: 10_001 });
    expect(timeRange(parameters('end=9'), 10_000, 30_000)).toEqual({ from: 0, to: 9_000 });
    for (const query of ['start=9&end=9', 'start=10&end=9']) {
      expect(() => timeRange(parameters(query), 0, 1)).toThrow('end timestamp must not be before or equal to start time');
    }
  });

  it('touch days of the zone, at most the last 366', () => {
    const zone = new Zone('Asia/Kolkata');
    const midnight = Date.UTC(2024, 0, 1, 18, 30);
    const day = 86_400_000;
    const buckets = (from: number, to: number) => daysOf({ zone }, { from, to }).buckets;
    expect(buckets(midnight, midnight + 1)).toEqual({ precision: 'day', from: midnight, count: 1 });
    expect(buckets(midnight - 1, midnight + 1)).toEqual({ precision: 'day', from: midnight - day, count: 2 });
    expect(buckets(midnight - 1, midnight)).toEqual({ precision: 'day', from: midnight - day, count: 1 });
    expect(buckets(0, midnight + day)).toEqual({ precision: 'day', from: midnight - 365 * day, count: 366 });
  });
});

it('other parameters come from the query string or a form, and are checked', () => {
  expect(parameters('query=a', 'query=b').text('query')).toBe('b');
  expect(parameters('query=', 'query=').text('query')).toBeUndefined();
  expect(() => parameters('').required('query')).toThrow('the parameter query is missing');
  expect(() => parameters('', '{}', 'application/json')).toThrow('a body must be a form');
  expect(() => parameters('', 'a'.repeat(2 ** 20 + 1))).toThrow('the form is longer than 1048576 bytes');
  expect(parameters('limit=5000').limit(5000)).toBe(5000);
  for (const limit of ['0', '-1', 'x', '1.5', '9999999999']) {
    expect(() => parameters(`limit=${limit}`).limit(5000)).toThrow('the parameter limit must be a positive number');
  }
  expect(() => parameters('limit=5001').limit(5000)).toThrow(
    'max entries limit per query exceeded, limit > max_entries_limit (5001 > 5000)',
  );
  expect([parameters('').direction(), parameters('direction=forward').direction()]).toEqual(['BACKWARD', 'FORWARD']);
  expect(() => parameters('direction=up').direction()).toThrow('the parameter direction must be FORWARD or BACKWARD (got "UP")');
  expect(parameters('match[]=a&match=b&match[]= ').matches()).toEqual(['a', 'b']);
  expect(() => parameters('match=a&'.repeat(21)).matches()).toThrow('more than 20 selectors in match[]');
});

it('logs of the same labels are one stream, whose place is that of its first log', () => {
  const log = (timestamp: number, more: Partial<StoredLog> = {}): StoredLog => ({
    serviceId: '',
    serviceName: 's',
    timestamp,
    contentType: 'TEXT',
    tags: [{ key: 'level', value: 'INFO' }],
    ...more,
  });
  const logs = [log(3, { content: 'c' }), log(2, { instanceName: 'i', endpointName: '/e', traceId: 't', tags: [] }), log(0)];
  expect(streamsOf(logs, false)).toEqual([
    {
      stream: { service: 's' },
      values: [
        ['3000000', 'c'],
        ['0', ''],
      ],
    },
    { stream: { service: 's', service_instance: 'i', endpoint: '/e', trace_id: 't' }, values: [['2000000', '']] },
  ]);
  expect(streamsOf(logs, true).map(({ values }) => values)).toEqual([
    [
      ['3000000', 'c', { structuredMetadata: { level: 'INFO' } }],
      ['0', '', { structuredMetadata: { level: 'INFO' } }],
    ],
    [['2000000', '', {}]],
  ]);
});

describe('a read', () => {
  type List = (filter: unknown, options: { readonly signal: AbortSignal }) => Promise<readonly never[]>;
  const start = (list: List) =>
    createTestHost({
      modules: [queryLogql],
      services: [
        [LogQueryToken, { list }],
        [MetadataQueryToken, {}],
        [TimeQueryToken, { info: () => ({ timezone: '+0000', now: 1_704_164_640_000 }) }],
      ],
    });
  const ask = { listener: 'loki' };

  it('ends at the deadline, and the answer says so', async () => {
    let began = (): void => undefined;
    const reading = new Promise<void>((resolve) => {
      began = resolve;
    });
    await using kit = await start((_, { signal }) => {
      began();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const reply = kit.http('/loki/api/v1/query_range?query={}', ask);
    await reading;
    await kit.clock.advance(10_000);
    expect(await reply).toMatchObject({ status: 504, body: 'the query took longer than 10000 ms; narrow its range' });
  });

  it('that fails is answered without what is inside', async () => {
    await using kit = await start(() => Promise.reject(new TypeError('secret')));
    expect(await kit.http('/loki/api/v1/query_range?query={}', ask)).toEqual({
      status: 500,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'internal error',
    });
    expect(kit.host.status.metrics()).toContain('query_logql_errors_total{status="500",module="query-logql"} 1');
  });
});
