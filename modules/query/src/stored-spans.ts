import { skywalking } from '@skein/proto';
import type { KeyValue, Span } from './contract/traces.js';
import { shownComponent } from './service-topology.js';

const { SegmentObject } = skywalking.v3;
type Segment = ReturnType<typeof SegmentObject.decode>;
type StoredSpan = Segment['spans'][number];

const TYPES = ['Entry', 'Exit', 'Local'] as const;
const LAYERS = ['Unknown', 'Database', 'RPCFramework', 'Http', 'MQ', 'Cache', 'FAAS', 'GenAI'] as const;

const pairs = (list: StoredSpan['tags']): readonly KeyValue[] => (list ?? []).map((t) => ({ key: t.key ?? '', value: t.value ?? '' }));

function spanOf(segment: Segment, span: StoredSpan): Span {
  return {
    traceId: segment.traceId ?? '',
    segmentId: segment.traceSegmentId ?? '',
    spanId: span.spanId ?? 0,
    parentSpanId: span.parentSpanId ?? 0,
    refs: (span.refs ?? []).map((r) => ({
      traceId: r.traceId ?? '',
      parentSegmentId: r.parentTraceSegmentId ?? '',
      parentSpanId: r.parentSpanId ?? 0,
      type: r.refType === 1 ? ('CROSS_THREAD' as const) : ('CROSS_PROCESS' as const),
    })),
    service: segment.service ?? '',
    instance: segment.serviceInstance ?? '',
    startTime: Number(span.startTime ?? 0),
    endTime: Number(span.endTime ?? 0),
    operationName: span.operationName ?? '',
    type: TYPES[span.spanType ?? 0] ?? 'Local',
    layer: LAYERS[span.spanLayer ?? 0] ?? 'Unknown',
    component: shownComponent(span.componentId ?? 0),
    peer: span.peer ?? '',
    isError: span.isError ?? false,
    tags: pairs(span.tags),
    logs: (span.logs ?? []).map((l) => ({ time: Number(l.time ?? 0), data: pairs(l.data) })),
  };
}

/** The spans of a stored segment, in full. Throws for bytes that are not one. */
export function decodeSpans(bytes: Uint8Array): readonly Span[] {
  const segment = SegmentObject.decode(bytes);
  return segment.spans.map((span) => spanOf(segment, span));
}
