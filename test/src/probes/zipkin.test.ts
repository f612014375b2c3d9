import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import aggregation from '@skein/aggregation';
import { createTestHost, type TestHost } from '@skein/core/testing';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import naming from '@skein/naming';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import queryZipkin from '@skein/query-zipkin';
import storageMemory from '@skein/storage-memory';
import { endpointId, serviceId } from '@skein/telemetry';
import traceAnalyzer from '@skein/trace-analyzer';
import traceReceiver from '@skein/trace-receiver';
import zipkinAnalyzer from '@skein/zipkin-analyzer';
import zipkinReceiver from '@skein/zipkin-receiver';
import { encodeSegment } from '../support/segments.js';

/** The test clock stands at 2024-01-02T03:04:00Z. */
const NOW = Date.UTC(2024, 0, 2, 3, 4);
const MICROS = NOW * 1000;
const MINUTES = { start: '2024-01-02 0300', end: '2024-01-02 0306', step: 'MINUTE' };
const TRACE = '463ac35c9f6413ad48485a3953bb6124';

interface Span {
  readonly traceId?: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly timestamp?: number;
  readonly duration?: number;
  readonly localEndpoint?: object;
  readonly remoteEndpoint?: object;
  readonly annotations?: readonly object[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly shared?: boolean;
}

let kit: TestHost;
let web: string;
let zipkin: string;

async function start(config: Record<string, unknown> = {}): Promise<void> {
  kit = await createTestHost({
    modules: [
      httpServer,
      storageMemory,
      naming,
      aggregation,
      traceAnalyzer,
      traceReceiver,
      query,
      queryGraphql,
      zipkinReceiver,
      zipkinAnalyzer,
      queryZipkin,
    ],
    config: {
      'http-server': { listeners: { rest: { port: 0 }, zipkin: { port: 0 }, 'zipkin-query': { port: 0, contextPath: '/zipkin' } } },
      aggregation: { window: 0 },
      ...config,
    },
  });
  const url = (name: string): string => `http://127.0.0.1:${kit.get(HttpAddressesToken).get(name)!.port}`;
  web = url('rest');
  zipkin = url('zipkin');
}

beforeEach(() => start());
afterEach(async () => {
  kit.assertBooks();
  await kit[Symbol.asyncDispose]();
});

async function send(...spans: readonly Span[]): Promise<void> {
  const body = JSON.stringify(spans.map((span) => ({ traceId: TRACE, timestamp: MICROS, duration: 10_000, ...span })));
  const reply = await fetch(`${zipkin}/api/v2/spans`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect([reply.status, await reply.text()]).toEqual([202, '']);
}

async function ask(path: string): Promise<{ status: number; json: never; headers: Headers }> {
  const reply = await fetch(`${web}/zipkin${path}`);
  return { status: reply.status, json: (await reply.json()) as never, headers: reply.headers };
}
const answer = async (path: string): Promise<unknown> => {
  const { status, json } = await ask(path);
  expect([path, status]).toEqual([path, 200]);
  return json;
};

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
async function graphql(document: string, variables: object): Promise<any> {
  const body = JSON.stringify({ query: document, variables });
  const reply = await fetch(`${web}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data, errors } = (await reply.json()) as { data: unknown; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

async function total(metric: string, entity: object): Promise<number> {
  const { execExpression } = await graphql(
    'query ($e: String!, $n: Entity!, $d: Duration!) { execExpression(expression: $e, entity: $n, duration: $d) { error results { values { value } } } }',
    { e: `sum(${metric})`, n: entity, d: MINUTES },
  );
  expect(execExpression.error).toBeNull();
  return Number(execExpression.results[0]?.values[0]?.value ?? 0);
}

const frontend = { serviceName: 'frontend', ipv4: '10.0.0.1' };
const backend = { serviceName: 'backend', ipv4: '10.0.0.2', port: 9000 };
/** A page of the frontend that calls the backend, which asks a database; both sides of the call share a span, as B3 has it. */
const SHARED: readonly Span[] = [
  { id: '000000000000000a', kind: 'SERVER', name: 'get /', localEndpoint: frontend, tags: { 'http.method': 'GET', 'http.path': '/' } },
  { id: '000000000000000b', parentId: '000000000000000a', name: 'render', localEndpoint: frontend },
  {
    id: '000000000000000c',
    parentId: '000000000000000b',
    kind: 'CLIENT',
    name: 'get',
    localEndpoint: frontend,
    tags: { 'http.method': 'GET' },
  },
  {
    id: '000000000000000c',
    parentId: '000000000000000b',
    kind: 'SERVER',
    name: 'get /api',
    duration: 4_000,
    shared: true,
    localEndpoint: backend,
    tags: { 'http.method': 'GET', 'http.status_code': '500', error: 'no' },
    annotations: [{ timestamp: MICROS + 100, value: 'warm' }],
  },
  {
    id: '000000000000000d',
    parentId: '000000000000000c',
    kind: 'CLIENT',
    name: 'query',
    duration: 2_000,
    localEndpoint: backend,
    remoteEndpoint: { serviceName: 'mysql', ipv4: '10.0.0.9', port: 3306 },
    tags: { 'sql.query': 'select 1' },
  },
];
/** The same where the server has a span of its own. */
const APART = SHARED.map((span) => {
  if (span.shared) return { ...span, id: '000000000000000e', parentId: '000000000000000c', shared: false };
  return span.id === '000000000000000d' ? { ...span, parentId: '000000000000000e' } : span;
});

const TOPOLOGY = `query ($d: Duration!) { getGlobalTopology(duration: $d) {
  nodes { id name type isReal layers } calls { source target detectPoints sourceComponents targetComponents } } }`;

async function map(): Promise<{ nodes: unknown; calls: unknown }> {
  const { getGlobalTopology } = await graphql(TOPOLOGY, { d: MINUTES });
  const names = new Map<string, string>(getGlobalTopology.nodes.map((node: { id: string; name: string }) => [node.id, node.name]));
  return {
    nodes: Object.fromEntries(
      getGlobalTopology.nodes.map((n: { name: string; type: string; isReal: boolean; layers: string[] }) => [
        n.name,
        [n.type, n.isReal, n.layers],
      ]),
    ),
    calls: getGlobalTopology.calls
      .map((c: { source: string; target: string; detectPoints: string[] }) => [
        `${names.get(c.source)} -> ${names.get(c.target)}`,
        [...c.detectPoints].sort(),
      ])
      .sort(),
  };
}

const MAP = {
  nodes: {
    User: ['USER', false, ['UNDEFINED']],
    frontend: ['http', true, ['GENERAL']],
    backend: ['http', true, ['GENERAL']],
    mysql: ['Mysql', false, ['VIRTUAL_DATABASE']],
  },
  calls: [
    ['User -> frontend', ['SERVER']],
    ['backend -> mysql', ['CLIENT']],
    ['frontend -> backend', ['CLIENT', 'SERVER']],
  ],
};

/** Everything that the spans mean, whatever the order in which they come. */
async function expectAll(): Promise<void> {
  expect(await map()).toEqual(MAP);
  const front = { serviceName: 'frontend', normal: true };
  const back = { serviceName: 'backend', normal: true };
  const edge = { ...front, destServiceName: 'backend', destNormal: true };
  const values = {
    front: await total('service_cpm', front),
    back: await total('service_cpm', back),
    frontTime: await total('service_resp_time', front),
    backTime: await total('service_resp_time', back),
    backSla: await total('service_sla', back),
    instance: await total('service_instance_cpm', { ...back, serviceInstanceName: '10.0.0.2' }),
    endpoint: await total('endpoint_resp_time', { ...back, endpointName: 'get /api' }),
    client: await total('service_relation_client_cpm', edge),
    clientTime: await total('service_relation_client_resp_time', edge),
    server: await total('service_relation_server_cpm', edge),
    serverTime: await total('service_relation_server_resp_time', edge),
    instances: await total('service_instance_relation_server_cpm', {
      ...edge,
      serviceInstanceName: '10.0.0.1',
      destServiceInstanceName: '10.0.0.2',
    }),
    endpoints: await total('endpoint_relation_cpm', { ...edge, endpointName: 'get /', destEndpointName: 'get /api' }),
    database: await total('database_access_resp_time', { serviceName: 'mysql', normal: false }),
  };
  expect(values).toEqual({
    front: 1,
    back: 1,
    frontTime: 10,
    backTime: 4,
    backSla: 0,
    instance: 1,
    endpoint: 4,
    client: 1,
    clientTime: 10,
    server: 1,
    serverTime: 4,
    instances: 1,
    endpoints: 1,
    database: 2,
  });
}

/** All orders of five things are 120; these have every pair both ways round. */
const ORDERS = [
  [0, 1, 2, 3, 4],
  [4, 3, 2, 1, 0],
  [3, 0, 4, 2, 1],
  [2, 4, 1, 0, 3],
];

describe('spans that are analysed', () => {
  it.each(ORDERS)('give topology and metrics when both sides share a span, in the order %i %i %i %i %i', async (...order) => {
    for (const i of order) await send(SHARED[i]!);
    await expectAll();
  });

  it.each(ORDERS)('give the same when the server has a span of its own, in the order %i %i %i %i %i', async (...order) => {
    for (const i of order) await send(APART[i]!);
    await expectAll();
  });

  it('give the same in one batch', async () => {
    await send(...[...SHARED].reverse());
    await expectAll();
  });
});

describe('Zipkin query API', () => {
  beforeEach(() => send(...SHARED));

  it('lists services, span names, remote services and tags', async () => {
    expect(await answer('/api/v2/services')).toEqual(['backend', 'frontend']);
    expect(await answer('/api/v2/spans?serviceName=Frontend')).toEqual(['get', 'get /', 'render']);
    expect(await answer('/api/v2/remoteServices?serviceName=backend')).toEqual(['mysql']);
    expect(await answer('/api/v2/autocompleteKeys')).toEqual(['http.method']);
    expect(await answer('/api/v2/autocompleteValues?key=http.method')).toEqual(['GET']);
    expect(await answer('/config.json')).toMatchObject({ queryLimit: 10, defaultLookback: 900_000, searchEnabled: true });
  });

  it('gives a trace as it was sent', async () => {
    const trace = (await answer(`/api/v2/trace/${TRACE}`)) as Span[];
    const sent = SHARED.map((span) => ({ traceId: TRACE, timestamp: MICROS, duration: 10_000, ...span }));
    expect(trace).toHaveLength(5);
    expect(trace).toEqual(expect.arrayContaining(sent));
    expect(await answer(`/api/v2/traceMany?traceIds=${TRACE},1`)).toEqual([trace]);
  });

  it('answers unknown traces with 404 and senseless requests with 400', async () => {
    const status = async (path: string): Promise<number> => (await ask(path)).status;
    expect(await status('/api/v2/trace/1')).toBe(404);
    expect(await status('/api/v2/trace/xyz')).toBe(400);
    expect(await status('/api/v2/traceMany?traceIds=2')).toBe(404);
    expect(await status('/api/v2/traceMany?traceIds=')).toBe(400);
    expect(await status('/api/v2/traceMany?traceIds=1,01')).toBe(400);
    expect(await status('/api/v2/spans')).toBe(400);
    expect(await status('/api/v2/traces?limit=0')).toBe(400);
    expect(await status('/api/v2/traces?limit=100000')).toBe(400);
    expect(await status('/api/v2/traces?minDuration=5&maxDuration=4')).toBe(400);
    expect(await status('/api/v2/traces?endTs=soon')).toBe(400);
  });

  it('computes dependencies', async () => {
    const links = (await answer(`/api/v2/dependencies?endTs=${NOW + 1000}&lookback=60000`)) as object[];
    expect(links).toHaveLength(2);
    expect(links).toEqual(
      expect.arrayContaining([
        { parent: 'frontend', child: 'backend', callCount: 1, errorCount: 1 },
        { parent: 'backend', child: 'mysql', callCount: 1 },
      ]),
    );
  });

  it('finds traces by every condition', async () => {
    const searches: Readonly<Record<string, number>> = {
      'serviceName=backend': 1,
      'serviceName=BACKEND&spanName=get /api': 1,
      'serviceName=frontend&spanName=get /api': 0,
      'serviceName=backend&spanName=all': 1,
      'remoteServiceName=mysql': 1,
      'remoteServiceName=redis': 0,
      'annotationQuery=error': 1,
      'annotationQuery=warm and http.status_code=500': 1,
      'annotationQuery=warm and http.status_code=404': 0,
      'serviceName=backend&minDuration=4000&maxDuration=4000': 1,
      'serviceName=backend&minDuration=4001': 0,
      [`endTs=${NOW - 1}`]: 0,
      [`endTs=${NOW}&lookback=1`]: 1,
      [`endTs=${NOW + 5000}&lookback=4999`]: 0,
      'limit=1': 1,
    };
    const found: Record<string, number> = {};
    for (const search of Object.keys(searches)) {
      const traces = (await answer(`/api/v2/traces?${search.replaceAll(' ', '%20')}`)) as Span[][];
      expect(traces.every((trace) => trace.length === SHARED.length)).toBe(true);
      found[search] = traces.length;
    }
    expect(found).toEqual(searches);
  });
});

describe('native queries', () => {
  const LIST = `query ($c: TraceQueryCondition) { queryBasicTraces(condition: $c) {
    traces { segmentId endpointNames duration start isError traceIds } } }`;
  const condition = (more: object = {}) => ({
    c: { queryDuration: MINUTES, traceState: 'ALL', queryOrder: 'BY_START_TIME', paging: { pageNum: 1, pageSize: 20 }, ...more },
  });
  const list = async (more: object = {}): Promise<{ segmentId: string; endpointNames: string[] }[]> =>
    (await graphql(LIST, condition(more))).queryBasicTraces.traces;

  beforeEach(() => send(...SHARED));

  it('find where services were entered, by every condition', async () => {
    expect(await list()).toHaveLength(2);
    expect(await list({ serviceId: serviceId('backend', true) })).toEqual([
      {
        segmentId: '000000000000000c-shared',
        endpointNames: ['get /api'],
        duration: 4,
        start: String(NOW),
        isError: true,
        traceIds: [TRACE],
      },
    ]);
    expect(await list({ serviceId: serviceId('backend', false) })).toEqual([]);
    expect(await list({ endpointId: endpointId(serviceId('frontend', true), 'get /') })).toHaveLength(1);
    expect(await list({ traceState: 'SUCCESS' })).toHaveLength(1);
    expect(await list({ tags: [{ key: 'http.status_code', value: '500' }] })).toHaveLength(1);
    expect(await list({ minTraceDuration: 5 })).toHaveLength(1);
    expect(await list({ maxTraceDuration: 4 })).toHaveLength(1);
    expect(await list({ traceId: TRACE })).toHaveLength(2);
    expect(await list({ traceId: 'a.b.c' })).toEqual([]);
  });

  it('merge both stores by order, page by page', async () => {
    for (const [i, duration] of [3, 7, 12].entries()) {
      const segment = encodeSegment({ traceId: `t${i}`, segmentId: `s${i}`, startTime: NOW - 1000 * (i + 1), duration });
      await kit.grpc('/skywalking.v3.TraceSegmentReportService/collect', [segment]);
    }
    const page = (pageNum: number, queryOrder: string) => list({ paging: { pageNum, pageSize: 2 }, queryOrder });
    const latest = [...(await page(1, 'BY_START_TIME')), ...(await page(2, 'BY_START_TIME')), ...(await page(3, 'BY_START_TIME'))];
    expect(latest.map(({ segmentId }) => segmentId).slice(2)).toEqual(['s0', 's1', 's2']);
    const slowest = [...(await page(1, 'BY_DURATION')), ...(await page(2, 'BY_DURATION')), ...(await page(3, 'BY_DURATION'))];
    expect(slowest.map(({ segmentId }) => segmentId)).toEqual(['s2', '000000000000000a', 's1', '000000000000000c-shared', 's0']);
  });

  it('show a whole trace, with references from the client to the server', async () => {
    const { queryTrace } = await graphql(
      `query ($id: ID!) { queryTrace(traceId: $id) { spans { segmentId spanId parentSpanId serviceCode serviceInstanceName endpointName type layer
        component peer isError startTime endTime refs { parentSegmentId type } tags { key value } logs { time data { key value } } } } }`,
      { id: TRACE },
    );
    const spans = queryTrace.spans as Record<string, never>[];
    expect(spans.map((s) => [s.serviceCode, s.endpointName, s.type, s.layer, s.component, s.peer])).toEqual([
      ['frontend', 'get /', 'Entry', 'Http', 'http', ''],
      ['frontend', 'render', 'Local', 'Unknown', 'N/A', ''],
      ['frontend', 'get', 'Exit', 'Http', 'http', ''],
      ['backend', 'get /api', 'Entry', 'Http', 'http', ''],
      ['backend', 'query', 'Exit', 'Database', 'Mysql', 'mysql'],
    ]);
    expect(spans[3]).toMatchObject({
      segmentId: '000000000000000c-shared',
      refs: [{ parentSegmentId: '000000000000000c', type: 'CROSS_PROCESS' }],
      isError: true,
      startTime: NOW,
      endTime: NOW + 4,
      logs: [{ time: NOW, data: [{ key: 'event', value: 'warm' }] }],
    });
    expect(spans[4]).toMatchObject({ refs: [{ parentSegmentId: '000000000000000c-shared', type: 'CROSS_THREAD' }] });
  });
});

describe('calls of which one side is all there is', () => {
  const server = (more: object): Span => ({
    id: 'a',
    kind: 'SERVER',
    name: 'get',
    localEndpoint: backend,
    tags: { 'http.method': 'GET' },
    ...more,
  });
  const client = (more: object): Span => ({
    id: 'a',
    kind: 'CLIENT',
    name: 'get',
    localEndpoint: frontend,
    tags: { 'http.method': 'GET' },
    ...more,
  });
  const calls = async (): Promise<unknown> => (await map()).calls;
  const windowEnds = async (): Promise<void> => {
    await kit.clock.advance(40_000);
  };

  it('a server whose caller does not come has no relation, unless it names the caller', async () => {
    await send(server({ parentId: 'f' }), server({ id: 'b', parentId: 'e', remoteEndpoint: { serviceName: 'gateway' } }));
    expect(await calls()).toEqual([]);
    await windowEnds();
    expect(await calls()).toEqual([['gateway -> backend', ['SERVER']]]);
    expect(await total('service_cpm', { serviceName: 'backend', normal: true })).toBe(2);
  });

  it('a client that names nobody calls the address, once the window is over', async () => {
    await send(client({ remoteEndpoint: { ipv4: '10.9.9.9', port: 443 } }), client({ id: 'b' }));
    expect(await calls()).toEqual([]);
    await windowEnds();
    expect(await calls()).toEqual([['frontend -> 10.9.9.9:443', ['CLIENT']]]);
  });

  it('a client that names the callee calls it at once', async () => {
    await send(client({ remoteEndpoint: { serviceName: 'Payment' } }));
    expect(await calls()).toEqual([['frontend -> payment', ['CLIENT']]]);
  });

  it('a span without kind that names another service is a client', async () => {
    await send({ id: 'a', name: 'x', localEndpoint: frontend, remoteEndpoint: { serviceName: 'payment' } });
    expect(await calls()).toEqual([['frontend -> payment', ['CLIENT']]]);
  });

  it('what waits is told when the host stops', async () => {
    await send(client({ remoteEndpoint: { ipv4: '10.9.9.9', port: 443 } }));
    await kit.stop();
    kit.assertBooks();
    expect(kit.books().find((entry) => entry.publisher === 'zipkin-analyzer')).toMatchObject({ received: 2, handled: 2 });
  });

  it('a second half that comes after the window finds nobody', async () => {
    await send(server({ id: 'b', shared: true, parentId: 'a' }));
    await kit.clock.advance(120_000);
    await send(client({ id: 'b', parentId: 'a' }));
    await windowEnds();
    expect(await calls()).toEqual([]);
  });
});

describe('stores and brokers', () => {
  it('a cache is a virtual service, with its reads and writes', async () => {
    const call = (id: string, command: string): Span => ({
      id,
      kind: 'CLIENT',
      name: command,
      duration: 3_000,
      localEndpoint: backend,
      remoteEndpoint: { ipv4: '10.0.0.7', port: 6379 },
      tags: { 'db.system': 'redis' },
    });
    await send(call('1', 'get'), call('2', 'set'), call('3', 'ping'));
    const cache = { serviceName: '10.0.0.7:6379', normal: false };
    expect([
      await total('cache_access_cpm', cache),
      await total('cache_read_cpm', cache),
      await total('cache_write_resp_time', cache),
    ]).toEqual([3, 1, 3]);
    expect(await map()).toEqual({
      nodes: { backend: [null, true, ['UNDEFINED']], '10.0.0.7:6379': ['Redis', false, ['VIRTUAL_CACHE']] },
      calls: [['backend -> 10.0.0.7:6379', ['CLIENT']]],
    });
  });

  it('a message goes through the broker, and its endpoints know each other', async () => {
    const kafka = { serviceName: 'kafka' };
    const topic = { 'kafka.topic': 'orders' };
    await send(
      { id: '3', parentId: '2', kind: 'CONSUMER', name: 'take', duration: 0, localEndpoint: backend, remoteEndpoint: kafka, tags: topic },
      { id: '2', parentId: '1', kind: 'PRODUCER', name: 'send', duration: 0, localEndpoint: frontend, remoteEndpoint: kafka, tags: topic },
      { id: '1', kind: 'SERVER', name: 'post /order', localEndpoint: frontend, tags: { 'http.method': 'POST' } },
    );
    expect((await map()).calls).toEqual([
      ['User -> frontend', ['SERVER']],
      ['frontend -> kafka', ['CLIENT']],
      ['kafka -> backend', ['SERVER']],
    ]);
    const broker = { serviceName: 'kafka', normal: false };
    expect([
      await total('mq_service_produce_cpm', broker),
      await total('mq_service_consume_cpm', broker),
      await total('mq_endpoint_consume_cpm', { ...broker, endpointName: 'orders' }),
      await total('endpoint_relation_cpm', {
        serviceName: 'frontend',
        normal: true,
        endpointName: 'post /order',
        destServiceName: 'backend',
        destNormal: true,
        destEndpointName: 'take',
      }),
    ]).toEqual([1, 1, 1, 1]);
  });
});

describe('spans that are odd', () => {
  it('without a time are stored as of when they came, and count for nothing', async () => {
    await send({ id: '1', kind: 'SERVER', name: 'x', timestamp: 0, duration: 0, localEndpoint: backend });
    expect(await answer('/api/v2/traces')).toEqual([
      [{ traceId: TRACE, id: '0000000000000001', kind: 'SERVER', name: 'x', localEndpoint: backend }],
    ]);
    expect(await total('service_cpm', { serviceName: 'backend', normal: true })).toBe(0);
  });

  it('without a duration count when the rest of them comes', async () => {
    const half: Span = { id: '1', kind: 'SERVER', name: 'x', localEndpoint: backend };
    await send({ ...half, duration: 0 });
    await send({ ...half, tags: { late: 'yes' } });
    expect(await total('service_cpm', { serviceName: 'backend', normal: true })).toBe(1);
    const { queryTrace } = await graphql('query ($id: ID!) { queryTrace(traceId: $id) { spans { startTime endTime tags { key } } } }', {
      id: TRACE,
    });
    expect(queryTrace.spans).toEqual([{ startTime: NOW, endTime: NOW + 10, tags: [{ key: 'late' }] }]);
  });

  it('without a service are stored under Unknown', async () => {
    await send({ id: '1', kind: 'SERVER', name: 'x' });
    expect(await answer('/api/v2/services')).toEqual(['Unknown']);
    expect(await answer('/api/v2/spans?serviceName=Unknown')).toEqual(['x']);
    expect((await map()).nodes).toEqual({});
  });

  it('out of time are left out and counted', async () => {
    await send({ id: '1', timestamp: 1 }, { id: '2', timestamp: MICROS + 3_600_000_000 }, { id: '3', duration: Number.MAX_SAFE_INTEGER });
    expect(await answer('/api/v2/traces')).toEqual([]);
    expect(kit.books().find((entry) => entry.stream === 'zipkin-spans')?.skipped).toEqual({ 'out-of-time': 3 });
  });

  it('with names and tags of any length and alphabet come back as they were sent', async () => {
    const odd: Span = {
      id: '1',
      name: `${'n'.repeat(3000)}\u0000"`,
      localEndpoint: { serviceName: 'ü'.repeat(400) },
      tags: { ['k'.repeat(300)]: 'v', k: 'v'.repeat(100_000), '"\\\n': '😀' },
      annotations: [{ timestamp: MICROS, value: 'a'.repeat(70_000) }],
    };
    await send(odd);
    expect(await answer(`/api/v2/trace/${TRACE}`)).toEqual([
      { traceId: TRACE, timestamp: MICROS, duration: 10_000, ...odd, id: '0000000000000001' },
    ]);
    expect(await answer(`/api/v2/traces?serviceName=${encodeURIComponent('ü'.repeat(400))}`)).toHaveLength(1);
  });

