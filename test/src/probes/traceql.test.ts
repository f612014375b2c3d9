import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import queryTraceql from '@skein/query-traceql';
import traceReceiver from '@skein/trace-receiver';
import protobuf from 'protobufjs';
import { target } from '../fuzz/targets/traceql.js';
import { encodeSegment, type SegmentShape } from '../support/segments.js';
import { type OfficialHost, officialHost } from './official-host.js';

jest.setTimeout(60_000);

/** The test clock stands at 2024-01-02T03:04:00Z. */
const NOW = Date.UTC(2024, 0, 2, 3, 4);
const ns = (ms: number): string => `${ms}000000`;
const hex = (id: string): string => Buffer.from(id).toString('hex');
const RANGE = { start: NOW / 1000 - 60, end: NOW / 1000 };

/** A page of the shop, which pays at the bank and fails there. */
const PAGE = 'aa.1.100';
const SEGMENTS: readonly SegmentShape[] = [
  {
    traceId: PAGE,
    segmentId: 'seg-shop',
    spans: [
      {
        spanId: 0,
        parentSpanId: -1,
        startTime: NOW - 5000,
        endTime: NOW - 4700,
        operationName: '/order',
        spanType: 0,
        spanLayer: 3,
        componentId: 1,
        tags: [{ key: 'http.method', value: 'POST' }],
        logs: [{ time: NOW - 4990, data: [{ key: 'event', value: 'begun' }] }],
      },
      {
        spanId: 1,
        parentSpanId: 0,
        startTime: NOW - 4900,
        endTime: NOW - 4800,
        operationName: '/pay',
        spanType: 1,
        spanLayer: 3,
        componentId: 2,
        peer: 'bank:80',
        tags: [{ key: 'http.method', value: 'GET' }],
      },
    ],
  },
  {
    traceId: PAGE,
    segmentId: 'seg-bank',
    service: 'bank',
    instance: 'bank-1',
    spans: [
      {
        spanId: 0,
        parentSpanId: -1,
        startTime: NOW - 4880,
        endTime: NOW - 4820,
        operationName: '/pay',
        spanType: 0,
        spanLayer: 3,
        componentId: 1,
        isError: true,
        tags: [{ key: 'http.method', value: 'GET' }],
        refs: [
          {
            refType: 0,
            traceId: PAGE,
            parentTraceSegmentId: 'seg-shop',
            parentSpanId: 1,
            parentService: 'shop',
            parentServiceInstance: 'shop-1',
            parentEndpoint: '/order',
            networkAddressUsedAtPeer: 'bank:80',
          },
        ],
      },
    ],
  },
  { traceId: 'bb.2.200', segmentId: 'seg-cart', endpoint: '/cart', startTime: NOW - 3000, duration: 20 },
];

let host: OfficialHost;
let web: string;
beforeAll(async () => {
  host = await officialHost([httpServer, traceReceiver, queryTraceql], {
    'http-server': { listeners: { rest: { port: 0 }, tempo: { port: 0 } } },
  });
  web = `http://127.0.0.1:${host.kit.get(HttpAddressesToken).get('tempo')!.port}/skywalking`;
  await host.kit.grpc('/skywalking.v3.TraceSegmentReportService/collect', SEGMENTS.map(encodeSegment), { timeoutMs: 30_000 });
});
afterAll(async () => {
  host.kit.assertBooks();
  await host[Symbol.asyncDispose]();
});

type Query = Readonly<Record<string, string | number>>;
async function ask(path: string, query: Query = {}, accept = 'application/json') {
  const parameters = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]));
  const reply = await fetch(`${web}${path}?${parameters}`, { headers: { accept } });
  return { status: reply.status, type: reply.headers.get('content-type'), bytes: Buffer.from(await reply.arrayBuffer()) };
}
async function json<T = unknown>(path: string, query: Query = {}): Promise<T> {
  const { status, type, bytes } = await ask(path, query);
  expect([path, status, type]).toEqual([path, 200, 'application/json; charset=utf-8']);
  return JSON.parse(bytes.toString()) as T;
}
async function refusal(path: string, query: Query = {}): Promise<readonly [number, string]> {
  const { status, type, bytes } = await ask(path, query);
  expect(type).toBe('text/plain; charset=utf-8');
  return [status, bytes.toString()];
}
interface Found {
  readonly traceID: string;
  readonly spanSets: ReadonlyArray<{ readonly matched: number; readonly spans: ReadonlyArray<{ readonly name: string }> }>;
}
const search = async (query: Query): Promise<readonly Found[]> =>
  (await json<{ traces: readonly Found[] }>('/api/search', { ...RANGE, ...query })).traces;

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

