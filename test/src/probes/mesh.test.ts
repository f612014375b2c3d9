import { describe, expect, it } from '@jest/globals';
import { checkModule } from '@skein/core/testing';
import mesh from '@skein/mesh-receiver';
import { NamingToken, observations } from '@skein/telemetry';
import { DURATION, MINUTE, type OfficialHost, officialHost } from './official-host.js';
import { reflectedEncoder } from './reflected-encoder.js';

const encode = reflectedEncoder('mesh/mesh.proto');
const COLLECT = '/skywalking.v3.ServiceMeshMetricService/collect';
const COMPAT = '/ServiceMeshMetricService/collect';
const DOWNSTREAM = [new Uint8Array(0)];
const [client, server, proxy] = [0, 1, 2];

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const WEB = `${base64('web')}.1`;
const CART = `${base64('cart')}.1`;

const CALL = {
  startTime: MINUTE + 1000,
  endTime: MINUTE + 1100,
  sourceServiceName: 'web',
  sourceServiceInstance: 'web-1',
  destServiceName: 'cart',
  destServiceInstance: 'cart-1',
};
const REQUEST = { ...CALL, endpoint: '/items', latency: 100, responseCode: 200, status: true, protocol: 0, detectPoint: server };
const requests = (...metrics: readonly object[]): Uint8Array => encode('ServiceMeshMetrics', { httpMetrics: { metrics } });
const connections = (...metrics: readonly object[]): Uint8Array => encode('ServiceMeshMetrics', { tcpMetrics: { metrics } });
const flat = (metric: object): Uint8Array => encode('ServiceMeshMetric', metric);

const SERVICE = { serviceName: 'cart', normal: true };
const INSTANCE = { ...SERVICE, serviceInstanceName: 'cart-1' };
const ENDPOINT = { ...SERVICE, endpointName: '/items' };
const RELATION = { serviceName: 'web', normal: true, destServiceName: 'cart', destNormal: true };
const INSTANCES = { ...RELATION, serviceInstanceName: 'web-1', destServiceInstanceName: 'cart-1' };

const books = (host: OfficialHost) => host.kit.books().find((b) => b.publisher === 'mesh-receiver')!;
const send = (host: OfficialHost, ...messages: readonly Uint8Array[]) => host.kit.grpc(COLLECT, messages);
/** The one value of each metric; undefined where there is none. */
async function values(host: OfficialHost, entity: Record<string, string | boolean>, names: readonly string[]) {
  const found: Record<string, number | undefined> = {};
  for (const name of names) found[name] = (await host.values(name, entity))[0];
  return found;
}

interface Graph {
  readonly nodes: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly type: string | null;
    readonly layers?: readonly string[];
  }>;
  readonly calls: ReadonlyArray<{
    readonly id: string;
    readonly sourceComponents: readonly string[];
    readonly targetComponents: readonly string[];
    readonly detectPoints: readonly string[];
  }>;
}
const CALLS = 'calls { id sourceComponents targetComponents detectPoints }';
async function topology(host: OfficialHost, layer?: string): Promise<Graph> {
  const { graph } = await host.ask<{ graph: Graph }>(
    `query ($duration: Duration!, $layer: String) {
      graph: getGlobalTopology(duration: $duration, layer: $layer) { nodes { id name type layers } ${CALLS} }
    }`,
    { duration: DURATION, layer },
  );
  return graph;
}
async function instanceTopology(host: OfficialHost): Promise<Graph> {
  const { graph } = await host.ask<{ graph: Graph }>(
    `query ($duration: Duration!) {
      graph: getServiceInstanceTopology(clientServiceId: "${WEB}", serverServiceId: "${CART}", duration: $duration) { nodes { id name type } ${CALLS} }
    }`,
    { duration: DURATION },
  );
  return graph;
}

