import { inTurns, type SegmentSummary, type Span, type TimeQuery, type TraceQuery } from '@skein/query/contract';
import type { QueryTraceqlConfig } from '../config.js';
import { SpanIds, shownTraceId } from '../otlp/ids.js';
import { attribute, nanosText, type OtlpAttribute } from '../otlp/trace.js';
import { exactly } from './days.js';
import type { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';
import { searchFilter } from './search-filter.js';
import { meets, type SpanConditions, spanConditions, traceFilter } from './span-conditions.js';

const DEFAULT_TRACES = 20;
const DEFAULT_SPANS = 3;
/** Segments of a search that are looked at for each trace that is wanted, read in pages. */
const SEGMENTS_PER_TRACE = 10;
const PAGE = 200;

interface FoundSpan {
  readonly spanID: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly durationNanos: string;
  readonly attributes: readonly OtlpAttribute[];
}

/** A trace in a list, as Tempo shows it. */
export interface FoundTrace {
  readonly traceID: string;
  readonly rootServiceName: string;
  readonly rootTraceName: string;
  readonly startTimeUnixNano: string;
  readonly durationMs: number;
  readonly spanSets: ReadonlyArray<{ readonly spans: readonly FoundSpan[]; readonly matched: number }>;
  readonly serviceStats: Readonly<Record<string, { readonly spanCount: number; readonly errorCount?: number }>>;
}

/** Finds traces one of whose spans meets all conditions, latest segment first. */
export class TraceSearch {
  constructor(
    private readonly traces: TraceQuery,
    private readonly time: Pick<TimeQuery, 'info'>,
    private readonly config: Pick<QueryTraceqlConfig, 'maxTraces' | 'maxSpansPerTrace' | 'lookback'>,
  ) {}

  async search(parameters: Parameters, o: ApiReadOptions): Promise<readonly FoundTrace[]> {
    const { maxTraces, maxSpansPerTrace, lookback } = this.config;
    const conditions = spanConditions(searchFilter(parameters));
    const range = parameters.range(this.time.info().now, lookback);
    const limit = parameters.count('limit', maxTraces) ?? Math.min(DEFAULT_TRACES, maxTraces);
    const spans = parameters.count('spss', maxSpansPerTrace) ?? DEFAULT_SPANS;
    const found: FoundTrace[] = [];
    for await (const id of this.#candidates(conditions, range, limit, o)) {
      const trace = await foundTrace(await this.traces.trace(id, o), conditions, spans, o.signal);
      if (trace !== undefined) found.push(trace);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Ids of traces that have a segment which meets the conditions as far as segments can tell, each once. */
  async *#candidates(
    conditions: SpanConditions,
    range: { readonly from: number; readonly to: number },
    limit: number,
    o: ApiReadOptions,
  ): AsyncIterable<string> {
    const filter = { ...traceFilter(conditions), duration: exactly(range), order: 'BY_START_TIME' as const };
    const seen = new Set<string>();
    const most = limit * SEGMENTS_PER_TRACE;
    const size = Math.min(PAGE, most);
    for (let page = 1; (page - 1) * size < most; page++) {
      const rows: readonly SegmentSummary[] = await this.traces.list({ ...filter, page: { page, size } }, o);
      for (const { traceId } of rows) {
        if (seen.has(traceId)) continue;
        seen.add(traceId);
        yield traceId;
      }
      if (rows.length < size) return;
    }
    o.onCut({ what: 'traces', limit: `only the ${most} latest segments were looked at; narrow the search` });
  }
}

/** Undefined when no span meets all conditions. Spans come depth first, so the first is a root. */
export async function foundTrace(
  spans: readonly Span[],
  conditions: SpanConditions,
  most: number,
  signal?: AbortSignal,
): Promise<FoundTrace | undefined> {
  const [root] = spans;
  const shown: Span[] = [];
  let matched = 0;
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  const look = (span: Span): void => {
    start = Math.min(start, span.startTime);
    end = Math.max(end, span.endTime);
    if (meets(span, conditions) && ++matched <= most) shown.push(span);
  };
  await inTurns(spans, look, signal);
  if (root === undefined || matched === 0) return undefined;
  const ids = new SpanIds();
  return {
    traceID: shownTraceId(root.traceId),
    rootServiceName: root.service,
    rootTraceName: root.operationName,
    startTimeUnixNano: nanosText(start),
    durationMs: end - start,
    spanSets: [{ spans: shown.map((span) => foundSpan(span, ids)), matched }],
    serviceStats: serviceStats(spans),
  };
}

const foundSpan = ({ segmentId, spanId, operationName, startTime, endTime, service, isError, tags }: Span, ids: SpanIds): FoundSpan => ({
  spanID: ids.of(segmentId, spanId),
  name: operationName,
  startTimeUnixNano: nanosText(startTime),
  durationNanos: nanosText(endTime - startTime),
  attributes: [
    ...tags.map(({ key, value }) => attribute(key, value)),
    attribute('service.name', service),
    attribute('status', isError ? 'error' : 'ok'),
  ],
});

function serviceStats(spans: readonly Span[]): FoundTrace['serviceStats'] {
  const stats = new Map<string, { spanCount: number; errorCount?: number }>();
  for (const { service, isError } of spans) {
    const own = stats.get(service) ?? { spanCount: 0 };
    own.spanCount++;
    if (isError) own.errorCount = (own.errorCount ?? 0) + 1;
    stats.set(service, own);
  }
  return Object.fromEntries(stats);
}
