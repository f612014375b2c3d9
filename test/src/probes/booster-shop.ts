import type { TestHost } from '@skein/core/testing';
import { reflectedEncoder } from './reflected-encoder.js';

/** The minute in which everything happened; every range of the recorded queries has it. */
export const SHOP_MINUTE = Date.UTC(2026, 10, 22, 4, 40);

const segment = reflectedEncoder('skywalking/language-agent/tracing.proto');
const mesh = reflectedEncoder('mesh/mesh.proto');
const jvm = reflectedEncoder('jvm/jvm.proto');

/** `[service, instance]` */
type Who = readonly [service: string, instance: string];
const FRONTEND: Who = ['shop-frontend', 'frontend-1'];
const ORDERS: Who = ['shop-orders', 'orders-1'];
const STOCK: Who = ['shop-stock', 'stock-1'];

interface Call {
  readonly from: Who;
  readonly endpoint: string;
  readonly segmentId: string;
}
interface Span {
  readonly operationName: string;
  readonly spanType: 'Entry' | 'Exit';
  readonly [field: string]: unknown;
}

let made = 0;

/** A segment: an entry span, and exit spans below it. */
function segmentOf([service, serviceInstance]: Who, traceId: string, entry: Span, exits: readonly Span[] = [], caller?: Call): Uint8Array {
  const refs = caller && [
    {
      refType: 'CrossProcess',
      traceId,
      parentTraceSegmentId: caller.segmentId,
      parentSpanId: 1,
      parentService: caller.from[0],
      parentServiceInstance: caller.from[1],
      parentEndpoint: caller.endpoint,
      networkAddressUsedAtPeer: `${service}:80`,
    },
  ];
  const times = { startTime: SHOP_MINUTE + 1000, endTime: SHOP_MINUTE + 1300 };
  const spans = [{ ...entry, ...(refs && { refs }) }, ...exits].map((span, spanId) => ({
    spanId,
    parentSpanId: spanId === 0 ? -1 : 0,
    spanLayer: 'Http',
    componentId: 4002,
    ...times,
    ...span,
  }));
  return segment('SegmentObject', { traceId, traceSegmentId: `${traceId}-${service}-${++made}`, service, serviceInstance, spans });
}

/** Calls through the shop: one that works, in the trace `traceId`, one that is slow, and one that fails. `databases`: addresses. */
function segments(traceId: string, databases: readonly string[]): readonly Uint8Array[] {
  const exit = (operationName: string, peer: string, more: object = {}): Span => ({ operationName, spanType: 'Exit', peer, ...more });
  const entry = (operationName: string, isError = false): Span => ({ operationName, spanType: 'Entry', isError });
  const query = (peer: string): Span =>
    exit('pg/query', peer, {
      spanLayer: 'Database',
      componentId: 22,
      tags: [
        { key: 'db.type', value: 'PostgreSQL' },
        { key: 'db.statement', value: 'SELECT pg_sleep(0.25)' },
      ],
    });
  const fromFrontend: Call = { from: FRONTEND, endpoint: '', segmentId: 'frontend' };
  const fromOrders: Call = { from: ORDERS, endpoint: '', segmentId: 'orders' };
  return [
    segmentOf(STOCK, traceId, entry('GET:/reserve'), [], fromOrders),
    segmentOf(ORDERS, traceId, entry('POST:/order'), [exit('/reserve', 'shop-stock:80'), ...databases.map(query)], fromFrontend),
    segmentOf(ORDERS, 'slow', entry('GET:/report'), databases.map(query), fromFrontend),
    segmentOf(ORDERS, 'broken', entry('GET:/broken', true), [], fromFrontend),
    // Last, because only now is it known whose addresses the shop calls.
    segmentOf(FRONTEND, traceId, entry('GET:/checkout'), [exit('/order', 'shop-orders:80')]),
  ];
}