  it('that call each other in a circle end the search for their entry', async () => {
    await send(
      { id: '1', parentId: '2', kind: 'CLIENT', name: 'a', localEndpoint: frontend },
      { id: '2', parentId: '1', name: 'b', localEndpoint: frontend },
      { id: '3', parentId: '1', kind: 'SERVER', name: 'c', localEndpoint: backend },
    );
    expect(await total('service_cpm', { serviceName: 'backend', normal: true })).toBe(1);
    const { queryTrace } = await graphql('query ($id: ID!) { queryTrace(traceId: $id) { spans { endpointName } } }', { id: TRACE });
    expect(queryTrace.spans).toHaveLength(3);
    expect(await answer('/api/v2/dependencies')).toEqual([{ parent: 'frontend', child: 'backend', callCount: 1 }]);
  });

  it('may be compressed, but not to a bomb', async () => {
    const post = async (body: Uint8Array): Promise<number> =>
      (await fetch(`${zipkin}/api/v2/spans`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body })).status;
    expect(await post(gzipSync(JSON.stringify([{ traceId: TRACE, id: '1' }])))).toBe(202);
    expect(await post(gzipSync(Buffer.alloc(50_000_000, ' ')))).toBeGreaterThanOrEqual(400);
    expect(await answer('/api/v2/traces')).toHaveLength(1);
  });
});

