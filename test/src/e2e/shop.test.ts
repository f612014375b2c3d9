import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerProcess } from '@skein/core/testing';
import { SHOP, type Shop, startShop } from '@skein/example-shop';
import { serviceId } from '@skein/telemetry';
import { assertBooksOf } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import { type Duration, GraphqlClient } from '../support/graphql-client.js';
import { noonZone } from '../support/noon-zone.js';

const VISITS = { '/home': 5, '/checkout': 8, '/report': 3, '/broken': 4, '/nowhere': 2 } as const;
const PAGES = Object.entries(VISITS);
const FRONTEND_CALLS = PAGES.reduce((sum, [, n]) => sum + n, 0);
const ORDERS_CALLS = VISITS['/checkout'] + VISITS['/report'] + VISITS['/broken'];

const entity = (serviceName: string, more: object = {}) => ({ serviceName, normal: true, ...more });
const id = (name: string) => serviceId(name, true);

let server: ServerProcess;
let shop: Shop;
let client: GraphqlClient;
let day: Duration;
/** Milliseconds that the client measured, by page. */
const measured: Record<string, number[]> = {};

beforeAll(async () => {
  server = await ServerProcess.start({ config: `host: { zone: ${noonZone()} }\n` });
  client = new GraphqlClient(server.http);
  shop = await startShop({ collector: server.grpc });
  for (const [page, count] of PAGES) {
    measured[page] = [];
    for (let i = 0; i < count; i++) measured[page].push((await shop.visit(page)).milliseconds);
  }
  await shop.flush();
  day = (await client.durations()).day;
  await eventually(async () => expect(await total('service_cpm', entity(SHOP.stock.service))).toBe(VISITS['/checkout']));
  await eventually(async () => expect(await total('service_cpm', entity(SHOP.frontend.service))).toBe(FRONTEND_CALLS));
  await eventually(async () => expect(await total('service_cpm', entity(SHOP.orders.service))).toBe(ORDERS_CALLS));
}, 120_000);

afterAll(async () => {
  await shop?.stop();
  await server?.dispose();
});

/** Sum of the minutes. */
async function total(metric: string, of: object): Promise<number> {
  const { minutes } = await client.durations();
  const values = (await client.expression(`sum(${metric})`, of, minutes))[''] ?? [];
  return values[0] ?? 0;
}

/** The value of today, which all minutes were folded into. */
const today = async (metric: string, of: object): Promise<number | undefined> => (await client.expression(metric, of, day))['']?.[0];

