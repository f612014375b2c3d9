import type { Span } from '@skein/query/contract';
import { inTurns } from '@skein/query/contract';
import { type SpanIds, shownTraceId } from './ids.js';

/** OTLP's trace in its JSON form, as far as spans of SkyWalking fill it. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}
export interface OtlpEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly OtlpAttribute[];
}
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly events: readonly OtlpEvent[];
  readonly status: { readonly code: keyof typeof STATUS_CODES; readonly message?: string };
}
export interface OtlpResourceSpans {
  readonly resource: { readonly attributes: readonly OtlpAttribute[] };
  readonly scopeSpans: ReadonlyArray<{
    readonly scope: { readonly name: string; readonly version: string };
    readonly spans: readonly OtlpSpan[];
  }>;
}
export interface OtlpTrace {
  readonly resourceSpans: readonly OtlpResourceSpans[];
}

/** Numbers of the wire. */
export const KINDS = { SPAN_KIND_INTERNAL: 1, SPAN_KIND_SERVER: 2, SPAN_KIND_CLIENT: 3 } as const;
export const STATUS_CODES = { STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 } as const;

const KIND_OF = { Entry: 'SPAN_KIND_SERVER', Exit: 'SPAN_KIND_CLIENT', Local: 'SPAN_KIND_INTERNAL' } as const;
const SCOPE = { name: 'skywalking-tracer', version: '0.1.0' };

export const attribute = (key: string, value: string): OtlpAttribute => ({ key, value: { stringValue: value } });
export const nanosText = (ms: number): string => String(BigInt(Math.round(ms)) * 1_000_000n);

/** The spans of a trace by their service and instance. */
export async function otlpTrace(spans: readonly Span[], ids: SpanIds, signal?: AbortSignal): Promise<OtlpTrace> {
  const groups = new Map<string, { readonly first: Span; readonly spans: OtlpSpan[] }>();
  await inTurns(
    spans,
    (span) => {
      const key = JSON.stringify([span.service, span.instance]);
      const group = groups.get(key) ?? { first: span, spans: [] };
      groups.set(key, group);
      group.spans.push(otlpSpan(span, ids));
    },
    signal,
  );
  return {
    resourceSpans: [...groups.values()].map(({ first, spans: own }) => ({
      resource: { attributes: resourceAttributes(first) },
      scopeSpans: [{ scope: SCOPE, spans: own }],
    })),
  };
}

const resourceAttributes = ({ service, instance }: Span): readonly OtlpAttribute[] => [
  attribute('service.name', service),
  ...(instance === '' ? [] : [attribute('service.instance.id', instance)]),
];

function otlpSpan(span: Span, ids: SpanIds): OtlpSpan {
  const parent = parentOf(span, ids);
  return {
    traceId: shownTraceId(span.traceId),
    spanId: ids.of(span.segmentId, span.spanId),
    ...(parent !== undefined && { parentSpanId: parent }),
    name: span.operationName,
    kind: KIND_OF[span.type],
    startTimeUnixNano: nanosText(span.startTime),
    endTimeUnixNano: nanosText(span.endTime),
    attributes: spanAttributes(span),
    events: [...logEvents(span), ...attachedEvents(span)],
    status: span.isError ? { code: 'STATUS_CODE_ERROR', message: 'Error occurred' } : { code: 'STATUS_CODE_OK' },
  };
}

/** The span above it in its segment, else the one that its first reference names. */
function parentOf({ segmentId, parentSpanId, refs }: Span, ids: SpanIds): string | undefined {
  if (parentSpanId >= 0) return ids.of(segmentId, parentSpanId);
  const [ref] = refs;
  return ref && ids.of(ref.parentSegmentId, ref.parentSpanId);
}

/** Its tags, and what SkyWalking knows of it besides. */
function spanAttributes({ tags, component, layer, peer, traceId, segmentId }: Span): readonly OtlpAttribute[] {
  return [
    ...tags.map(({ key, value }) => attribute(key, value)),
    ...(component === 'N/A' || component === '' ? [] : [attribute('skywalking.component', component)]),
    ...(layer === 'Unknown' ? [] : [attribute('skywalking.layer', layer)]),
    ...(peer === '' ? [] : [attribute('peer.address', peer)]),
    attribute('skywalking.trace_id', traceId),
    attribute('skywalking.segment_id', segmentId),
  ];
}

const logEvents = ({ logs }: Span): readonly OtlpEvent[] =>
  logs.map(({ time, data }) => ({
    timeUnixNano: nanosText(time),
    name: 'log',
    attributes: data.map(({ key, value }) => attribute(key, value)),
  }));

const attachedEvents = ({ attachedEvents: events = [] }: Span): readonly OtlpEvent[] =>
  events.map(({ startTime, event, tags, summary }) => ({
    timeUnixNano: String(BigInt(startTime.seconds) * 1_000_000_000n + BigInt(startTime.nanos)),
    name: event,
    attributes: [...tags.map(({ key, value }) => attribute(key, value)), ...summary.map(({ key, value }) => attribute(key, String(value)))],
  }));
