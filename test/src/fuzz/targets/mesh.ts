import { MalformedError } from '@skein/proto';
import { decodeMesh, skywalking } from '@skein/proto/mesh';
import type { FuzzTarget } from '../target.js';

const { ServiceMeshMetric, ServiceMeshMetrics } = skywalking.v3;

const CALL = {
  startTime: 1734221650012,
  endTime: 1734221650040,
  sourceServiceName: 'web',
  sourceServiceInstance: 'web-1',
  destServiceName: 'cart',
  destServiceInstance: 'cart-1',
  detectPoint: 1,
  tlsMode: 'mTLS',
  internalErrorCode: 'UH',
  internalRequestLatencyNanos: 1000,
  internalResponseLatencyNanos: 2000,
  sourceInstanceProperties: [{ key: 'pod', value: 'web-7f' }],
  destInstanceProperties: [{ key: 'pod', value: 'cart-7f' }],
};
const REQUEST = { ...CALL, endpoint: '/items', latency: 28, responseCode: 200, status: true, protocol: 1 };

export const target: FuzzTarget = {
  name: 'mesh',
  seeds: () => [
    ServiceMeshMetrics.encode({ httpMetrics: { metrics: [REQUEST, REQUEST] } }).finish(),
    ServiceMeshMetrics.encode({ tcpMetrics: { metrics: [{ ...CALL, receivedBytes: 5, sentBytes: 6 }] } }).finish(),
    ServiceMeshMetric.encode({ ...REQUEST, protocol: 2, tcp: { receivedBytes: 5, sentBytes: 6 } }).finish(),
  ],
  run(input) {
    try {
      readAll(Buffer.from(input));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
  },
};

/** Properties are read later than the rest, and must not surprise then: whatever they throw is a finding, so it is wrapped. */
function readAll(bytes: Uint8Array): void {
  for (const item of decodeMesh(bytes)) {
    try {
      for (const { key, value } of item.destProperties())
        if (typeof key !== 'string' || typeof value !== 'string') throw new TypeError(key);
    } catch (error) {
      throw new Error('the properties of an item that was decoded cannot be read', { cause: error });
    }
  }
}