describe('requests that a proxy at the called side saw', () => {
  it('give the metrics of service, instance, endpoint and relations, and those of the sidecar', async () => {
    await using host = await officialHost([mesh]);
    const message = requests(
      { ...REQUEST, internalRequestLatencyNanos: 4000, internalResponseLatencyNanos: 600 },
      { ...REQUEST, latency: 301, status: false, responseCode: 503, internalRequestLatencyNanos: 1000, internalErrorCode: 'UH' },
    );
    expect(await send(host, message)).toEqual(DOWNSTREAM);
    host.kit.assertBooks();

    const of = (scope: string) => [`${scope}_cpm`, `${scope}_resp_time`, `${scope}_sla`];
    const sidecar = (scope: string) => [`${scope}_sidecar_internal_req_latency_nanos`, `${scope}_sidecar_internal_resp_latency_nanos`];
    const traffic = (scope: string) => ({ [`${scope}_cpm`]: 2, [`${scope}_resp_time`]: 200, [`${scope}_sla`]: 5000 });
    const inside = (scope: string) => ({
      [`${scope}_sidecar_internal_req_latency_nanos`]: 2500,
      [`${scope}_sidecar_internal_resp_latency_nanos`]: 300,
    });
    for (const [scope, entity] of [
      ['service', SERVICE],
      ['service_instance', INSTANCE],
      ['endpoint', ENDPOINT],
    ] as const) {
      expect(await values(host, entity, [...of(scope), ...sidecar(scope)])).toEqual({ ...traffic(scope), ...inside(scope) });
    }
    expect(
      await values(host, RELATION, ['service_relation_server_cpm', 'service_relation_server_resp_time', ...sidecar('service_server')]),
    ).toEqual({
      service_relation_server_cpm: 2,
      service_relation_server_resp_time: 200,
      ...inside('service_server'),
    });
    expect(await values(host, INSTANCES, ['service_instance_relation_server_call_sla', ...sidecar('instance_server')])).toEqual({
      service_instance_relation_server_call_sla: 5000,
      ...inside('instance_server'),
    });
    expect(await host.values('all_percentile{p="99"}', {})).toEqual([300]);
    expect(await values(host, RELATION, ['service_relation_client_cpm', ...sidecar('service_client')])).toEqual({
      service_relation_client_cpm: undefined,
      service_client_sidecar_internal_req_latency_nanos: undefined,
      service_client_sidecar_internal_resp_latency_nanos: undefined,
    });
  });

  it('make service, instance and endpoint appear in the layer MESH, the instance with its properties, which change as they are reported', async () => {
    await using host = await officialHost([mesh]);
    const reported = (version: string) => ({
      ...REQUEST,
      destInstanceProperties: [
        { key: 'pod', value: 'cart-7f' },
        { key: 'version', value: version },
      ],
      sourceInstanceProperties: [{ key: 'pod', value: 'web-7f' }],
    });
    await send(host, requests(reported('v1'), reported('v1'), REQUEST));
    const shown = async () => {
      const { services, instances, endpoints } = await host.ask<Record<string, readonly object[]>>(
        `query ($duration: Duration!) {
          services: listServices(layer: "MESH") { name normal layers }
          instances: listInstances(duration: $duration, serviceId: "${CART}") { name attributes { name value } }
          endpoints: findEndpoint(serviceId: "${CART}", limit: 10) { name }
        }`,
        { duration: DURATION },
      );
      return { services, instances, endpoints };
    };
    const expected = (version: string) => ({
      services: [{ name: 'cart', normal: true, layers: ['MESH'] }],
      instances: [
        {
          name: 'cart-1',
          attributes: [
            { name: 'pod', value: 'cart-7f' },
            { name: 'version', value: version },
          ],
        },
      ],
      endpoints: [{ name: '/items' }],
    });
    expect(await shown()).toEqual(expected('v1'));
    const minuteLater = { ...reported('v2'), startTime: MINUTE + 61_000 };
    await send(host, requests(minuteLater));
    expect(await shown()).toEqual(expected('v2'));
    host.kit.assertBooks();
  });

  it('tell metrics of an operator the error code of the proxy, the encryption and the type', async () => {
    const oal = `
      test_overflow = from(Service.*).filter(sideCar.internalErrorCode == "UO").count();
      test_mtls = from(ServiceRelation.*).filter(tlsMode == "mTLS").filter(type == RequestType.gRPC).count();
      test_plain_bytes = from(TCPServiceRelation.receivedBytes).filter(tlsMode != "mTLS").sum();
      test_broken = from(TCPService.receivedBytes).filter(sideCar.internalErrorCode == "UF").sum();`;
    await using host = await officialHost([mesh], { aggregation: { window: 0, oal } });
    const tcp = { ...CALL, detectPoint: server, receivedBytes: 30 };
    await send(
      host,
      requests({ ...REQUEST, internalErrorCode: 'UO', protocol: 1, tlsMode: 'mTLS' }, { ...REQUEST, tlsMode: 'mTLS' }, REQUEST),
      connections({ ...tcp, tlsMode: 'mTLS' }, { ...tcp, receivedBytes: 12, internalErrorCode: 'UF' }),
    );
    expect(await values(host, SERVICE, ['test_overflow', 'test_broken'])).toEqual({ test_overflow: 1, test_broken: 12 });
    expect(await values(host, RELATION, ['test_mtls', 'test_plain_bytes'])).toEqual({ test_mtls: 1, test_plain_bytes: 12 });
  });

  it('without instances and endpoint are of the service alone', async () => {
    await using host = await officialHost([mesh]);
    await send(host, requests({ ...REQUEST, destServiceInstance: '', sourceServiceInstance: '', endpoint: ' ' }));
    expect(await values(host, SERVICE, ['service_cpm'])).toEqual({ service_cpm: 1 });
    expect(await values(host, RELATION, ['service_relation_server_cpm'])).toEqual({ service_relation_server_cpm: 1 });
    const { instances, endpoints } = await host.ask<Record<string, readonly object[]>>(
      `query ($duration: Duration!) {
        instances: listInstances(duration: $duration, serviceId: "${CART}") { name }
        endpoints: findEndpoint(serviceId: "${CART}", limit: 10) { name }
      }`,
      { duration: DURATION },
    );
    expect({ instances, endpoints }).toEqual({ instances: [], endpoints: [] });
  });

  it('take negative latencies as none, and times of other days as not theirs', async () => {
    await using host = await officialHost([mesh]);
    await send(host, requests({ ...REQUEST, latency: -5 }, { ...REQUEST, startTime: 0 }, { ...REQUEST, startTime: MINUTE + 3_600_000 }));
    expect(await values(host, SERVICE, ['service_cpm', 'service_resp_time'])).toEqual({ service_cpm: 1, service_resp_time: 0 });
    host.kit.assertBooks();
  });
});

