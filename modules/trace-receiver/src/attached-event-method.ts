import { type Clock, deliver, type GrpcMethod, type Publisher } from '@skein/core';
import { skywalking } from '@skein/proto/attached-event';
import { type Observation, SpanAttachedEventModel } from '@skein/telemetry';

const { SpanAttachedEvent } = skywalking.v3;
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);
const ROW_BYTES = 500;
const TYPES = ['SKYWALKING', 'ZIPKIN'] as const;

/** What eBPF and others saw of spans, receivers.md 6.2. Kept as it came, and shown with the trace. */
export function attachedEventMethod(listener: string, publisher: Publisher<Observation>, clock: Clock): GrpcMethod {
  const read = (bytes: Uint8Array): readonly Observation[] => [attachedEvent(bytes)];
  return {
    listener,
    path: '/skywalking.v3.SpanAttachedEventReportService/collect',
    kind: 'client-stream',
    handle: async (messages, call) => {
      await deliver({ messages, read, publisher, call, clock });
      return NO_COMMANDS;
    },
  };
}

/** Throws when the bytes are no event, or one of no span that could be found again. */
function attachedEvent(bytes: Uint8Array): Observation {
  const { startTime, event, traceContext } = SpanAttachedEvent.decode(bytes);
  const { traceId, traceSegmentId, type } = traceContext ?? {};
  if (!traceId) throw new Error('an attached event needs the traceId of its span');
  const seconds = Number(startTime?.seconds ?? 0);
  const nanos = startTime?.nanos ?? 0;
  const row = {
    id: [traceSegmentId ?? '', seconds, nanos, event ?? ''].join('_'),
    traceId,
    type: TYPES[type ?? 0] ?? 'SKYWALKING',
    startTime: seconds * 1000 + Math.trunc(nanos / 1e6),
    data: bytes,
  };
  return { sources: [], entities: [], records: [{ model: SpanAttachedEventModel, row }], weight: ROW_BYTES + bytes.byteLength };
}