describe('limits', () => {
  it('an answer that is not the whole says so in a header', async () => {
    await kit[Symbol.asyncDispose]();
    await start({ 'query-zipkin': { maxSpans: 100, maxDependencySpans: 100 } });
    await send(...Array.from({ length: 120 }, (_, i): Span => ({ id: String(i + 1), name: 'x', localEndpoint: backend })));
    const { status, json, headers } = await ask(`/api/v2/trace/${TRACE}`);
    expect([status, (json as Span[]).length]).toEqual([200, 100]);
    expect(headers.get('warning')).toContain('there are more than 100');
    expect((await ask('/api/v2/dependencies')).headers.get('warning')).toContain('only the latest 100 spans');
    expect((await ask('/api/v2/services')).headers.get('warning')).toBeNull();
  });

  it('without analysis spans are stored and nothing else', async () => {
    await kit[Symbol.asyncDispose]();
    await start({ 'zipkin-analyzer': { analyse: false } });
    await send(...SHARED);
    expect(await answer(`/api/v2/trace/${TRACE}`)).toHaveLength(5);
    expect(await map()).toEqual({ nodes: {}, calls: [] });
  });

  it('calls that are crowded out are told as at the end of the window', async () => {
    await kit[Symbol.asyncDispose]();
    await start({ 'zipkin-analyzer': { joinLimit: 100 } });
    const remote = { ipv4: '10.9.9.9', port: 443 };
    await send(
      ...Array.from(
        { length: 51 },
        (_, i): Span => ({ id: String(i + 1), kind: 'CLIENT', localEndpoint: frontend, remoteEndpoint: remote }),
      ),
    );
    const edge = { serviceName: 'frontend', normal: true, destServiceName: '10.9.9.9:443', destNormal: true };
    expect(await total('service_relation_client_cpm', edge)).toBe(1);
  });
});
