import type { SegmentSummary, Span, TimeQuery, TraceFilter, TraceQuery } from '@skein/query/contract';
import { QueryError } from '@skein/query/contract';
import { endpointId, instanceId } from '@skein/telemetry';
import type { GraphqlContext, GraphqlResolverMap } from '../contract.js';
import { conditionId, counted, type DurationInput, type ServiceCondition, type Timed } from './arguments.js';
import { traced } from './debugging.js';

interface CommonCondition {
  readonly traceId?: string | null;
  readonly queryDuration?: DurationInput | null;
  readonly minTraceDuration?: number | null;
  readonly maxTraceDuration?: number | null;
  readonly traceState: TraceFilter['state'];
  readonly queryOrder: TraceFilter['order'];
  readonly tags?: ReadonlyArray<{ readonly key: string; readonly value?: string | null }> | null;
  readonly paging: { readonly pageNum?: number | null; readonly pageSize: number };
}
interface ById extends CommonCondition {
  readonly serviceId?: string | null;
  readonly serviceInstanceId?: string | null;
  readonly endpointId?: string | null;
}
interface ByName extends CommonCondition {
  readonly service?: ServiceCondition | null;
  readonly instance?: (ServiceCondition & { readonly instanceName: string }) | null;
  readonly endpoint?: (ServiceCondition & { readonly endpointName: string }) | null;
}

/** A span has many fields and lists; it counts as this many values. */
const SPAN_COST = 5;

const shownSegment = (s: SegmentSummary) => ({
  segmentId: s.segmentId,
  endpointNames: [s.endpointName],
  duration: s.latency,
  start: String(s.start),
  isError: s.isError,
  traceIds: [s.traceId],
});
const shownSpan = ({ service, instance, operationName, attachedEvents = [], ...rest }: Span) => ({
  ...rest,
  serviceCode: service,
  serviceInstanceName: instance,
  endpointName: operationName,
  attachedEvents,
});

export function traceResolvers(traces: TraceQuery, time: TimeQuery): GraphqlResolverMap {
  const filter = (c: CommonCondition): TraceFilter => ({
    ...(c.traceId && { traceId: c.traceId }),
    ...(c.queryDuration && { duration: time.parse(c.queryDuration) }),
    ...(c.minTraceDuration && { minLatency: c.minTraceDuration }),
    ...(c.maxTraceDuration && { maxLatency: c.maxTraceDuration }),
    state: c.traceState,
    order: c.queryOrder,
    tags: (c.tags ?? []).map((t) => `${t.key}=${t.value ?? ''}`),
    page: { page: c.paging.pageNum ?? 1, size: c.paging.pageSize },
  });
  const list = async (f: TraceFilter, o: GraphqlContext) => ({ traces: (await counted(traces.list(f, o), o)).map(shownSegment) });
  const whole = async (traceId: string, o: GraphqlContext) => {
    const spans = await o.once(`trace ${traceId}`, async (r) => (await traces.trace(traceId, r)).map(shownSpan));
    o.spend(SPAN_COST * spans.length);
    return { spans };
  };
  const given = <C>(condition: C | null | undefined): C => {
    if (condition === null || condition === undefined)
      throw new QueryError('a trace query needs a condition with queryDuration or traceId');
    return condition;
  };
  return {
    Query: {
      queryBasicTraces: (_, a: { condition?: ById | null; debug?: boolean | null }, o) =>
        traced(a.debug, 'basic traces', a.condition, () => {
          const c = given(a.condition);
          return list(
            {
              ...filter(c),
              ...(c.serviceId && { serviceId: c.serviceId }),
              ...(c.serviceInstanceId && { instanceId: c.serviceInstanceId }),
              ...(c.endpointId && { endpointId: c.endpointId }),
            },
            o,
          );
        }),
      queryBasicTracesByName: (_, a: { condition?: ByName | null; debug?: boolean | null }, o) =>
        traced(a.debug, 'basic traces', a.condition, () => {
          const c = given(a.condition);
          return list(
            {
              ...filter(c),
              ...(c.service && { serviceId: conditionId(c.service) }),
              ...(c.instance && { instanceId: instanceId(conditionId(c.instance), c.instance.instanceName) }),
              ...(c.endpoint && { endpointId: endpointId(conditionId(c.endpoint), c.endpoint.endpointName) }),
            },
            o,
          );
        }),
      queryTrace: (_, a: { traceId: string; debug?: boolean | null }, o) =>
        traced(a.debug, 'trace', { traceId: a.traceId }, () => whole(a.traceId, o)),
      hasQueryTracesV2Support: () => false,
      queryTraceTagAutocompleteKeys: (_, a: Timed, o) => traces.tagKeys('TRACE', time.parse(a.duration), o),
      queryTraceTagAutocompleteValues: (_, a: Timed & { tagKey: string }, o) =>
        traces.tagValues('TRACE', a.tagKey, time.parse(a.duration), o),
    },
  };
}
