import { expect, it } from '@jest/globals';
import { skywalking } from '@skein/proto/attached-event';
import { eventsBySpan } from './attached-events.js';

const { SpanAttachedEvent } = skywalking.v3;

const exit = { segmentId: 'a', spanId: 1, type: 'Exit' as const, refs: [] };
const entry = {
  segmentId: 'b',
  spanId: 0,
  type: 'Entry' as const,
  refs: [{ traceId: 't', parentSegmentId: 'a', parentSpanId: 1, type: 'CROSS_PROCESS' as const }],
};

const row = (event: string, startNanos: number, tags: Record<string, string> = {}, spanId = '1') => ({
  data: SpanAttachedEvent.encode({
    event,
    startTime: { seconds: 10, nanos: startNanos },
    endTime: { seconds: 11, nanos: 5 },
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    summary: [{ key: 'bytes', value: 7 }],
    traceContext: { traceId: 't', traceSegmentId: 'a', spanId },
  }).finish(),
});
const names = (spans: Parameters<typeof eventsBySpan>[0], rows: Parameters<typeof eventsBySpan>[1]) =>
  [...eventsBySpan(spans, rows, () => {})].map(([{ segmentId, spanId }, events]) => [segmentId, spanId, events.map((e) => e.event)]);

it('shows events with the span that they name, by start', () => {
  const rows = [row('late', 9), row('early', 2), row('elsewhere', 1, {}, '7')];
  expect(names([exit, entry], rows)).toEqual([['a', 1, ['early', 'late']]]);
  expect([...eventsBySpan([exit], [row('x', 3, { k: 'v' })], () => {}).values()]).toEqual([
    [
      {
        event: 'x',
        startTime: { seconds: 10, nanos: 3 },
        endTime: { seconds: 11, nanos: 5 },
        tags: [{ key: 'k', value: 'v' }],
        summary: [{ key: 'bytes', value: 7 }],
      },
    ],
  ]);
});

it("shows what the callee's side saw with the entry span that was called, where there is one", () => {
  const rows = [
    row('in', 1, { data_type: 'request', data_direction: 'inbound' }),
    row('out', 2, { data_type: 'request', data_direction: 'outbound' }),
    row('back', 3, { data_type: 'response', data_direction: 'outbound' }),
    row('came', 4, { data_type: 'response', data_direction: 'inbound' }),
  ];
  expect(names([exit, entry], rows)).toEqual([
    ['b', 0, ['in', 'back']],
    ['a', 1, ['out', 'came']],
  ]);
  expect(names([exit], rows)).toEqual([['a', 1, ['in', 'out', 'back', 'came']]]);
});

it('leaves out what is no event', () => {
  const errors: unknown[] = [];
  expect(eventsBySpan([exit], [{ data: Uint8Array.of(0x0a, 9) }], (e) => errors.push(e)).size).toBe(0);
  expect(errors).toHaveLength(1);
});