describe('the topology', () => {
  it('joins what the proxies of both sides saw into one call, with protocol and encryption as components', async () => {
    await using host = await officialHost([mesh]);
    await send(
      host,
      requests({ ...REQUEST, detectPoint: client, tlsMode: 'mTLS' }, { ...REQUEST, tlsMode: 'mTLS' }, { ...REQUEST, tlsMode: 'NONE' }),
    );
    const graph = await topology(host);
    expect(graph.nodes.map(({ name, type, layers }) => ({ name, type, layers }))).toEqual(
      expect.arrayContaining([
        { name: 'cart', type: 'http', layers: ['MESH'] },
        { name: 'web', type: null, layers: ['UNDEFINED'] },
      ]),
    );
    expect(graph.calls).toEqual([
      {
        id: `${WEB}-${CART}`,
        sourceComponents: expect.arrayContaining(['http', 'mtls']),
        targetComponents: expect.arrayContaining(['http', 'mtls']),
        detectPoints: ['CLIENT', 'SERVER'],
      },
    ]);
    expect(await topology(host, 'MESH')).toEqual(graph);
    const instances = await instanceTopology(host);
    expect(instances.nodes.map(({ id }) => id).sort()).toEqual([`${CART}_${base64('cart-1')}`, `${WEB}_${base64('web-1')}`].sort());
    expect(instances.calls).toEqual([
      {
        id: `${WEB}_${base64('web-1')}-${CART}_${base64('cart-1')}`,
        sourceComponents: [],
        targetComponents: [],
        detectPoints: ['CLIENT', 'SERVER'],
      },
    ]);
  });

  it('shows calls that only a proxy between the two saw, and no side of which gives metrics', async () => {
    await using host = await officialHost([mesh]);
    const seenByProxy = { ...REQUEST, detectPoint: proxy, tlsMode: 'TLS' };
    await send(host, requests(seenByProxy), connections({ ...CALL, destServiceName: 'db', destServiceInstance: '', detectPoint: proxy }));
    const { nodes, calls } = await topology(host);
    expect(nodes.map(({ name, type }) => [name, type]).sort()).toEqual([
      ['cart', 'http'],
      ['db', 'tcp'],
      ['web', null],
    ]);
    expect(calls.map(({ id, detectPoints }) => [id, detectPoints]).sort()).toEqual(
      [
        [`${WEB}-${CART}`, ['PROXY']],
        [`${WEB}-${base64('db')}.1`, ['PROXY']],
      ].sort(),
    );
    const called = calls.find(({ id }) => id === `${WEB}-${CART}`)!;
    expect([called.sourceComponents, [...called.targetComponents].sort()]).toEqual([[], ['http', 'tls']]);
    expect((await instanceTopology(host)).calls.map(({ detectPoints }) => detectPoints)).toEqual([['PROXY']]);
    expect(await values(host, RELATION, ['service_relation_client_cpm', 'service_relation_server_cpm'])).toEqual({
      service_relation_client_cpm: undefined,
      service_relation_server_cpm: undefined,
    });
    expect(await values(host, SERVICE, ['service_cpm'])).toEqual({ service_cpm: undefined });
    // Once the called side reports, its word counts, and the call is one.
    await send(host, requests({ ...REQUEST, protocol: 1, detectPoint: server }));
    const later = await topology(host);
    expect(later.nodes.find(({ name }) => name === 'cart')?.type).toBe('GRPC');
    expect(later.calls.find(({ id }) => id === `${WEB}-${CART}`)?.detectPoints).toEqual(['SERVER', 'PROXY']);
  });

  it.each([
    [{ protocol: 0 }, 'http', ['http']],
    [{ protocol: 1 }, 'GRPC', ['GRPC']],
    [{ protocol: 7 }, 'rpc', ['rpc']],
    [{ protocol: 1, tlsMode: 'TLS' }, 'GRPC', ['GRPC', 'tls']],
  ])('shows %j as %s', async (fields, type, components) => {
    await using host = await officialHost([mesh]);
    await send(host, requests({ ...REQUEST, ...fields }));
    const { nodes, calls } = await topology(host);
    expect(nodes.find(({ name }) => name === 'cart')?.type).toBe(type);
    expect([...calls[0]!.targetComponents].sort()).toEqual([...components].sort());
  });
});

