import { skywalking } from '@skein/proto/attached-event';
import type { Row } from '@skein/telemetry/storage';
import { clipped } from './clipped-text.js';
import type { AttachedEvent, ExactInstant } from './contract/attached-events.js';
import type { Span } from './contract/traces.js';

const { SpanAttachedEvent } = skywalking.v3;
type Stored = ReturnType<typeof SpanAttachedEvent.decode>;

/** What a span needs to be found by. */
type Place = Pick<Span, 'segmentId' | 'spanId' | 'type' | 'refs'>;

const key = (segmentId: string, spanId: number | string): string => `${segmentId}/${spanId}`;

/**
 * Events by the span that shows them. One is shown with the span that it names; what the callee's side saw (an inbound request, an outbound response)
 * with the entry span that this one called, where the trace has it. Source: query.md 3.7.
 *
 * `unreadable` is called for each row that is no event.
 */
export function eventsBySpan(
  spans: readonly Place[],
  rows: readonly Row[],
  unreadable: (error: unknown) => void,
): ReadonlyMap<Place, readonly AttachedEvent[]> {
  const named = new Map<string, Place>();
  const called = new Map<string, Place>();
  for (const span of spans) {
    named.set(key(span.segmentId, span.spanId), span);
    if (span.type === 'Entry') for (const ref of span.refs) called.set(key(ref.parentSegmentId, ref.parentSpanId), span);
  }
  const found = new Map<Place, AttachedEvent[]>();
  for (const { data } of rows) {
    const stored = decode(data, unreadable);
    const place = stored && key(stored.traceContext?.traceSegmentId ?? '', stored.traceContext?.spanId ?? '');
    const span = place && ((ofCallee(stored) ? called.get(place) : undefined) ?? named.get(place));
    if (!span) continue;
    const events = found.get(span);
    if (events === undefined) found.set(span, [shown(stored)]);
    else events.push(shown(stored));
  }
  for (const events of found.values()) events.sort(byStart);
  return found;
}

function decode(data: unknown, unreadable: (error: unknown) => void): Stored | undefined {
  try {
    return SpanAttachedEvent.decode(data as Uint8Array);
  } catch (error) {
    unreadable(error);
    return undefined;
  }
}

function ofCallee({ tags }: Stored): boolean {
  const tag = (name: string): string | undefined => tags?.find((t) => t.key === name)?.value ?? undefined;
  const direction = tag('data_direction');
  return tag('data_type') === 'request' ? direction === 'inbound' : tag('data_type') === 'response' && direction === 'outbound';
}

const instant = (time: Stored['startTime']): ExactInstant => ({ seconds: Number(time?.seconds ?? 0), nanos: time?.nanos ?? 0 });

const shown = ({ startTime, endTime, event, tags, summary }: Stored): AttachedEvent => ({
  startTime: instant(startTime),
  endTime: instant(endTime),
  event: clipped(event ?? ''),
  tags: (tags ?? []).map((t) => ({ key: clipped(t.key ?? ''), value: clipped(t.value ?? '') })),
  summary: (summary ?? []).map((s) => ({ key: clipped(s.key ?? ''), value: Number(s.value ?? 0) })),
});

const byStart = (a: AttachedEvent, b: AttachedEvent): number =>
  a.startTime.seconds - b.startTime.seconds || a.startTime.nanos - b.startTime.nanos;