describe('search', () => {
  it('gives traces, the latest first, with the spans that match', async () => {
    const [cart, page, ...more] = await search({ q: '{}' });
    expect(more).toEqual([]);
    expect(cart).toEqual({
      traceID: hex('bb.2.200'),
      rootServiceName: 'shop',
      rootTraceName: '/cart',
      startTimeUnixNano: ns(NOW - 3000),
      durationMs: 20,
      spanSets: [
        {
          matched: 1,
          spans: [
            {
              spanID: expect.stringMatching(/^[0-9a-f]{16}$/),
              name: '/cart',
              startTimeUnixNano: ns(NOW - 3000),
              durationNanos: ns(20),
              attributes: [text('http.method', 'POST'), text('service.name', 'shop'), text('status', 'ok')],
            },
          ],
        },
      ],
      serviceStats: { shop: { spanCount: 1 } },
    });
    expect(page).toMatchObject({
      traceID: hex(PAGE),
      rootServiceName: 'shop',
      rootTraceName: '/order',
      startTimeUnixNano: ns(NOW - 5000),
      durationMs: 300,
      spanSets: [{ matched: 3 }],
      serviceStats: { shop: { spanCount: 2 }, bank: { spanCount: 1, errorCount: 1 } },
    });
  });

  const names = async (query: Query) => (await search(query)).map(({ spanSets }) => spanSets[0]!.spans.map(({ name }) => name));
  it.each<[Query, readonly (readonly string[])[]]>([
    [{ q: '{ resource.service.name = "bank" }' }, [['/pay']]],
    [{ q: '{ resource.service.name = "shop" && name = "/cart" }' }, [['/cart']]],
    [{ q: '{ .service.name = "shop" && resource.service.instance.id = "shop-1" && duration < 50ms }' }, [['/cart']]],
    [{ q: '{ status = error }' }, [['/pay']]],
    [{ q: '{ status = ok && duration > 100ms }' }, [['/order']]],
    [{ q: '{ duration >= 100ms }' }, [['/order', '/pay']]],
    [{ q: '{ duration > 300ms }' }, []],
    [{ q: '{ span.http.method = "GET" }' }, [['/pay', '/pay']]],
    [{ q: '{ .http.method = "POST" && duration = 20ms }' }, [['/cart']]],
    [{ q: '{ span.unknown = "x" }' }, []],
    [{ q: '{ resource.service.name = "nobody" }' }, []],
    [{ tags: 'service.name=bank http.method=GET' }, [['/pay']]],
    [{ minDuration: '250ms' }, [['/order']]],
    [{ maxDuration: '60ms' }, [['/cart'], ['/pay']]],
    [{ q: '{}', limit: 1 }, [['/cart']]],
    [{ q: '{}', spss: 1 }, [['/cart'], ['/order']]],
    [{ q: '{}', start: NOW / 1000 - 600, end: NOW / 1000 - 60 }, []],
  ])('%j', async (query, expected) => expect(await names(query)).toEqual(expected));

  it.each([
    [{ q: '{ span.a = "x" || span.b = "y" }' }, 'parse error at line 1, col 16'],
    [{ q: '{ kind = server }' }, 'kind cannot be searched'],
    [{ q: '{}', limit: 0 }, 'the parameter limit must be a positive number (got "0")'],
    [{ q: '{}', start: NOW }, 'the parameter start must be a unix time in seconds'],
    [{ tags: 'x' }, 'the parameter tags must be pairs'],
    [{ q: '{'.repeat(2500) }, 'parse error at line 1, col 2'],
  ])('refuses %j in words', async (query, message) => {
    const [status, told] = await refusal('/api/search', { ...RANGE, ...query });
    expect([status, told.slice(0, message.length)]).toEqual([400, message.slice(0, told.length)]);
  });

  it.each(['{ span.a = "\' OR 1=1 --" }', '{ .__proto__ = "x" }', '{ span.http.method = "\u202e\\\\" }'])(
    'takes %j for a value like any other',
    async (q) => expect(await search({ q })).toEqual([]),
  );
});

