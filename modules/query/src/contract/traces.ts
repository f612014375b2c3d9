import { createPoint, createToken } from '@skein/core';
import type { Duration } from '@skein/telemetry';
import type { AttachedEvent } from './attached-events.js';
import type { Page, ReadOptions } from './common.js';

/** Which segments to list; all conditions must hold. */
export interface TraceFilter {
  readonly serviceId?: string;
  readonly instanceId?: string;
  readonly endpointId?: string;
  readonly traceId?: string;
  readonly duration?: Duration;
  /** ms, inclusive. */
  readonly minLatency?: number;
  readonly maxLatency?: number;
  readonly state: 'ALL' | 'SUCCESS' | 'ERROR';
  /** `key=value`, all must be there; only searchable keys are ever found. */
  readonly tags: readonly string[];
  readonly order: 'BY_START_TIME' | 'BY_DURATION';
  readonly page: Page;
}

/** One segment of a trace. */
export interface SegmentSummary {
  readonly segmentId: string;
  readonly traceId: string;
  readonly endpointName: string;
  /** ms. */
  readonly latency: number;
  readonly start: number;
  readonly isError: boolean;
}

/** A tag of a span, or an entry of its logs. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}
/** The span that caused a segment. */
export interface SpanReference {
  readonly traceId: string;
  readonly parentSegmentId: string;
  readonly parentSpanId: number;
  readonly type: 'CROSS_PROCESS' | 'CROSS_THREAD';
}
/** One span of a trace, decoded in full. Texts longer than 65 536 characters are cut there and end with `… [n characters]`. */
export interface Span {
  readonly traceId: string;
  readonly segmentId: string;
  readonly spanId: number;
  readonly parentSpanId: number;
  readonly refs: readonly SpanReference[];
  readonly service: string;
  readonly instance: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly operationName: string;
  readonly type: 'Entry' | 'Exit' | 'Local';
  readonly layer: string;
  readonly component: string;
  readonly peer: string;
  readonly isError: boolean;
  readonly tags: readonly KeyValue[];
  readonly logs: ReadonlyArray<{ readonly time: number; readonly data: readonly KeyValue[] }>;
  /** What others saw of it, by start; absent: nothing. At most 2000 of a trace. */
  readonly attachedEvents?: readonly AttachedEvent[];
}

/** Lists of segments, whole traces, and the tags that can be searched. */
export interface TraceQuery {
  /** Segments, latest or slowest first. Throws QueryError without a duration and a trace id. */
  list(filter: TraceFilter, options?: ReadOptions): Promise<readonly SegmentSummary[]>;
  /**
   * All spans of a trace, depth first from each root, roots by start time. Empty for an unknown id. A trace of more than 200 segments or
   * 50 000 spans is cut there, as {@link ReadOptions.onCut} tells. Spans of other stores than the native one come with them.
   */
  trace(traceId: string, options?: ReadOptions): Promise<readonly Span[]>;
  /** At most 100 keys seen on the days of the range, of as many tags as one read gives. `type`: TRACE, LOG or ALARM. */
  tagKeys(type: string, duration: Duration, options?: ReadOptions): Promise<readonly string[]>;
  tagValues(type: string, key: string, duration: Duration, options?: ReadOptions): Promise<readonly string[]>;
}
/** Provided by the module `query`. */
export const TraceQueryToken = createToken<TraceQuery>('trace-query');

/**
 * Traces that a module keeps in a form of its own, and shows as segments and spans. The query service asks every store for its lists and
 * traces, beside the native segments. A store reports what is cut as {@link ReadOptions} says, and ends within a deadline of its own.
 */
export interface TraceStore {
  /** The first `limit` entries in the order of the filter, whatever `filter.page` says. */
  list(filter: TraceFilter, limit: number, options?: ReadOptions): Promise<readonly SegmentSummary[]>;
  /** Spans of a trace, at most `limit`, in any order; none for an unknown id. `segmentId` is unlike that of any other segment of the trace. */
  trace(traceId: string, limit: number, options?: ReadOptions): Promise<readonly Span[]>;
}
/** Stores of traces beside the native one; owned by the module `query`. */
export const TraceStores = createPoint<TraceStore, 'calls'>({ id: 'trace-stores', kind: 'calls' });
