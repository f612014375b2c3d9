import { MalformedError } from '@skein/proto';
import { decodeSpans, zipkin } from '@skein/proto/zipkin';
import type { FuzzTarget } from '../target.js';

const { ListOfSpans } = zipkin.proto3;

const SPAN = {
  traceId: Buffer.from('463ac35c9f6413ad48485a3953bb6124', 'hex'),
  parentId: Buffer.from('463ac35c9f6413ad', 'hex'),
  id: Buffer.from('a2fb4a1d1a96d312', 'hex'),
  kind: 2,
  name: 'get /',
  timestamp: 1472470996199000,
  duration: 207000,
  localEndpoint: { serviceName: 'frontend', ipv4: Buffer.from([127, 0, 0, 1]), port: 8080 },
  remoteEndpoint: { serviceName: 'backend', ipv6: Buffer.alloc(16, 1) },
  annotations: [{ timestamp: 1472470996238000, value: 'foo' }],
  tags: { 'http.path': '/api', error: '' },
  debug: true,
  shared: true,
};

/** Zipkin's `ListOfSpans`. */
export const target: FuzzTarget = {
  name: 'zipkin-proto',
  seeds: () => [ListOfSpans.encode({ spans: [SPAN, SPAN] }).finish()],
  run(input) {
    try {
      decodeSpans(input, 'protobuf');
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
  },
};