describe('connections', () => {
  const CONNECTION = { ...CALL, receivedBytes: 1000, sentBytes: 400, detectPoint: server };
  const metrics = (prefix: string) => [`${prefix}_received`, `${prefix}_sent`];
  const bytes = (prefix: string, received: number, sent: number) => ({ [`${prefix}_received`]: received, [`${prefix}_sent`]: sent });

  it('give the bytes of service, instance and relations at both sides, and no requests', async () => {
    await using host = await officialHost([mesh]);
    await send(
      host,
      connections(
        CONNECTION,
        { ...CONNECTION, receivedBytes: 3000, sentBytes: 0 },
        { ...CONNECTION, detectPoint: client, receivedBytes: 7, sentBytes: 9 },
      ),
    );
    expect(await values(host, SERVICE, [...metrics('service_throughput'), 'service_cpm'])).toEqual({
      ...bytes('service_throughput', 2000, 200),
      service_cpm: undefined,
    });
    expect(await values(host, INSTANCE, metrics('service_instance_throughput'))).toEqual(bytes('service_instance_throughput', 2000, 200));
    for (const [scope, entity] of [
      ['service_relation', RELATION],
      ['service_instance_relation', INSTANCES],
    ] as const) {
      expect(await values(host, entity, [...metrics(`${scope}_server`), ...metrics(`${scope}_client`)])).toEqual({
        ...bytes(`${scope}_server`, 2000, 200),
        ...bytes(`${scope}_client`, 7, 9),
      });
    }
    const { nodes, calls } = await topology(host, 'MESH');
    expect(nodes.find(({ name }) => name === 'cart')?.type).toBe('tcp');
    expect(calls).toEqual([
      { id: `${WEB}-${CART}`, sourceComponents: ['tcp'], targetComponents: ['tcp'], detectPoints: ['CLIENT', 'SERVER'] },
    ]);
    host.kit.assertBooks();
  });

  it('give rows only where their metrics are switched off', async () => {
    await using host = await officialHost([mesh], { 'mesh-receiver': { tcpMetrics: false } });
    await send(host, connections({ ...CONNECTION, tlsMode: 'TLS', destInstanceProperties: [{ key: 'pod', value: 'p' }] }));
    expect(await values(host, SERVICE, metrics('service_throughput'))).toEqual({
      service_throughput_received: undefined,
      service_throughput_sent: undefined,
    });
    const { nodes, calls } = await topology(host, 'MESH');
    expect(nodes).toHaveLength(2);
    expect([...calls[0]!.targetComponents].sort()).toEqual(['tcp', 'tls']);
  });
});

