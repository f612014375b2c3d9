import type { EntityNames, MetricsQuery, RecordQuery, TimeQuery } from '@skein/query/contract';
import { QueryError } from '@skein/query/contract';
import { type MetricDefinition, parseServiceId } from '@skein/telemetry';
import { type ExpressionResult, formatNumber } from '@skein/telemetry/mqe';
import type { GraphqlContext, GraphqlResolver, GraphqlResolverMap } from '../contract.js';
import type { DurationInput, Timed } from './arguments.js';
import { traced } from './debugging.js';

type WireOrder = 'ASC' | 'DES';
interface TopNCondition {
  readonly name: string;
  readonly parentService?: string | null;
  readonly normal?: boolean | null;
  readonly topN: number;
  readonly order: WireOrder;
}
interface RecordCondition {
  readonly name: string;
  readonly parentEntity: EntityNames;
  readonly topN: number;
  readonly order: WireOrder;
}
interface OldTopN extends Timed {
  readonly serviceId?: string;
  readonly name: string;
  readonly topN: number;
  readonly order: WireOrder;
}
interface TopNRecordsCondition extends Timed {
  readonly serviceId: string;
  readonly metricName: string;
  readonly topN: number;
  readonly order: WireOrder;
}

/** Matching all names takes as long as answering about this many values. */
const CATALOG_COST = 20_000;
const TYPES = { regular: 'REGULAR_VALUE', labeled: 'LABELED_VALUE', heatmap: 'HEATMAP', record: 'SAMPLED_RECORD' } as const;
const typeOf = (metric: MetricDefinition | undefined): string =>
  metric === undefined ? 'UNKNOWN' : metric.pick ? 'REGULAR_VALUE' : TYPES[metric.kind];
const orderOf = (order: WireOrder): 'asc' | 'des' => (order === 'ASC' ? 'asc' : 'des');

const shownResult = ({ type, results, error }: ExpressionResult) => ({
  type,
  error: error ?? null,
  results: results.map((s) => ({
    metric: { labels: s.labels },
    values: s.points.map((p) => ({
      id: p.id,
      owner: p.owner ?? null,
      value: p.value === null ? null : formatNumber(p.value),
      traceID: p.traceId ?? null,
    })),
  })),
});

/** Metrics by expression, their catalogue, and lists of entities and records. */
export function metricsResolvers(metrics: MetricsQuery, time: TimeQuery): GraphqlResolverMap {
  const records = async (name: string, query: RecordQuery, duration: DurationInput, o: GraphqlContext) => {
    const metric = metrics.find(name);
    return metric?.kind === 'record' ? metrics.records(metric, query, time.parse(duration), o) : [];
  };
  const shownRecords = async (
    c: Omit<RecordCondition, 'parentEntity'>,
    entity: string | undefined,
    duration: DurationInput,
    o: GraphqlContext,
  ) =>
    (await records(c.name, { count: c.topN, order: orderOf(c.order), ...(entity !== undefined && { entity }) }, duration, o)).map((r) => ({
      name: r.statement,
      id: r.traceId,
      value: String(r.latency),
      refId: r.traceId,
    }));
  const ranked = async (c: TopNCondition, duration: DurationInput, o: GraphqlContext) => {
    const metric = metrics.find(c.name);
    if (metric?.model === undefined || (c.parentService && typeof c.normal !== 'boolean')) return [];
    const parent = c.parentService && typeof c.normal === 'boolean' ? { parent: { serviceName: c.parentService, normal: c.normal } } : {};
    return metrics.rank(metric, { count: c.topN, order: orderOf(c.order), ...parent }, time.parse(duration), o);
  };
  const oldTopN: GraphqlResolver<OldTopN> = async (_, { serviceId, duration, ...c }, o) => {
    const parent = serviceId === undefined ? undefined : parseServiceId(serviceId);
    if (serviceId !== undefined && parent === undefined) return [];
    const rows = await ranked({ ...c, ...(parent && { parentService: parent.name, normal: parent.normal }) }, duration, o);
    return rows.map((r) => ({ name: r.name, id: r.entity, value: Math.trunc(r.value) }));
  };
  return {
    Query: {
      execExpression: (_, a: Timed & { expression: string; entity: EntityNames; debug?: boolean | null }, o) =>
        traced(a.debug, 'expression', a, async () => {
          const result = await metrics.execute(a.expression, a.entity, time.parse(a.duration), o);
          o.spend(result.results.reduce((sum, s) => sum + s.points.length, 0));
          return shownResult(result);
        }),
      listMetrics: (_, a: { regex?: string | null }, o) => {
        o.spend(CATALOG_COST);
        return metrics.catalog(a.regex ?? undefined).map((m) => ({ name: m.name, type: typeOf(m), catalog: m.catalog }));
      },
      typeOfMetrics: (_, a: { name: string }) => typeOf(metrics.find(a.name)),
      sortMetrics: async (_, a: Timed & { condition: TopNCondition }, o) =>
        (await ranked(a.condition, a.duration, o)).map((r) => ({
          name: r.name,
          id: r.entity,
          value: String(Math.trunc(r.value)),
          refId: null,
        })),
      readSampledRecords: (_, a: Timed & { condition: TopNCondition }, o) => {
        const { parentService, normal } = a.condition;
        if (!parentService) throw new QueryError('readSampledRecords needs parentService');
        return shownRecords(
          a.condition,
          idOf(metrics, a.condition.name, { serviceName: parentService, normal: normal ?? true }),
          a.duration,
          o,
        );
      },
      readRecords: (_, a: Timed & { condition: RecordCondition }, o) => {
        const { parentEntity, name } = a.condition;
        if (!parentEntity.serviceName) return shownRecords(a.condition, undefined, a.duration, o);
        const entity = idOf(metrics, name, parentEntity);
        return entity === undefined ? [] : shownRecords(a.condition, entity, a.duration, o);
      },
      getTopNRecords: async (_, { condition: c }: { condition: TopNRecordsCondition }, o) => {
        const query = { count: c.topN, order: orderOf(c.order), entity: c.serviceId };
        const rows = await records(c.metricName, query, c.duration, o);
        return rows.map(({ statement, latency, traceId }) => ({ statement, latency, traceId }));
      },
      getServiceTopN: oldTopN,
      getAllServiceInstanceTopN: oldTopN,
      getAllEndpointTopN: oldTopN,
      getServiceInstanceTopN: oldTopN,
      getEndpointTopN: oldTopN,
    },
  };
}

function idOf(metrics: MetricsQuery, name: string, names: EntityNames): string | undefined {
  const metric = metrics.find(name);
  return metric && metrics.entityId(metric, names);
}
