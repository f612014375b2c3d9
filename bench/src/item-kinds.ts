import { skywalking as jvm } from '@skein/proto/jvm';
import { skywalking as logging } from '@skein/proto/logging';
import { skywalking as mesh } from '@skein/proto/mesh';
import { skywalking as meter } from '@skein/proto/meter';
import { endpointName, serviceName, stretch } from './world.js';

/** One call of a sender: messages of a stream, or the body of a POST. */
export type Shipment =
  | { readonly grpc: string; readonly messages: readonly Uint8Array[] }
  | { readonly http: string; readonly body: string };

/** A kind of telemetry besides segments, as its senders ship it. */
export interface ItemKind {
  readonly name: string;
  /** Items in one call. */
  readonly perCall: number;
  ship(): Shipment;
}

const SERVICES = 20;
const ENDPOINTS = 25;
const below = (n: number): number => Math.floor(Math.random() * n);
const hex = (digits: number): string => Array.from({ length: digits }, () => below(16).toString(16)).join('');
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
/** A service and one of its two instances. */
function sender(): { readonly number: number; readonly service: string; readonly serviceInstance: string } {
  const number = below(SERVICES);
  return { number, service: serviceName(number), serviceInstance: `service-${number}-pod-${below(2)}` };
}

/** A request as the sidecar of its callee saw it; 100 in a message, as adapters batch them. */
function meshItem() {
  const { number, service, serviceInstance } = sender();
  const latency = Math.round(20 * stretch());
  const startTime = Date.now() - latency;
  return {
    startTime,
    endTime: startTime + latency,
    sourceServiceName: serviceName((number + SERVICES - 1) % SERVICES),
    sourceServiceInstance: `service-${number - 1}-pod-0`,
    destServiceName: service,
    destServiceInstance: serviceInstance,
    endpoint: endpointName(below(ENDPOINTS)),
    latency,
    responseCode: 200,
    status: true,
    detectPoint: 1,
    tlsMode: 'mTLS',
    internalRequestLatencyNanos: 80_000,
    internalResponseLatencyNanos: 40_000,
  };
}

/** What a Java agent sends each second: heap and other memory, six pools, two collectors, threads, classes. */
function jvmItem() {
  const usage = { init: 1 << 28, max: 1 << 30, used: (1 << 27) + below(1 << 26), committed: 1 << 29 };
  return {
    time: Date.now(),
    cpu: { usagePercent: 10 * stretch() },
    memory: [true, false].map((isHeap) => ({ isHeap, ...usage })),
    memoryPool: [0, 1, 2, 3, 5, 7].map((type) => ({ type, ...usage })),
    gc: [0, 1].map((phase) => ({ phase, count: below(3), time: below(20) })),
    thread: { liveCount: 80, daemonCount: 70, peakCount: 90, runnableStateThreadCount: 20, waitingStateThreadCount: 40 },
    clazz: { loadedClassCount: 12_000, totalLoadedClassCount: 12_100, totalUnloadedClassCount: 100 },
  };
}

function logItem() {
  const { number: _, ...who } = sender();
  const line = `${new Date().toISOString()} INFO [http-nio-8080-exec-${below(50)}] c.s.orders.OrderService - order ${hex(12)} accepted in ${below(900)} ms`;
  return {
    timestamp: Date.now(),
    ...who,
    endpoint: endpointName(below(ENDPOINTS)),
    body: { text: { text: line } },
    traceContext: { traceId: hex(32), traceSegmentId: hex(32), spanId: 0 },
    tags: {
      data: [
        { key: 'level', value: 'INFO' },
        { key: 'logger', value: 'c.s.orders.OrderService' },
      ],
    },
  };
}

/** A few of a Go agent's runtime metrics, of which rules make metrics. */
const METERS = ['num_goroutine', 'heap_alloc', 'stack_used', 'gc_pause_time', 'gc_count', 'os_threads_num', 'cpu_load'];
const meterItems = (count: number) =>
  many(count, () => ({ singleValue: { name: `instance_golang_${METERS[below(METERS.length)]}`, labels: [], value: below(1000) } }));

function zipkinItem() {
  const number = below(SERVICES);
  const traceId = hex(32);
  return {
    traceId,
    id: hex(16),
    parentId: hex(16),
    kind: 'SERVER',
    name: endpointName(below(ENDPOINTS)).toLowerCase(),
    timestamp: Date.now() * 1000 - 20_000,
    duration: Math.round(20_000 * stretch()),
    localEndpoint: { serviceName: serviceName(number), ipv4: `10.0.${number}.1`, port: 8080 },
    remoteEndpoint: { ipv4: `10.0.${number}.9` },
    tags: { 'http.method': 'GET', 'http.path': '/api/v1/order', 'http.status_code': '200' },
  };
}

const browserItem = () => ({
  service: `web::${below(4)}`,
  serviceVersion: `v${below(3)}`,
  pagePath: `/page/${below(ENDPOINTS)}`,
  ...{ redirectTime: 1, dnsTime: 5, ttfbTime: 30, tcpTime: 8, transTime: 12, domAnalysisTime: 90, fptTime: 130, domReadyTime: 160 },
  ...{ loadPageTime: 300, resTime: 80, sslTime: 4, ttlTime: 200, firstPackTime: 25, fmpTime: 220 },
});

/** Each is measured by itself. */
export const ITEM_KINDS: readonly ItemKind[] = [
  {
    name: 'mesh requests, 100 a message',
    perCall: 1000,
    ship: () => ({
      grpc: '/skywalking.v3.ServiceMeshMetricService/collect',
      messages: many(10, () => mesh.v3.ServiceMeshMetrics.encode({ httpMetrics: { metrics: many(100, meshItem) } }).finish()),
    }),
  },
  {
    name: 'JVM metrics, 5 a call',
    perCall: 5,
    ship: () => {
      const { service, serviceInstance } = sender();
      const message = jvm.v3.JVMMetricCollection.encode({ service, serviceInstance, metrics: many(5, jvmItem) }).finish();
      return { grpc: '/skywalking.v3.JVMMetricReportService/collect', messages: [message] };
    },
  },
  {
    name: 'logs, 100 a stream',
    perCall: 100,
    ship: () => ({
      grpc: '/skywalking.v3.LogReportService/collect',
      messages: many(100, () => logging.v3.LogData.encode(logItem()).finish()),
    }),
  },
  {
    name: 'meters, 20 a collection',
    perCall: 20,
    ship: () => {
      const { service, serviceInstance } = sender();
      const [first, ...rest] = meterItems(20);
      const meterData = [{ ...first, service, serviceInstance, timestamp: Date.now() }, ...rest];
      return {
        grpc: '/skywalking.v3.MeterReportService/collectBatch',
        messages: [meter.v3.MeterDataCollection.encode({ meterData }).finish()],
      };
    },
  },
  {
    name: 'Zipkin spans, JSON, 100 a request',
    perCall: 100,
    ship: () => ({ http: '/api/v2/spans', body: JSON.stringify(many(100, zipkinItem)) }),
  },
  { name: 'browser pages, 1 a request', perCall: 1, ship: () => ({ http: '/browser/perfData', body: JSON.stringify(browserItem()) }) },
];