describe('the forms of the message', () => {
  const BASE = { ...REQUEST, tlsMode: 'TLS', internalErrorCode: 'x', internalRequestLatencyNanos: 10, internalResponseLatencyNanos: 20 };
  const properties = [{ key: 'pod', value: 'cart-7f' }];
  const ASKED = [
    'service_cpm',
    'service_resp_time',
    'service_sidecar_internal_req_latency_nanos',
    'service_sidecar_internal_resp_latency_nanos',
  ];

  it.each<[string, string, Uint8Array]>([
    ['the wrapper of today', COLLECT, requests({ ...BASE, destInstanceProperties: properties })],
    ['the flat item of 8.4 to 9.2', COLLECT, flat({ ...BASE, destInstanceProperties: properties })],
    ['the flat item without a package', COMPAT, flat({ ...BASE, destInstanceProperties: properties })],
    ['the wrapper without a package', COMPAT, requests({ ...BASE, destInstanceProperties: properties })],
    ['a flat item whose times come last', COLLECT, reordered(flat({ ...BASE, destInstanceProperties: properties }))],
  ])('mean the same: %s', async (_form, path, message) => {
    await using host = await officialHost([mesh]);
    expect(await host.kit.grpc(path, [message])).toEqual(DOWNSTREAM);
    expect(await values(host, SERVICE, ASKED)).toEqual({
      service_cpm: 1,
      service_resp_time: 100,
      service_sidecar_internal_req_latency_nanos: 10,
      service_sidecar_internal_resp_latency_nanos: 20,
    });
    const { listInstances } = await host.ask<{ listInstances: readonly object[] }>(
      `query ($duration: Duration!) { listInstances(duration: $duration, serviceId: "${CART}") { attributes { name value } } }`,
      { duration: DURATION },
    );
    expect(listInstances).toEqual([{ attributes: [{ name: 'pod', value: 'cart-7f' }] }]);
  });

  it('a flat item of the protocol TCP is a connection', async () => {
    await using host = await officialHost([mesh]);
    await send(host, flat({ ...CALL, protocol: 2, detectPoint: server, tcp: { receivedBytes: 5, sentBytes: 6 }, latency: 9 }));
    expect(await values(host, SERVICE, ['service_throughput_received', 'service_throughput_sent', 'service_cpm'])).toEqual({
      service_throughput_received: 5,
      service_throughput_sent: 6,
      service_cpm: undefined,
    });
  });

  it('a flat item without start is one all the same, of a time that is long ago', async () => {
    await using host = await officialHost([mesh]);
    await send(host, flat({ ...REQUEST, startTime: 0 }), flat({ ...REQUEST, startTime: 0, endTime: 0 }), new Uint8Array(), requests());
    expect(books(host)).toMatchObject({ received: 2, handled: 2 });
    expect(await values(host, SERVICE, ['service_cpm'])).toEqual({ service_cpm: undefined });
  });

  it('come mixed in one stream, and each item in its own', async () => {
    await using host = await officialHost([mesh]);
    await send(
      host,
      flat(REQUEST),
      requests(REQUEST, REQUEST),
      connections({ ...CALL, detectPoint: server, receivedBytes: 8 }),
      flat(REQUEST),
    );
    expect(await values(host, SERVICE, ['service_cpm', 'service_throughput_received'])).toEqual({
      service_cpm: 4,
      service_throughput_received: 8,
    });
    host.kit.assertBooks();
  });
});

