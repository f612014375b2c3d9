import type { Clock } from '@skein/core';
import { traceIdOf } from '@skein/proto/zipkin';
import { inTurns, type ReadOptions, type SegmentSummary, type Span, type TraceFilter, type TraceStore } from '@skein/query/contract';
import { parseMemberId, parseServiceId } from '@skein/telemetry';
import type { Condition, Range, Row } from '@skein/telemetry/storage';
import { ZipkinSpanModel } from '@skein/zipkin-analyzer/contract';
import { nativeSpan, segmentOf } from './native-span.js';
import type { SpanReads } from './span-reads.js';
import { merged, type StoredSpan, storedSpan } from './stored-span.js';

/** Clocks of senders may be ahead. */
const AHEAD_MS = 3_600_000;
const MICROS = 1000;

/** Zipkin's traces for the native queries: each span is a segment, and lists show those in which a service or a trace begins. */
export class NativeTraces implements TraceStore {
  constructor(
    private readonly reads: SpanReads,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async list(filter: TraceFilter, limit: number, o: ReadOptions = {}): Promise<readonly SegmentSummary[]> {
    const where = conditions(filter);
    if (where === undefined) return [];
    const rows = await this.reads.records(
      {
        model: ZipkinSpanModel,
        range: filter.duration?.range ?? this.everything(),
        where,
        tags: filter.tags,
        order: { by: filter.order === 'BY_DURATION' ? 'duration' : ZipkinSpanModel.time, descending: true },
        offset: 0,
        limit,
        body: false,
      },
      o,
    );
    return rows.map((row) => ({
      segmentId: String(row.segmentId ?? ''),
      traceId: String(row.traceId ?? ''),
      endpointName: String(row.name ?? ''),
      latency: Math.round(Number(row.duration ?? 0) / MICROS),
      start: Number(row.startTime ?? 0),
      isError: row.isError === true,
    }));
  }

  async trace(traceId: string, limit: number, o: ReadOptions = {}): Promise<readonly Span[]> {
    // Ids of native traces are of another form: most of them need no search here.
    const id = traceIdOf(traceId);
    if (id === undefined) return [];
    const rows = await this.reads.group({ model: ZipkinSpanModel, keys: [id], limit }, o);
    const spans = new Map<string, StoredSpan>();
    const starts = new Map<string, number>();
    const add = (row: Row): void => {
      const span = storedSpan(row);
      if (span === undefined) return;
      const segment = segmentOf(span);
      const known = spans.get(segment);
      spans.set(segment, known === undefined ? span : merged(known, span));
      starts.set(segment, Number(row.startTime ?? 0));
    };
    await inTurns(rows, add, o.signal);
    const shown: Span[] = [];
    await inTurns(spans, ([segment, span]) => shown.push(nativeSpan(span, starts.get(segment)!, spans)), o.signal);
    return shown;
  }

  /** As far back as spans are kept. */
  private everything(): Range {
    const now = this.clock.now();
    const kept = this.reads.storage.traits.retention.traces;
    return { from: Number.isFinite(kept) ? Math.max(0, now - kept) : 0, to: now + AHEAD_MS };
  }
}

/** Undefined when no Zipkin span can meet the filter. */
function conditions(filter: TraceFilter): readonly Condition[] | undefined {
  const where: Condition[] = [['isEntry', '=', true]];
  const { serviceId, instanceId, endpointId, traceId, minLatency, maxLatency, state } = filter;
  if (serviceId) {
    const service = parseServiceId(serviceId);
    if (service === undefined || !service.normal) return undefined;
    where.push(['service', '=', service.name]);
  }
  for (const [id, field] of [
    [instanceId, 'instance'],
    [endpointId, 'name'],
  ] as const) {
    if (!id) continue;
    const member = parseMemberId(id);
    if (member === undefined || !member.service.normal) return undefined;
    where.push(['service', '=', member.service.name], [field, '=', member.name]);
  }
  if (traceId) {
    const id = traceIdOf(traceId);
    if (id === undefined) return undefined;
    where.push(['traceId', '=', id]);
  }
  // The latency that is shown is rounded to the nearest millisecond.
  if (minLatency) where.push(['duration', '>=', minLatency * MICROS - MICROS / 2]);
  if (maxLatency) where.push(['duration', '<=', maxLatency * MICROS + MICROS / 2 - 1]);
  if (state !== 'ALL') where.push(['isError', '=', state === 'ERROR']);
  return where;
}
