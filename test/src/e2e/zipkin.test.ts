import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerProcess } from '@skein/core/testing';
import zipkin from 'zipkin';
import transport from 'zipkin-transport-http';
import { eventually } from '../support/eventually.js';
import { type Duration, GraphqlClient } from '../support/graphql-client.js';
import { noonZone } from '../support/noon-zone.js';

const { BatchRecorder, ExplicitContext, Instrumentation, jsonEncoder, option, Tracer } = zipkin;
type TraceId = InstanceType<typeof zipkin.TraceId>;
type ZipkinTracer = InstanceType<typeof Tracer>;

const VISITS = 6;
const FAILURES = 2;

interface Span {
  readonly traceId: string;
  readonly id: string;
  readonly kind?: string;
  readonly shared?: boolean;
  readonly localEndpoint: { readonly serviceName: string; readonly ipv4?: string; readonly port?: number };
  readonly tags?: Readonly<Record<string, string>>;
}

let server: ServerProcess;
let client: GraphqlClient;
let query: string;
let minutes: Duration;
const open: Server[] = [];

const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;
async function listen(handle: (request: IncomingMessage) => Promise<number>): Promise<Server> {
  const made = createServer((request, response) => {
    void handle(request).then((status) => {
      response.statusCode = status;
      response.end('done');
    });
  });
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  open.push(made);
  return made;
}
async function freePort(): Promise<number> {
  const probe = await listen(async () => 200);
  const port = portOf(probe);
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A tracer that sends to a path, in the version of the format that belongs to it. */
function tracerOf(localServiceName: string, endpoint: string, version: 'JSON_V1' | 'JSON_V2'): ZipkinTracer {
  const logger = new transport.HttpLogger({ endpoint, jsonEncoder: jsonEncoder[version], httpInterval: 100 });
  return new Tracer({ ctxImpl: new ExplicitContext(), recorder: new BatchRecorder({ logger }), localServiceName });
}

/** A traced HTTP server. `work` is given the id of the server's span. */
async function traced(tracer: ZipkinTracer, work: (id: TraceId, path: string) => Promise<number>): Promise<Server> {
  const made = await listen(async (request) => {
    const instrumentation = new Instrumentation.HttpServer({ tracer, port: portOf(made), host: '127.0.0.1' });
    const header = (name: string) => {
      const value = request.headers[name.toLowerCase()];
      return typeof value === 'string' ? new option.Some(value) : option.None;
    };
    const id = tracer.scoped(() =>
      instrumentation.recordRequest('GET', `http://localhost${request.url}`, header as never),
    ) as unknown as TraceId;
    const status = await work(id, request.url ?? '/');
    tracer.scoped(() => instrumentation.recordResponse(id, String(status)));
    return status;
  });
  return made;
}

/** A traced call below a span; the callee is not named, so that only its own span tells who it is. */
async function call(tracer: ZipkinTracer, below: TraceId, url: string): Promise<number> {
  const instrumentation = new Instrumentation.HttpClient({ tracer });
  const [headers, id] = tracer.scoped(() => {
    tracer.setId(below);
    const request = instrumentation.recordRequest({ headers: {} } as never, url, 'GET') as { headers: Record<string, string> };
    return [request.headers, tracer.id] as const;
  });
  const { status } = await fetch(url, { headers });
  tracer.scoped(() => instrumentation.recordResponse(id as never, String(status)));
  return status;
}

beforeAll(async () => {
  const [collector, answers] = [await freePort(), await freePort()];
  server = await ServerProcess.start({
    config: `
host: { zone: ${noonZone()} }
modules:
  zipkin-receiver: {}
  zipkin-analyzer: {}
  query-zipkin: {}
  http-server:
    listeners:
      zipkin: { port: ${collector} }
      zipkin-query: { port: ${answers}, contextPath: /zipkin }
`,
  });
  client = new GraphqlClient(server.http);
  query = `http://127.0.0.1:${answers}/zipkin`;
  const backendTracer = tracerOf('Backend', `http://127.0.0.1:${collector}/api/v2/spans`, 'JSON_V2');
  const frontendTracer = tracerOf('Frontend', `http://127.0.0.1:${collector}/api/v1/spans`, 'JSON_V1');
  const backend = await traced(backendTracer, async (_, path) => (path === '/broken' ? 500 : 200));
  const frontend = await traced(frontendTracer, (id, path) => call(frontendTracer, id, `http://127.0.0.1:${portOf(backend)}${path}`));
  for (let i = 0; i < VISITS; i++) await fetch(`http://127.0.0.1:${portOf(frontend)}${i < FAILURES ? '/broken' : '/fine'}`);
  minutes = (await client.durations()).minutes;
  await eventually(async () => expect(await total('service_cpm', 'backend')).toBe(VISITS));
  await eventually(async () => expect(await total('service_cpm', 'frontend')).toBe(VISITS));
}, 120_000);

afterAll(async () => {
  for (const made of open) made.close();
  await server?.dispose();
});

const service = (serviceName: string) => ({ serviceName, normal: true });
async function total(metric: string, of: string | object): Promise<number> {
  const entity = typeof of === 'string' ? service(of) : of;
  return ((await client.expression(`sum(${metric})`, entity, (await client.durations()).minutes))[''] ?? [])[0] ?? 0;
}
async function get<T>(path: string): Promise<T> {
  const reply = await fetch(`${query}${path}`);
  expect([path, reply.status]).toEqual([path, 200]);
  return (await reply.json()) as T;
}

describe('two services that are traced by zipkin-js', () => {
  it('are in the Zipkin API, with their spans as they were sent', async () => {
    expect(await get('/api/v2/services')).toEqual(['backend', 'frontend']);
    expect(await get('/api/v2/spans?serviceName=frontend')).toEqual(['get']);
    const traces = await get<Span[][]>('/api/v2/traces?serviceName=backend&annotationQuery=http.path%3D/broken&limit=100');
    expect(traces).toHaveLength(FAILURES);
    const trace = traces[0]!;
    expect(trace.map((s) => [s.localEndpoint.serviceName, s.kind]).sort()).toEqual([
      ['backend', 'SERVER'],
      ['frontend', 'CLIENT'],
      ['frontend', 'SERVER'],
    ]);
    const half = (kind: string, name: string) => trace.find((s) => s.kind === kind && s.localEndpoint.serviceName === name)!;
    expect(half('SERVER', 'backend')).toMatchObject({
      id: half('CLIENT', 'frontend').id,
      shared: true,
      tags: { 'http.status_code': '500' },
    });
    expect(await get<Span[]>(`/api/v2/trace/${trace[0]!.traceId}`)).toHaveLength(3);
    expect(await get(`/api/v2/dependencies?endTs=${Date.now() + 60_000}`)).toEqual([
      { parent: 'frontend', child: 'backend', callCount: VISITS, errorCount: FAILURES },
    ]);
  });

  it('are on the map, seen from both sides', async () => {
    const { getGlobalTopology } = await client.query<{
      getGlobalTopology: {
        nodes: { id: string; name: string; type: string }[];
        calls: { source: string; target: string; detectPoints: string[] }[];
      };
    }>('query ($d: Duration!) { getGlobalTopology(duration: $d) { nodes { id name type isReal } calls { source target detectPoints } } }', {
      d: minutes,
    });
    const names = new Map(getGlobalTopology.nodes.map((node) => [node.id, node.name]));
    expect(getGlobalTopology.nodes.map(({ name, type }) => [name, type]).sort()).toEqual([
      ['User', 'USER'],
      ['backend', 'http'],
      ['frontend', 'http'],
    ]);
    expect(
      getGlobalTopology.calls.map((c) => [`${names.get(c.source)} -> ${names.get(c.target)}`, [...c.detectPoints].sort()]).sort(),
    ).toEqual([
      ['User -> frontend', ['SERVER']],
      ['frontend -> backend', ['CLIENT', 'SERVER']],
    ]);
  });

  it('have metrics', async () => {
    const edge = { ...service('frontend'), destServiceName: 'backend', destNormal: true };
    expect({
      client: await total('service_relation_client_cpm', edge),
      server: await total('service_relation_server_cpm', edge),
      endpoint: await total('endpoint_cpm', { ...service('backend'), endpointName: 'get' }),
      endpoints: await total('endpoint_relation_cpm', { ...edge, endpointName: 'get', destEndpointName: 'get' }),
      instance: await total('service_instance_cpm', { ...service('backend'), serviceInstanceName: '127.0.0.1' }),
    }).toEqual({ client: VISITS, server: VISITS, endpoint: VISITS, endpoints: VISITS, instance: VISITS });
    const { day } = await client.durations();
    expect((await client.expression('service_sla', service('backend'), day))['']).toEqual([
      Math.trunc(((VISITS - FAILURES) * 10_000) / VISITS),
    ]);
  });

  it('have traces in the native query', async () => {
    const { queryBasicTraces } = await client.query<{ queryBasicTraces: { traces: { traceIds: string[] }[] } }>(
      'query ($c: TraceQueryCondition) { queryBasicTraces(condition: $c) { traces { traceIds } } }',
      { c: { queryDuration: minutes, traceState: 'ERROR', queryOrder: 'BY_DURATION', paging: { pageNum: 1, pageSize: 50 } } },
    );
    // Each of them entered two services.
    expect(queryBasicTraces.traces).toHaveLength(2 * FAILURES);
    const { queryTrace } = await client.query<{ queryTrace: { spans: { serviceCode: string; type: string }[] } }>(
      'query ($id: ID!) { queryTrace(traceId: $id) { spans { serviceCode type } } }',
      { id: queryBasicTraces.traces[0]!.traceIds[0] },
    );
    expect(queryTrace.spans).toEqual([
      { serviceCode: 'frontend', type: 'Entry' },
      { serviceCode: 'frontend', type: 'Exit' },
      { serviceCode: 'backend', type: 'Entry' },
    ]);
  });
});
