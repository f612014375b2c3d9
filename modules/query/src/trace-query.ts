import type { Clock, Logger, Meter } from '@skein/core';
import { type Duration, parseMemberId, SegmentModel, TagModel, type Zone } from '@skein/telemetry';
import type { Buckets, Condition, Range } from '@skein/telemetry/storage';
import { QueryError, type ReadOptions } from './contract/common.js';
import type { SegmentSummary, Span, TraceFilter, TraceQuery, TraceStore } from './contract/traces.js';
import { fairTurn, inTurns } from './contract/turns.js';
import type { Reads } from './reads.js';
import { orderSpans } from './span-order.js';
import { decodeSegment, type Segment, spanOf } from './stored-spans.js';

/** Segments of one trace that are shown; query.md 3.2. */
const MAX_SEGMENTS = 200;
/** Spans of one trace that are shown: more fit neither into an answer nor onto a screen. */
const MAX_SPANS = 50_000;
/** Keys, and values of a key, that are offered; query.md 3.2. */
const MAX_TAGS = 100;
/** How far into a list of several stores a page may lie: all that is before it has to be read from each of them. */
const MOST_MERGED = 10_000;
/** Clocks of senders may be ahead. */
const AHEAD_MS = 3_600_000;

export class StoredTraceQuery implements TraceQuery {
  readonly #unreadable: ReturnType<Meter['counter']>;

  constructor(
    private readonly reads: Reads,
    private readonly zone: Zone,
    private readonly clock: Clock,
    private readonly logger: Logger,
    meter: Meter,
    /** Stores beside the native one. Known when all modules are ready. */
    private readonly stores: () => readonly TraceStore[] = () => [],
  ) {
    this.#unreadable = meter.counter(
      'query_unreadable_segments_total',
      'Stored segments that could not be decoded and were left out of a trace',
    );
  }

  async list(filter: TraceFilter, o?: ReadOptions): Promise<readonly SegmentSummary[]> {
    if (!filter.duration && !filter.traceId) throw new QueryError('a trace query needs queryDuration or traceId');
    const page = this.reads.page(filter.page);
    const stores = this.stores();
    if (stores.length === 0) return this.#segments(filter, page, o);
    const most = page.offset + page.limit;
    if (most > MOST_MERGED) throw new QueryError(`a list of several stores ends at row ${MOST_MERGED}; narrow the search`);
    const lists = [await this.#segments(filter, { offset: 0, limit: most }, o)];
    for (const store of stores) lists.push(await store.list(filter, most, o));
    return lists
      .flat()
      .sort(filter.order === 'BY_DURATION' ? bySlowest : byLatest)
      .slice(page.offset, most);
  }

  /** Native segments. */
  async #segments(
    filter: TraceFilter,
    page: { readonly offset: number; readonly limit: number },
    o?: ReadOptions,
  ): Promise<readonly SegmentSummary[]> {
    const rows = await this.reads.records(
      {
        model: SegmentModel,
        range: filter.duration?.range ?? this.#everything(),
        where: conditions(filter),
        tags: filter.tags,
        order: { by: filter.order === 'BY_DURATION' ? 'latency' : SegmentModel.time, descending: true },
        ...page,
      },
      o,
    );
    return rows.map((r) => ({
      segmentId: String(r.segmentId ?? ''),
      traceId: String(r.traceId ?? ''),
      endpointName: parseMemberId(String(r.endpoint ?? ''))?.name ?? '',
      latency: Number(r.latency ?? 0),
      start: Number(r.startTime ?? 0),
      isError: r.isError === true,
    }));
  }

  async trace(traceId: string, o?: ReadOptions): Promise<readonly Span[]> {
    const rows = await this.reads.group({ model: SegmentModel, keys: [traceId], limit: MAX_SEGMENTS }, o);
    const spans: Span[] = [];
    for (const row of rows) {
      const segment = this.#decode(row.segmentId, row.data);
      if (segment === undefined) continue;
      const room = MAX_SPANS - spans.length;
      await inTurns(segment.spans.slice(0, room), (span) => spans.push(spanOf(segment, span)), o?.signal);
      if (segment.spans.length > room) {
        this.reads.cut('trace', `it has more than ${MAX_SPANS} spans, and no more are given`, o);
        break;
      }
      await fairTurn(o?.signal);
    }
    for (const store of this.stores()) {
      const room = MAX_SPANS - spans.length;
      if (room > 0) await inTurns(await store.trace(traceId, room, o), (span) => spans.push(span), o?.signal);
    }
    return orderSpans(spans, o?.signal);
  }

  async tagKeys(type: string, duration: Duration, o?: ReadOptions): Promise<readonly string[]> {
    const rows = await this.reads.entities(
      { model: TagModel, where: [['type', '=', type]], activeIn: this.#days(duration), limit: this.reads.settings.maxRows },
      o,
    );
    return [...new Set(rows.map((r) => String(r.key ?? '')))].sort().slice(0, MAX_TAGS);
  }

  async tagValues(type: string, key: string, duration: Duration, o?: ReadOptions): Promise<readonly string[]> {
    const where: readonly Condition[] = [
      ['type', '=', type],
      ['key', '=', key],
    ];
    const rows = await this.reads.entities({ model: TagModel, where, activeIn: this.#days(duration), limit: MAX_TAGS }, o);
    return rows.map((r) => String(r.value ?? '')).sort();
  }

  #decode(segmentId: unknown, data: unknown): Segment | undefined {
    try {
      if (!(data instanceof Uint8Array)) throw new TypeError('the row has no data');
      return decodeSegment(data);
    } catch (error) {
      this.#unreadable.add(1);
      this.logger.warn('a stored segment cannot be read', { segmentId, error });
      return undefined;
    }
  }

  /** As far back as segments are kept. */
  #everything(): Range {
    const now = this.clock.now();
    const kept = this.reads.storage.traits.retention.traces;
    return { from: Number.isFinite(kept) ? Math.max(0, now - kept) : 0, to: now + AHEAD_MS };
  }

  /** Tags are known by the day. */
  #days({ range }: Duration): Buckets {
    const from = this.zone.floor(range.from, 'day');
    let count = 0;
    for (let at = from; at < range.to; at = this.zone.next(at, 'day')) count++;
    return { precision: 'day', from, count };
  }
}

const byLatest = (a: SegmentSummary, b: SegmentSummary): number => b.start - a.start;
const bySlowest = (a: SegmentSummary, b: SegmentSummary): number => b.latency - a.latency;

function conditions(f: TraceFilter): readonly Condition[] {
  const where: Condition[] = [];
  if (f.serviceId) where.push(['service', '=', f.serviceId]);
  if (f.instanceId) where.push(['instance', '=', f.instanceId]);
  if (f.endpointId) where.push(['endpoint', '=', f.endpointId]);
  if (f.traceId) where.push(['traceId', '=', f.traceId]);
  if (f.minLatency) where.push(['latency', '>=', f.minLatency]);
  if (f.maxLatency) where.push(['latency', '<=', f.maxLatency]);
  if (f.state !== 'ALL') where.push(['isError', '=', f.state === 'ERROR']);
  return where;
}
