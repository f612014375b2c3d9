import { skywalking } from '@skein/proto';
import { clipped } from './clipped-text.js';
import type { KeyValue, Span } from './contract/traces.js';
import { shownComponent } from './service-topology.js';

const { SegmentObject } = skywalking.v3;
/** A segment as it is stored. */
export type Segment = ReturnType<typeof SegmentObject.decode>;
type StoredSpan = Segment['spans'][number];

const TYPES = ['Entry', 'Exit', 'Local'] as const;
const LAYERS = ['Unknown', 'Database', 'RPCFramework', 'Http', 'MQ', 'Cache', 'FAAS', 'GenAI'] as const;

const pairs = (list: StoredSpan['tags']): readonly KeyValue[] =>
  (list ?? []).map((t) => ({ key: clipped(t.key ?? ''), value: clipped(t.value ?? '') }));

/** A span in full. */
export function spanOf(segment: Segment, span: StoredSpan): Span {
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
    service: clipped(segment.service ?? ''),
    instance: clipped(segment.serviceInstance ?? ''),
    startTime: Number(span.startTime ?? 0),
    endTime: Number(span.endTime ?? 0),
    operationName: clipped(span.operationName ?? ''),
    type: TYPES[span.spanType ?? 0] ?? 'Local',
    layer: LAYERS[span.spanLayer ?? 0] ?? 'Unknown',
    component: shownComponent(span.componentId ?? 0),
    peer: clipped(span.peer ?? ''),
    isError: span.isError ?? false,
    tags: pairs(span.tags),
    logs: (span.logs ?? []).map((l) => ({ time: Number(l.time ?? 0), data: pairs(l.data) })),
  };
}

/** Throws for bytes that are no segment. */
export const decodeSegment = (bytes: Uint8Array): Segment => SegmentObject.decode(bytes);
