import type { Logger, Meter } from '@skein/core';
import { SpanAttachedEventModel } from '@skein/telemetry';
import { eventsBySpan } from './attached-events.js';
import type { ReadOptions } from './contract/common.js';
import type { LimitedReads } from './contract/reads.js';
import type { Span, TraceQuery } from './contract/traces.js';

/** Attached events of one trace that are shown. */
const MAX_EVENTS = 2000;

/** Traces with what others saw of their spans. */
export class AttachedTraceQuery implements TraceQuery {
  readonly #unreadable: ReturnType<Meter['counter']>;
  readonly list: TraceQuery['list'];
  readonly tagKeys: TraceQuery['tagKeys'];
  readonly tagValues: TraceQuery['tagValues'];

  constructor(
    private readonly traces: TraceQuery,
    private readonly reads: LimitedReads,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.list = traces.list.bind(traces);
    this.tagKeys = traces.tagKeys.bind(traces);
    this.tagValues = traces.tagValues.bind(traces);
    this.#unreadable = meter.counter('query_unreadable_events_total', 'Stored attached events that could not be decoded and were left out');
  }

  async trace(traceId: string, o?: ReadOptions): Promise<readonly Span[]> {
    const spans = await this.traces.trace(traceId, o);
    if (spans.length === 0) return spans;
    const rows = await this.reads.group({ model: SpanAttachedEventModel, keys: [traceId], limit: MAX_EVENTS }, o);
    if (rows.length === 0) return spans;
    const events = eventsBySpan(spans, rows, (error) => {
      this.#unreadable.add(1);
      this.logger.warn('a stored attached event cannot be read', { traceId, error });
    });
    return spans.map((span) => {
      const attachedEvents = events.get(span);
      return attachedEvents === undefined ? span : { ...span, attachedEvents };
    });
  }
}