describe('a shop of three services that carry the real agent', () => {
  it('lists exactly the services that exist, with their layers', async () => {
    const { listServices } = await client.query<{ listServices: { id: string; name: string; layers: string[]; normal: boolean }[] }>(
      'query { listServices { id name group shortName layers normal } }',
    );
    const database = `127.0.0.1:${shop.ports.database}`;
    expect(listServices.map((s) => [s.name, s.normal, s.layers]).sort()).toEqual(
      [[database, false, ['VIRTUAL_DATABASE']], ...Object.values(SHOP).map((s) => [s.service, true, ['GENERAL']])].sort(),
    );
  });

  it('lists the instances with the properties that the agent reports on its first heartbeat', async () => {
    const { minutes } = await client.durations();
    for (const { service, instance } of Object.values(SHOP)) {
      await eventually(async () => {
        const { listInstances } = await client.query<{
          listInstances: { name: string; language: string; attributes: { name: string }[] }[];
        }>(
          'query ($d: Duration!, $id: ID!) { listInstances(duration: $d, serviceId: $id) { id name language instanceUUID attributes { name value } } }',
          { d: minutes, id: id(service) },
        );
        expect(listInstances).toHaveLength(1);
        expect(listInstances[0]).toMatchObject({ name: instance, language: 'NODEJS' });
        expect(listInstances[0]!.attributes.map((a) => a.name)).toEqual(
          expect.arrayContaining(['OS Name', 'hostname', 'Process No.', 'ipv4s']),
        );
      });
    }
  }, 60_000);

  it('lists the endpoints of each service', async () => {
    const endpoints = async (service: string) => {
      const { findEndpoint } = await client.query<{ findEndpoint: { name: string }[] }>(
        'query ($id: ID!) { findEndpoint(keyword: "", serviceId: $id, limit: 20) { id name } }',
        { id: id(service) },
      );
      return findEndpoint.map((e) => e.name).sort();
    };
    expect(await endpoints(SHOP.frontend.service)).toEqual(['GET:/broken', 'GET:/checkout', 'GET:/home', 'GET:/nowhere', 'GET:/report']);
    expect(await endpoints(SHOP.orders.service)).toEqual(['GET:/broken', 'GET:/report', 'POST:/order']);
    expect(await endpoints(SHOP.stock.service)).toEqual(['GET:/reserve']);
  });

  it('draws both sides of each edge, with components and detect points', async () => {
    const { minutes } = await client.durations();
    const { getGlobalTopology } = await client.query<{ getGlobalTopology: { nodes: TopologyNode[]; calls: TopologyCall[] } }>(
      `query ($d: Duration!) { getGlobalTopology(duration: $d) {
        nodes { id name type isReal layers } calls { source target detectPoints sourceComponents targetComponents id } } }`,
      { d: minutes },
    );
    const database = `127.0.0.1:${shop.ports.database}`;
    const names = new Map(getGlobalTopology.nodes.map((n) => [n.id, n.name]));
    expect(Object.fromEntries(getGlobalTopology.nodes.map((n) => [n.name, [n.type, n.isReal]]))).toEqual({
      User: ['USER', false],
      [SHOP.frontend.service]: ['http', true],
      [SHOP.orders.service]: ['http', true],
      [SHOP.stock.service]: ['http', true],
      [database]: ['PostgreSQL', false],
    });
    const edges = getGlobalTopology.calls.map((c) => [
      `${names.get(c.source)} -> ${names.get(c.target)}`,
      c.detectPoints,
      c.sourceComponents,
      c.targetComponents,
    ]);
    const both = [['CLIENT', 'SERVER'], ['HttpClient'], ['http']];
    expect(edges.sort()).toEqual(
      [
        [`User -> ${SHOP.frontend.service}`, ['SERVER'], [], ['http']],
        [`${SHOP.frontend.service} -> ${SHOP.orders.service}`, ...both],
        [`${SHOP.orders.service} -> ${SHOP.stock.service}`, ...both],
        [`${SHOP.orders.service} -> ${database}`, ['CLIENT'], ['PostgreSQL'], []],
      ].sort(),
    );
  });

  it('counts the calls that were made, per service, instance, endpoint and edge', async () => {
    expect(await total('service_instance_cpm', entity(SHOP.orders.service, { serviceInstanceName: SHOP.orders.instance }))).toBe(
      ORDERS_CALLS,
    );
    for (const [page, count] of PAGES) {
      expect([page, await total('endpoint_cpm', entity(SHOP.frontend.service, { endpointName: `GET:${page}` }))]).toEqual([page, count]);
    }
    const edge = entity(SHOP.frontend.service, { destServiceName: SHOP.orders.service, destNormal: true });
    const bare = entity(SHOP.frontend.service, { destServiceName: `127.0.0.1:${shop.ports.orders}`, destNormal: true });
    expect(await total('service_relation_server_cpm', edge)).toBe(ORDERS_CALLS);
    // Calls that were seen before the address was known to be the orders service were counted against the bare address.
    expect((await total('service_relation_client_cpm', edge)) + (await total('service_relation_client_cpm', bare))).toBe(ORDERS_CALLS);
    const database = { serviceName: `127.0.0.1:${shop.ports.database}`, normal: false };
    expect(await total('database_access_cpm', database)).toBe(ORDERS_CALLS);
  });

  it('gives the SLA of exactly the failures that were provoked', async () => {
    const percentage = (failed: number, of: number) => Math.trunc(((of - failed) * 10_000) / of);
    expect(await today('service_sla', entity(SHOP.frontend.service))).toBe(
      percentage(VISITS['/broken'] + VISITS['/nowhere'], FRONTEND_CALLS),
    );
    expect(await today('service_sla', entity(SHOP.orders.service))).toBe(percentage(VISITS['/broken'], ORDERS_CALLS));
    expect(await today('service_sla', entity(SHOP.stock.service))).toBe(10_000);
    expect(await today('endpoint_sla', entity(SHOP.frontend.service, { endpointName: 'GET:/broken' }))).toBe(0);
  });

  it('gives latencies within what the client measured', async () => {
    for (const page of Object.keys(VISITS)) {
      const average = (await today('endpoint_resp_time', entity(SHOP.frontend.service, { endpointName: `GET:${page}` })))!;
      expect(average).toBeLessThanOrEqual(Math.ceil(Math.max(...measured[page]!)) + 1);
    }
    expect(await today('endpoint_resp_time', entity(SHOP.frontend.service, { endpointName: 'GET:/report' }))).toBeGreaterThanOrEqual(250);
    const percentiles = await client.expression("service_percentile{p='50,75,90,95,99'}", entity(SHOP.frontend.service), day);
    const values = ['p=50', 'p=75', 'p=90', 'p=95', 'p=99'].map((p) => percentiles[p]![0]!);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values.every((v) => v % 10 === 0)).toBe(true);
    expect(values[4]).toBeGreaterThanOrEqual(250);
    // Agents cut both ends of a span to whole milliseconds, so that it may seem longer than it was by less than one.
    expect(values[4]).toBeLessThan(Math.max(...Object.values(measured).flat()) + 1);
  });

  it('keeps the slow statements of the database', async () => {
    const { minutes } = await client.durations();
    const { readRecords } = await client.query<{ readRecords: { name: string; value: string; refId: string }[] }>(
      'query ($c: RecordCondition!, $d: Duration!) { readRecords(condition: $c, duration: $d) { name id value refId } }',
      {
        c: {
          name: 'top_n_database_statement',
          parentEntity: { serviceName: `127.0.0.1:${shop.ports.database}`, normal: false },
          topN: 20,
          order: 'DES',
        },
        d: minutes,
      },
    );
    expect(readRecords.map((r) => r.name)).toEqual(Array(VISITS['/report']).fill('SELECT count(*) AS orders, pg_sleep(0.25) FROM orders'));
    expect(readRecords.every((r) => Number(r.value) >= 250 && r.refId !== '')).toBe(true);
  });

  it('gives back the whole trace across three services, with its references', async () => {
    const { minutes } = await client.durations();
    const { queryBasicTraces } = await client.query<{ queryBasicTraces: { traces: { traceIds: string[]; endpointNames: string[] }[] } }>(
      `query ($c: TraceQueryCondition) { queryBasicTraces(condition: $c) { traces { segmentId endpointNames duration start isError traceIds } } }`,
      {
        c: {
          serviceId: id(SHOP.stock.service),
          queryDuration: minutes,
          traceState: 'SUCCESS',
          queryOrder: 'BY_START_TIME',
          paging: { pageNum: 1, pageSize: 20 },
          tags: [{ key: 'http.method', value: 'GET' }],
        },
      },
    );
    expect(queryBasicTraces.traces).toHaveLength(VISITS['/checkout']);
    const traceId = queryBasicTraces.traces[0]!.traceIds[0];
    const { queryTrace } = await client.query<{ queryTrace: { spans: TraceSpan[] } }>(
      `query ($id: ID!) { queryTrace(traceId: $id) { spans { traceId segmentId spanId parentSpanId serviceCode serviceInstanceName endpointName type peer
        component layer isError startTime endTime refs { traceId parentSegmentId parentSpanId type } tags { key value } } } }`,
      { id: traceId },
    );
    const spans = queryTrace.spans;
    expect(spans.map((s) => [s.serviceCode, s.endpointName, s.type, s.layer, s.component])).toEqual([
      [SHOP.frontend.service, 'GET:/checkout', 'Entry', 'Http', 'http'],
      [SHOP.frontend.service, '/order', 'Exit', 'Http', 'HttpClient'],
      [SHOP.orders.service, 'POST:/order', 'Entry', 'Http', 'http'],
      [SHOP.orders.service, '/reserve', 'Exit', 'Http', 'HttpClient'],
      [SHOP.stock.service, 'GET:/reserve', 'Entry', 'Http', 'http'],
      [SHOP.orders.service, 'pg/query', 'Exit', 'Database', 'PostgreSQL'],
    ]);
    const entryOf = (service: string) => spans.find((s) => s.serviceCode === service && s.type === 'Entry')!;
    const exit = (service: string, endpoint: string) => spans.find((s) => s.serviceCode === service && s.endpointName === endpoint)!;
    const reference = (from: TraceSpan) => [{ traceId, parentSegmentId: from.segmentId, parentSpanId: from.spanId, type: 'CROSS_PROCESS' }];
    expect(entryOf(SHOP.frontend.service).refs).toEqual([]);
    expect(entryOf(SHOP.orders.service).refs).toEqual(reference(exit(SHOP.frontend.service, '/order')));
    expect(entryOf(SHOP.stock.service).refs).toEqual(reference(exit(SHOP.orders.service, '/reserve')));
  });

  it('keeps balanced books, and nothing refused, failed or skipped', async () => {
    const books = await assertBooksOf(server.http);
    const segments = FRONTEND_CALLS + ORDERS_CALLS + VISITS['/checkout'];
    expect(books.get('trace-receiver -> segments')).toMatchObject({ received: segments, handled: segments });
    expect(books.get('trace-analyzer -> observations')).toMatchObject({ received: segments, handled: segments });
  });
});

interface TopologyNode {
  readonly id: string;
  readonly name: string;
  readonly type: string | null;
  readonly isReal: boolean;
}
interface TopologyCall {
  readonly source: string;
  readonly target: string;
  readonly detectPoints: readonly string[];
  readonly sourceComponents: readonly string[];
  readonly targetComponents: readonly string[];
}
interface TraceSpan {
  readonly traceId: string;
  readonly segmentId: string;
  readonly spanId: number;
  readonly serviceCode: string;
  readonly endpointName: string;
  readonly type: string;
  readonly layer: string;
  readonly component: string;
  readonly refs: readonly object[];
}
