import { JsonError, MalformedError } from '@skein/proto';
import { decodeSpans } from '@skein/proto/zipkin';
import type { FuzzTarget } from '../target.js';

const V2 = {
  traceId: '463ac35c9f6413ad48485a3953bb6124',
  parentId: '463ac35c9f6413ad',
  id: 'a2fb4a1d1a96d312',
  kind: 'CLIENT',
  name: 'get /',
  timestamp: 1472470996199000,
  duration: 207000,
  localEndpoint: { serviceName: 'frontend', ipv4: '127.0.0.1', port: 8080 },
  remoteEndpoint: { serviceName: 'backend', ipv6: '2001:db8::c001' },
  annotations: [{ timestamp: 1472470996238000, value: 'foo' }],
  tags: { 'http.path': '/api', error: '' },
  debug: true,
  shared: true,
};
const HOST = { serviceName: 'frontend', ipv4: '127.0.0.1', port: 8080 };
const V1 = {
  traceId: '463ac35c9f6413ad',
  id: 'a2fb4a1d1a96d312',
  name: 'get',
  timestamp: 1472470996199000,
  duration: 207000,
  annotations: ['cs', 'sr', 'ss', 'cr', 'ws'].map((value, i) => ({ timestamp: 1472470996199000 + i, value, endpoint: HOST })),
  binaryAnnotations: [
    { key: 'sa', value: true, endpoint: { ...HOST, serviceName: 'backend' } },
    { key: 'http.path', value: '/api', endpoint: HOST },
  ],
};
const seed = (span: object): Uint8Array => Buffer.from(JSON.stringify([span, span]));

/** Both versions of Zipkin's JSON: whatever one of them refuses, the other may take. */
export const target: FuzzTarget = {
  name: 'zipkin-json',
  seeds: () => [seed(V2), seed(V1)],
  run(input) {
    for (const encoding of ['json-v1', 'json-v2'] as const) {
      try {
        decodeSpans(input, encoding);
      } catch (error) {
        if (!(error instanceof JsonError) && !(error instanceof MalformedError)) throw error;
      }
    }
  },
};