describe('bad input', () => {
  const GOOD = requests(REQUEST);
  it.each<[string, Uint8Array]>([
    ['truncated', GOOD.subarray(0, -1)],
    ['a time that is text', Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0x0a, 0x00])],
    ['a property that is a number', Buffer.from([0x0a, 0x07, 0x0a, 0x05, 0x92, 0x01, 0x02, 0x08, 0x01])],
    ['a property that reaches past the end', Buffer.from([0x0a, 0x07, 0x0a, 0x05, 0x92, 0x01, 0x09, 0x0a, 0x01])],
    ['a flat item of 6.x agents, which has numbers where instances are', Buffer.from([0x08, 0x01, 0x20, 0x05])],
    ['100 000 empty items', bomb(100_000)],
    ['field 0', Buffer.from([0x00, 0x01])],
    ['an endless varint', Buffer.alloc(64, 0xff)],
  ])('is refused and counted, and the rest of the stream stays: %s', async (_what, message) => {
    await using host = await officialHost([mesh]);
    await expect(send(host, GOOD, message, GOOD)).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining('1 of 3'),
    });
    expect(await values(host, SERVICE, ['service_cpm'])).toEqual({ service_cpm: 2 });
    expect(books(host).skipped).toEqual({ malformed: 1 });
    host.kit.assertBooks();
  });

  it('items that name no called service are left out and counted', async () => {
    await using host = await officialHost([mesh]);
    expect(await send(host, requests({ ...REQUEST, destServiceName: ' ' }, REQUEST, {}))).toEqual(DOWNSTREAM);
    expect(books(host)).toMatchObject({ received: 3, handled: 1, skipped: { 'no-service': 2 } });
    host.kit.assertBooks();
  });

  it('of names and properties beyond all measure is cut to what can be stored', async () => {
    await using host = await officialHost([mesh]);
    const huge = '\u0001"ä'.repeat(30_000);
    const item = {
      ...REQUEST,
      destServiceName: huge,
      destServiceInstance: huge,
      endpoint: huge,
      tlsMode: huge,
      internalErrorCode: huge,
      destInstanceProperties: [
        { key: '__proto__', value: 'p' },
        { key: 'big', value: huge },
      ],
    };
    await send(host, requests(item));
    const entity = { serviceName: huge.slice(0, 70), normal: true };
    expect(await host.values('service_cpm', entity)).toEqual([1]);
    const { listInstances } = await host.ask<{ listInstances: readonly object[] }>(
      `query ($duration: Duration!) { listInstances(duration: $duration, serviceId: "${base64(huge.slice(0, 70))}.1") { name attributes { name value } } }`,
      { duration: DURATION },
    );
    expect(listInstances).toEqual([{ name: huge.slice(0, 70), attributes: [{ name: '__proto__', value: 'p' }] }]);
    host.kit.assertBooks();
  });
});

it('keeps the contract of modules', () => {
  const plain = (name: string): string => name;
  return checkModule({
    module: mesh,
    services: [[NamingToken, { service: plain, instance: plain, endpoint: (_: string, name: string) => name }]],
    inputs: {
      stream: observations,
      count: 150,
      send: (kit, n) =>
        kit.grpc(COLLECT, [n % 2 === 0 ? flat({ ...REQUEST, startTime: n + 1 }) : requests({ ...REQUEST, startTime: n + 1 })], {
          timeoutMs: 30_000,
        }),
      read: ({ sources }) => sources[0]!.time - 1,
    },
  });
});

/** The same message with its first two fields, the times, at the end. */
function reordered(message: Uint8Array): Uint8Array {
  const times = 2 * 7;
  return Buffer.concat([message.subarray(times), message.subarray(0, times)]);
}

function bomb(items: number): Uint8Array {
  const list = Buffer.alloc(2 * items, Buffer.from([0x0a, 0x00]));
  const length = Buffer.from([(list.length & 127) | 128, ((list.length >> 7) & 127) | 128, list.length >> 14]);
  return Buffer.concat([Buffer.from([0x0a]), length, list]);
}
