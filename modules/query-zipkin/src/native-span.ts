import type { KeyValue, Span, SpanReference } from '@skein/query/contract';
import { componentName, type ZipkinSpan } from '@skein/telemetry';
import {
  instanceOf,
  isEntry,
  isError,
  isExit,
  type Meaning,
  meaningOf,
  peerOf,
  segmentIdOf,
  UNKNOWN_SERVICE,
} from '@skein/zipkin-analyzer/contract';
import type { StoredSpan } from './stored-span.js';

/** Longest text that is shown, UTF-16 units. */
const MAX_SHOWN = 65_536;

/** The spans of one trace, by what they are called as segments. */
export type SpansBySegment = ReadonlyMap<string, StoredSpan>;

export const segmentOf = ({ id, shared = false }: StoredSpan): string => segmentIdOf({ id, shared });

/** A span as native queries show it: a segment of its own, with a reference to the span above. `start`: ms, for a span without time. */
export function nativeSpan(span: StoredSpan, start: number, spans: SpansBySegment): Span {
  const told = { ...pick(span), tags: new Map(Object.entries(span.tags ?? {})) };
  const meaning = meaningOf(told);
  const startTime = span.timestamp === undefined ? start : Math.floor(span.timestamp / 1000);
  return {
    traceId: span.traceId,
    segmentId: segmentOf(span),
    spanId: 0,
    parentSpanId: -1,
    refs: references(span, spans),
    service: cut(span.localEndpoint?.serviceName ?? UNKNOWN_SERVICE),
    instance: cut(instanceOf(told)),
    startTime,
    endTime: startTime + Math.round((span.duration ?? 0) / 1000),
    operationName: cut(span.name ?? ''),
    type: isEntry(told) ? 'Entry' : isExit(told) ? 'Exit' : 'Local',
    layer: layerOf(meaning, isEntry(told) || isExit(told)),
    component: meaning.componentId === 0 || !(isEntry(told) || isExit(told)) ? 'N/A' : componentName(meaning.componentId),
    peer: cut(peerOf(span.remoteEndpoint) ?? ''),
    isError: isError(told),
    tags: Object.entries(span.tags ?? {}).map(([key, value]): KeyValue => ({ key: cut(key), value: cut(value) })),
    logs: (span.annotations ?? []).map(({ timestamp, value }) => ({
      time: Math.floor(timestamp / 1000),
      data: [{ key: 'event', value: cut(value) }],
    })),
  };
}

const pick = ({ kind, localEndpoint, remoteEndpoint }: StoredSpan): Pick<ZipkinSpan, 'kind' | 'localEndpoint' | 'remoteEndpoint'> => ({
  kind,
  localEndpoint,
  remoteEndpoint,
});

const cut = (text: string): string => (text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… [${text.length} characters]`);

function layerOf({ type, virtual }: Meaning, isCall: boolean): string {
  if (!isCall) return 'Unknown';
  if (virtual === 'broker') return 'MQ';
  if (virtual === 'cache') return 'Cache';
  if (virtual === 'database') return 'Database';
  return type === 1 ? 'Http' : 'RPCFramework';
}

/** The server's half of a shared span follows the client's; other spans follow what their own service served, or else the parent itself. */
function references(span: StoredSpan, spans: SpansBySegment): readonly SpanReference[] {
  const parent = parentSegment(span, spans);
  if (parent === undefined) return [];
  const isWithin = spans.get(parent)?.localEndpoint?.serviceName === span.localEndpoint?.serviceName;
  return [{ traceId: span.traceId, parentSegmentId: parent, parentSpanId: 0, type: isWithin ? 'CROSS_THREAD' : 'CROSS_PROCESS' }];
}

function parentSegment({ id, shared, parentId, localEndpoint }: StoredSpan, spans: SpansBySegment): string | undefined {
  if (shared === true && spans.has(id)) return id;
  if (parentId === undefined) return undefined;
  const served = segmentIdOf({ id: parentId, shared: true });
  const half = spans.get(served);
  if (half === undefined) return parentId;
  return half.localEndpoint?.serviceName === localEndpoint?.serviceName || !spans.has(parentId) ? served : parentId;
}