const ATTRIBUTES = 'message Value { string string_value = 1; } message Attribute { string key = 1; Value value = 2; }';
const OTLP = protobuf.parse(`syntax = "proto3"; ${ATTRIBUTES}
  message Resource { repeated Attribute attributes = 1; }
  message Scope { string name = 1; string version = 2; }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated Attribute attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated Attribute attributes = 9; repeated Event events = 11; Status status = 15; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Trace { repeated ResourceSpans resource_spans = 1; }
  message Answer { Trace trace = 1; }`).root;

describe('a trace', () => {
  it('is shown in the form of OTLP', async () => {
    const { trace } = await json<{
      trace: { resourceSpans: readonly { scopeSpans: readonly { spans: readonly { spanId: string }[] }[] }[] };
    }>(`/api/v2/traces/${hex(PAGE)}`);
    const [order, pay] = trace.resourceSpans[0]!.scopeSpans[0]!.spans;
    const span = (more: object) => ({
      traceId: hex(PAGE),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      events: [],
      status: { code: 'STATUS_CODE_OK' },
      ...more,
    });
    const known = (component: string, ...more: readonly object[]) => [
      text('skywalking.component', component),
      text('skywalking.layer', 'Http'),
      ...more,
    ];
    const where = (segment: string) => [text('skywalking.trace_id', PAGE), text('skywalking.segment_id', segment)];
    expect(trace).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [text('service.name', 'shop'), text('service.instance.id', 'shop-1')] },
          scopeSpans: [
            {
              scope: { name: 'skywalking-tracer', version: '0.1.0' },
              spans: [
                span({
                  name: '/order',
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: ns(NOW - 5000),
                  endTimeUnixNano: ns(NOW - 4700),
                  attributes: [text('http.method', 'POST'), ...known('Tomcat'), ...where('seg-shop')],
                  events: [{ timeUnixNano: ns(NOW - 4990), name: 'log', attributes: [text('event', 'begun')] }],
                }),
                span({
                  parentSpanId: order!.spanId,
                  name: '/pay',
                  kind: 'SPAN_KIND_CLIENT',
                  startTimeUnixNano: ns(NOW - 4900),
                  endTimeUnixNano: ns(NOW - 4800),
                  attributes: [text('http.method', 'GET'), ...known('HttpClient', text('peer.address', 'bank:80')), ...where('seg-shop')],
                }),
              ],
            },
          ],
        },
        {
          resource: { attributes: [text('service.name', 'bank'), text('service.instance.id', 'bank-1')] },
          scopeSpans: [
            {
              scope: { name: 'skywalking-tracer', version: '0.1.0' },
              spans: [
                span({
                  parentSpanId: pay!.spanId,
                  name: '/pay',
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: ns(NOW - 4880),
                  endTimeUnixNano: ns(NOW - 4820),
                  attributes: [text('http.method', 'GET'), ...known('Tomcat'), ...where('seg-bank')],
                  status: { code: 'STATUS_CODE_ERROR', message: 'Error occurred' },
                }),
              ],
            },
          ],
        },
      ],
    });
    expect(await json(`/api/traces/${hex(PAGE)}`)).toEqual(trace);
    // As people paste it.
    expect(await json(`/api/traces/${PAGE}`)).toEqual(trace);
  });

  it('is the same in protobuf, but for its id, which has 16 bytes there', async () => {
    const { trace } = await json<{ trace: { resourceSpans: readonly object[] } }>(`/api/v2/traces/${hex(PAGE)}`);
    const v1 = await ask(`/api/traces/${hex(PAGE)}`, RANGE, 'application/protobuf');
    const v2 = await ask(`/api/v2/traces/${hex(PAGE)}`, RANGE, 'application/protobuf');
    expect([v1.status, v1.type, v2.status, v2.type]).toEqual([200, 'application/protobuf', 200, 'application/protobuf']);
    const type = OTLP.lookupType('Trace');
    const plain = type.toObject(type.decode(v1.bytes), { longs: String, bytes: String }) as { resourceSpans: readonly object[] };
    const answer = OTLP.lookupType('Answer');
    expect(answer.toObject(answer.decode(v2.bytes), { longs: String, bytes: String })).toEqual({ trace: plain });
    const ids: string[] = [];
    const shown = JSON.parse(JSON.stringify(plain), (key, value) => {
      if (key === 'kind') return { 1: 'SPAN_KIND_INTERNAL', 2: 'SPAN_KIND_SERVER', 3: 'SPAN_KIND_CLIENT' }[value as 1];
      if (key === 'code') return value === 2 ? 'STATUS_CODE_ERROR' : 'STATUS_CODE_OK';
      if (key === 'spanId' || key === 'parentSpanId') return Buffer.from(value, 'base64').toString('hex');
      if (key !== 'traceId') return value;
      ids.push(value);
      return hex(PAGE);
    });
    const withoutEmpty = JSON.parse(JSON.stringify(trace), (key, value) => (key === 'events' && value.length === 0 ? undefined : value));
    expect(shown).toEqual(withoutEmpty);
    expect(new Set(ids).size).toBe(1);
    expect(Buffer.from(ids[0]!, 'base64')).toHaveLength(16);
  });

  it.each([hex('cc.3'), 'cc.3', '0', 'ff', '%00', "'--", 'a%2Fb'])('that is unknown is not found: %s', async (id) =>
    expect(await refusal(`/api/v2/traces/${id}`)).toEqual([404, 'trace not found']),
  );

  it('whose id cannot be one is refused', async () => {
    expect(await ask('/api/traces/%ff')).toMatchObject({ status: 400 });
    expect(await ask(`/api/traces/${'6'.repeat(2000)}`)).toMatchObject({ status: 404 });
    expect(await refusal(`/api/traces/${'a'.repeat(2001)}`)).toEqual([400, 'a trace id has 1 to 2000 characters']);
  });
});

