import { expect, it } from '@jest/globals';
import { skywalking } from '@skein/proto';
import traceReceiver from '@skein/trace-receiver';
import { MINUTE, officialHost, reflectedEncoder } from './official-host.js';

const { SegmentObject } = skywalking.v3;
const encode = reflectedEncoder('attached-event/attached-event.proto');
const common = { traceId: 't', serviceInstance: 'i' };
const span = { startTime: MINUTE + 1000, endTime: MINUTE + 1100, operationName: '/cart', spanLayer: 3 };
const CALLER = {
  ...common,
  traceSegmentId: 'a',
  service: 'web',
  spans: [{ ...span, spanId: 0, parentSpanId: -1, spanType: 1, peer: 'cart:80' }],
};
const CALLEE = {
  ...common,
  traceSegmentId: 'b',
  service: 'cart',
  spans: [
    {
      ...span,
      spanId: 0,
      parentSpanId: -1,
      refs: [
        { traceId: 't', parentTraceSegmentId: 'a', parentSpanId: 0, parentService: 'web', parentServiceInstance: 'i', parentEndpoint: '/' },
      ],
    },
  ],
};
const event = (name: string, nanos: number, tags: Record<string, string>): Uint8Array =>
  encode('SpanAttachedEvent', {
    event: name,
    startTime: { seconds: MINUTE / 1000 + 1, nanos },
    endTime: { seconds: MINUTE / 1000 + 2, nanos: 1 },
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    summary: [{ key: 'bytes', value: 4096 }],
    traceContext: { type: 0, traceId: 't', traceSegmentId: 'a', spanId: '0' },
  });

it('shows what eBPF saw of a request with the spans of both its sides', async () => {
  await using host = await officialHost([traceReceiver]);
  const { kit } = host;
  await kit.grpc(
    '/skywalking.v3.TraceSegmentReportService/collect',
    [CALLER, CALLEE].map((s) => SegmentObject.encode(s).finish()),
  );
  const sent = [event('sent', 7, { data_type: 'request', data_direction: 'outbound' })];
  const came = [event('came', 9, { data_type: 'request', data_direction: 'inbound' })];
  await kit.grpc('/skywalking.v3.SpanAttachedEventReportService/collect', [...came, ...sent]);
  const { queryTrace } = await host.ask<{ queryTrace: { spans: { serviceCode: string; attachedEvents: object[] }[] } }>(
    `{ queryTrace(traceId: "t") { spans { serviceCode attachedEvents {
      event startTime { seconds nanos } endTime { seconds nanos } tags { key value } summary { key value } } } } }`,
  );
  const shown = (name: string, nanos: number, direction: string) => ({
    event: name,
    startTime: { seconds: MINUTE / 1000 + 1, nanos },
    endTime: { seconds: MINUTE / 1000 + 2, nanos: 1 },
    tags: [
      { key: 'data_type', value: 'request' },
      { key: 'data_direction', value: direction },
    ],
    summary: [{ key: 'bytes', value: 4096 }],
  });
  expect(queryTrace.spans).toEqual([
    { serviceCode: 'web', attachedEvents: [shown('sent', 7, 'outbound')] },
    { serviceCode: 'cart', attachedEvents: [shown('came', 9, 'inbound')] },
  ]);
  kit.assertBooks();
});