const meshCalls = (): Uint8Array => {
  const call = (source: Who, dest: Who, detectPoint: 'client' | 'server') => ({
    startTime: SHOP_MINUTE + 1000,
    endTime: SHOP_MINUTE + 1050,
    sourceServiceName: source[0],
    sourceServiceInstance: source[1],
    destServiceName: dest[0],
    destServiceInstance: dest[1],
    endpoint: '/items',
    latency: 50,
    responseCode: 200,
    status: true,
    detectPoint,
    internalRequestLatencyNanos: 1000,
    internalResponseLatencyNanos: 1000,
  });
  const [web, cart, store]: readonly Who[] = [
    ['mesh-web', 'web-1'],
    ['mesh-cart', 'cart-1'],
    ['mesh-store', 'store-1'],
  ];
  const points = ['client', 'server'] as const;
  const metrics = points.flatMap((point) => [call(web!, cart!, point), call(cart!, store!, point)]);
  return mesh('ServiceMeshMetrics', { httpMetrics: { metrics } });
};

const runtime = (): Uint8Array =>
  jvm('JVMMetricCollection', {
    service: ORDERS[0],
    serviceInstance: ORDERS[1],
    metrics: [
      {
        time: SHOP_MINUTE,
        cpu: { usagePercent: 12 },
        memory: [true, false].map((isHeap) => ({ isHeap, max: 400_000_000, used: 100_000_000 })),
        memoryPool: [{ type: 'NEWGEN_USAGE', max: 100_000_000, used: 30_000_000 }],
        gc: [{ phase: 'NEW', count: 1, time: 4 }],
        thread: { liveCount: 20, daemonCount: 10, peakCount: 25, runnableStateThreadCount: 5, blockedStateThreadCount: 1 },
        clazz: { loadedClassCount: 1000, totalUnloadedClassCount: 5, totalLoadedClassCount: 1005 },
      },
    ],
  });

const page = { service: 'shop-ui', serviceVersion: 'v1.2', pagePath: '/cart' };
const times = [
  'redirect',
  'dns',
  'ttfb',
  'tcp',
  'trans',
  'domAnalysis',
  'fpt',
  'domReady',
  'loadPage',
  'res',
  'ssl',
  'ttl',
  'firstPack',
  'fmp',
];

const bodies = (traceId: string): ReadonlyArray<readonly [path: string, body: object]> => [
  [
    '/v3/logs',
    [FRONTEND, ORDERS].map(([service, serviceInstance]) => ({
      timestamp: SHOP_MINUTE + 1000,
      service,
      serviceInstance,
      layer: 'GENERAL',
      body: { type: 'TEXT', text: { text: 'order 1 was placed' } },
      traceContext: { traceId, traceSegmentId: 's', spanId: 0 },
      tags: { data: [{ key: 'level', value: 'INFO' }] },
    })),
  ],
  [
    '/v3/events',
    [
      {
        uuid: 'event-1',
        source: { service: ORDERS[0], serviceInstance: ORDERS[1] },
        name: 'Restart',
        type: 'Normal',
        message: 'restarted',
        startTime: SHOP_MINUTE,
        endTime: SHOP_MINUTE + 5000,
        layer: 'GENERAL',
      },
    ],
  ],
  ['/browser/perfData', { ...page, ...Object.fromEntries(times.map((name, n) => [`${name}Time`, 10 + n])) }],
  [
    '/browser/errorLogs',
    [
      {
        ...page,
        uniqueId: 'error-1',
        category: 'ajax',
        grade: 'error',
        message: 'no',
        errorUrl: 'http://shop/cart',
        firstReportedError: true,
      },
    ],
  ],
];

/** Makes happen in a host, through its real doors, what the recorded pages show. The clock must stand in {@link SHOP_MINUTE}. */
export async function sendShop(kit: TestHost, traceId: string, databases: readonly string[]): Promise<void> {
  await kit.grpc('/skywalking.v3.TraceSegmentReportService/collect', segments(traceId, databases));
  await kit.grpc('/skywalking.v3.ServiceMeshMetricService/collect', [meshCalls()]);
  await kit.grpc('/skywalking.v3.JVMMetricReportService/collect', [runtime()]);
  for (const who of [FRONTEND, ORDERS, STOCK]) {
    const body = { service: who[0], serviceInstance: who[1], layer: 'GENERAL' };
    await kit.http('/v3/management/keepAlive', { body });
  }
  for (const [path, body] of bodies(traceId)) {
    const { status, body: problem } = await kit.http(path, { body });
    if (status !== 200) throw new Error(`${path} answered ${status}: ${problem}`);
  }
}