describe('tags', () => {
  it('are listed by scope', async () => {
    const scopes = [
      { name: 'resource', tags: ['service.instance.id', 'service.name'] },
      { name: 'span', tags: ['http.method'] },
      { name: 'intrinsic', tags: ['duration', 'name', 'status'] },
    ];
    expect(await json('/api/v2/search/tags', RANGE)).toEqual({ scopes });
    expect(await json('/api/v2/search/tags', { ...RANGE, scope: 'span' })).toEqual({ scopes: [scopes[1]] });
    expect(await json('/api/v2/search/tags', { ...RANGE, scope: 'event' })).toEqual({ scopes: [] });
    expect(await json('/api/v2/search/tags', { scope: 'span', start: 1, end: 2 })).toEqual({ scopes: [{ name: 'span', tags: [] }] });
    expect(await json('/api/search/tags', RANGE)).toEqual({ tagNames: ['http.method', 'service.instance.id', 'service.name'] });
    expect(await refusal('/api/v2/search/tags', { scope: 'x' })).toEqual([400, 'unknown scope "x"']);
  });

  const values = async (tag: string, query: Query = {}) =>
    (await json<{ tagValues: unknown }>(`/api/v2/search/tag/${tag}/values`, { ...RANGE, ...query })).tagValues;
  const string = (value: string) => ({ type: 'string', value });
  it('have values', async () => {
    expect(await values('resource.service.name')).toEqual([string('bank'), string('shop')]);
    expect(await values('.service.name', { limit: 1 })).toEqual([string('bank')]);
    expect(await values('span.http.method')).toEqual([string('GET'), string('POST')]);
    expect(await values('http.method')).toEqual([string('GET'), string('POST')]);
    expect(await values('status')).toEqual([
      { type: 'keyword', value: 'error' },
      { type: 'keyword', value: 'ok' },
    ]);
    expect(await values('name')).toEqual([]);
    expect(await values('name', { q: '{ resource.service.name = "shop" }' })).toEqual([string('/cart'), string('/order')]);
    expect(await values('resource.service.instance.id', { q: '{ .service.name = "bank" }' })).toEqual([string('bank-1')]);
    expect(await values('span.unknown')).toEqual([]);
    expect(await values('resource.unknown')).toEqual([]);
    expect(await json('/api/search/tag/service.name/values', RANGE)).toEqual({ tagValues: ['bank', 'shop'] });
    expect(await refusal('/api/search/tag/service.name')).toEqual([404, 'no such path']);
    expect(await refusal('/api/v2/search/tag/name/values', { q: '{' })).toEqual([400, expect.stringContaining('parse error')]);
  });
});

it("Grafana's check of the data source succeeds, and metrics are told to be unsupported", async () => {
  expect((await ask('/api/echo')).bytes.toString()).toBe('echo');
  expect((await ask('/ready')).bytes.toString()).toBe('ready\n');
  expect(await json('/api/status/buildinfo')).toMatchObject({ version: 'v2.9.0' });
  expect(await refusal('/api/metrics/query_range', { q: '{} | rate()' })).toEqual([404, 'metrics of traces are not supported']);
});

it('the fuzz target takes its seeds and what is none of them', async () => {
  for (const seed of [...target.seeds(), Buffer.from([0xff, 0, 0x22]), new Uint8Array()]) await target.run(seed);
});
