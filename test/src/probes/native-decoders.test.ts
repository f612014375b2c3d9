import { describe, expect, it } from '@jest/globals';
import { parseJson } from '@skein/proto';
import { decodeClrReport } from '@skein/proto/clr';
import { decodeEvent, eventFromJson } from '@skein/proto/event';
import { decodeJvmReport } from '@skein/proto/jvm';
import { decodeMesh, type MeshItem } from '@skein/proto/mesh';
import fc from 'fast-check';
import { reflectedEncoder } from './reflected-encoder.js';

const encodeJvm = reflectedEncoder('jvm/jvm.proto');
const encodeClr = reflectedEncoder('clr/clr.proto');
const encodeMesh = reflectedEncoder('mesh/mesh.proto');
const encodeEvent = reflectedEncoder('event/event.proto');

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const long = fc.oneof(fc.nat(200), fc.maxSafeInteger());
const int = fc.oneof(fc.nat(200), fc.integer());
const pairs = fc.array(fc.record({ key: fc.oneof(text, fc.constant('__proto__')), value: text }), { maxLength: 3 });

describe('decoders read what another encoder wrote', () => {
  it('of JVM reports', () => {
    const sizes = { init: long, max: long, used: long, committed: long };
    const threads = ['live', 'daemon', 'peak'].map((n) => [`${n}Count`, long] as const);
    const states = ['runnable', 'blocked', 'waiting', 'timedWaiting'].map((n) => [`${n}StateThreadCount`, long] as const);
    const metric = fc.record({
      time: long,
      cpu: fc.record({ usagePercent: fc.double({ noNaN: true }) }),
      memory: fc.array(fc.record({ isHeap: fc.boolean(), ...sizes }), { maxLength: 2 }),
      memoryPool: fc.array(fc.record({ type: fc.nat(10), ...sizes }), { maxLength: 3 }),
      gc: fc.array(fc.record({ phase: fc.nat(2), count: long, time: long }), { maxLength: 3 }),
      thread: fc.record(Object.fromEntries([...threads, ...states]) as Record<string, typeof long>),
      clazz: fc.record({ loadedClassCount: long, totalUnloadedClassCount: long, totalLoadedClassCount: long }),
    });
    fc.assert(
      fc.property(text, text, fc.array(metric, { maxLength: 3 }), (service, serviceInstance, metrics) => {
        const expected = metrics.map((m) => ({
          time: m.time,
          cpuUsagePercent: m.cpu.usagePercent,
          memory: m.memory,
          memoryPools: m.memoryPool,
          collections: m.gc,
          threads: Object.fromEntries(Object.entries(m.thread).map(([key, n]) => [key.replace(/(StateThread)?Count$/, ''), n])),
          classes: {
            loaded: m.clazz.loadedClassCount,
            totalUnloaded: m.clazz.totalUnloadedClassCount,
            totalLoaded: m.clazz.totalLoadedClassCount,
          },
        }));
        // A negative zero is not sent.
        const decoded = decodeJvmReport(encodeJvm('JVMMetricCollection', { service, serviceInstance, metrics }));
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(JSON.parse(JSON.stringify({ service, serviceInstance, metrics: expected })));
      }),
    );
  });

  it('of CLR reports', () => {
    const metric = fc.record({
      time: long,
      gc: fc.record({ Gen0CollectCount: long, Gen1CollectCount: long, Gen2CollectCount: long, HeapMemory: long }),
      thread: fc.record({
        AvailableCompletionPortThreads: int,
        AvailableWorkerThreads: int,
        MaxCompletionPortThreads: int,
        MaxWorkerThreads: int,
      }),
    });
    fc.assert(
      fc.property(text, fc.array(metric, { maxLength: 3 }), (service, metrics) => {
        const expected = metrics.map(({ time, gc, thread }) => ({
          time,
          cpuUsagePercent: 0,
          gen0Collections: gc.Gen0CollectCount,
          gen1Collections: gc.Gen1CollectCount,
          gen2Collections: gc.Gen2CollectCount,
          heapMemory: gc.HeapMemory,
          availableCompletionPortThreads: thread.AvailableCompletionPortThreads,
          availableWorkerThreads: thread.AvailableWorkerThreads,
          maxCompletionPortThreads: thread.MaxCompletionPortThreads,
          maxWorkerThreads: thread.MaxWorkerThreads,
        }));
        expect(decodeClrReport(encodeClr('CLRMetricCollection', { service, metrics }))).toEqual({
          service,
          serviceInstance: '',
          metrics: expected,
        });
      }),
    );
  });

  const call = {
    startTime: long,
    endTime: long,
    sourceServiceName: text,
    sourceServiceInstance: text,
    destServiceName: text,
    destServiceInstance: text,
    detectPoint: fc.nat(2),
    tlsMode: text,
    internalErrorCode: text,
    internalRequestLatencyNanos: long,
    internalResponseLatencyNanos: long,
    sourceInstanceProperties: pairs,
    destInstanceProperties: pairs,
  };
  const request = fc.record({ ...call, endpoint: text, latency: int, responseCode: int, status: fc.boolean(), protocol: fc.nat(1) });
  const connection = fc.record({ ...call, receivedBytes: long, sentBytes: long });
  /** An item by the names of the wire. */
  const shown = (item: MeshItem) => ({
    startTime: item.startTime,
    endTime: item.endTime,
    sourceServiceName: item.sourceService,
    sourceServiceInstance: item.sourceInstance,
    destServiceName: item.destService,
    destServiceInstance: item.destInstance,
    endpoint: item.endpoint,
    latency: item.latency,
    responseCode: item.responseCode,
    status: item.status,
    protocol: item.protocol,
    detectPoint: item.detectPoint,
    tlsMode: item.tlsMode,
    internalErrorCode: item.internalErrorCode,
    internalRequestLatencyNanos: item.internalRequestLatencyNanos,
    internalResponseLatencyNanos: item.internalResponseLatencyNanos,
    destInstanceProperties: [...item.destProperties()],
    tcp: item.isConnection ? { receivedBytes: item.receivedBytes, sentBytes: item.sentBytes } : undefined,
  });
  const NO_REQUEST = { endpoint: '', latency: 0, responseCode: 0, status: false, protocol: 0 };

  it('of requests and connections in a mesh, wrapped', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 4 }), fc.array(connection, { maxLength: 4 }), (requests, connections) => {
        const http = decodeMesh(encodeMesh('ServiceMeshMetrics', { httpMetrics: { metrics: requests } })).map(shown);
        expect(http).toEqual(requests.map(({ sourceInstanceProperties: _, ...rest }) => ({ ...rest, tcp: undefined })));
        const tcp = decodeMesh(encodeMesh('ServiceMeshMetrics', { tcpMetrics: { metrics: connections } })).map(shown);
        expect(tcp).toEqual(
          connections.map(({ sourceInstanceProperties: _, receivedBytes, sentBytes, ...rest }) => ({
            ...NO_REQUEST,
            ...rest,
            tcp: { receivedBytes, sentBytes },
          })),
        );
      }),
    );
  });

  it('and flat, as requests or as connections', () => {
    fc.assert(
      fc.property(request, fc.record({ receivedBytes: long, sentBytes: long }), fc.boolean(), (item, tcp, isTcp) => {
        const { sourceInstanceProperties: _, ...rest } = item;
        const message = encodeMesh('ServiceMeshMetric', { ...item, tcp, ...(isTcp && { protocol: 2 }) });
        const { tcp: found, ...decoded } = shown(decodeMesh(message)[0]!);
        expect(decoded).toEqual({ ...rest, protocol: isTcp ? 2 : rest.protocol });
        expect(found).toEqual(isTcp ? tcp : undefined);
      }),
    );
  });

  it('of events, and JSON means the same', () => {
    const source = fc.record({ service: text, serviceInstance: text, endpoint: text });
    const parameters = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true });
    const event = fc.record({
      uuid: text,
      source,
      name: text,
      type: fc.nat(1),
      message: text,
      parameters,
      startTime: long,
      endTime: long,
      layer: text,
    });
    fc.assert(
      fc.property(event, fc.boolean(), fc.boolean(), (written, names, decimal) => {
        const { source: of, parameters: pairsOf, ...rest } = written;
        const expected = { ...rest, ...of, parameters: new Map(Object.entries(pairsOf)) };
        expect(decodeEvent(encodeEvent('Event', written))).toEqual(expected);
        const document = {
          ...written,
          ...(names && { type: ['Normal', 'Error'][written.type] }),
          ...(decimal && { startTime: String(written.startTime) }),
        };
        expect(eventFromJson(parseJson(Buffer.from(JSON.stringify(document))))).toEqual(expected);
      }),
    );
  });
});
