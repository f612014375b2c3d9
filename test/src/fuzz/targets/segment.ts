import { decodeSegment, MalformedError, skywalking, splitSegmentCollection } from '@skein/proto';
import type { FuzzTarget } from '../target.js';

const { SegmentCollection, SegmentObject } = skywalking.v3;

const SEGMENT = {
  traceId: 't.1.2',
  traceSegmentId: 't.1.1',
  service: 'shop',
  serviceInstance: 'shop-1',
  spans: [
    {
      spanId: 0,
      parentSpanId: -1,
      startTime: 1734221650012,
      endTime: 1734221650040,
      operationName: '/cart',
      refs: [
        { traceId: 't.1.2', parentTraceSegmentId: 't.0.1', parentSpanId: 1, parentService: 'web', networkAddressUsedAtPeer: 'shop:80' },
      ],
      tags: [{ key: 'http.status_code', value: '200' }],
      logs: [{ time: 1734221650020, data: [{ key: 'event', value: 'error' }] }],
    },
    { spanId: 1, startTime: 1734221650013, endTime: 1734221650039, spanType: 1, spanLayer: 1, peer: 'db:3306', isError: true },
  ],
};

export const target: FuzzTarget = {
  name: 'segment',
  seeds: () => [SegmentObject.encode(SEGMENT).finish(), SegmentCollection.encode({ segments: [SEGMENT, SEGMENT] }).finish()],
  run(input) {
    for (const decode of [readAll, splitSegmentCollection]) {
      try {
        decode(Buffer.from(input));
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
      }
    }
  },
};

function readAll(bytes: Uint8Array): void {
  for (const span of decodeSegment(bytes).spans) for (const [key] of span.tags()) span.tag(key);
}
