import type { EntityNames, MetricsQuery, StepValues, TimeQuery } from '@skein/query/contract';
import { QueryError } from '@skein/query/contract';
import { type Duration, formatBucket, type MetricDefinition } from '@skein/telemetry';
import type { GraphqlContext, GraphqlResolverMap } from '../contract.js';
import type { DurationInput, Timed } from './arguments.js';

interface MetricsCondition {
  readonly name: string;
  readonly entity: EntityNames;
}
interface MetricCondition {
  readonly name: string;
  readonly id?: string | null;
}
type ByEntity = Timed & { readonly condition: MetricsCondition };
type ById = Timed & { readonly metric: MetricCondition };

/** A metric and an entity that can be read, or the suffix that the ids of the empty points then carry. */
type Target = { readonly metric: MetricDefinition; readonly entity: string } | { readonly illegal: string };

/** Most ids, labels or lines that one field reads. */
const MAX_LINES = 1000;
/** Bound of a bucket that has none. */
const OPEN_BELOW = -(2 ** 63);
const LINES = Array.from({ length: 100 }, (_, n) => n);
function bounded<T>(items: readonly T[], what: string): readonly T[] {
  if (items.length > MAX_LINES) throw new QueryError(`more than ${MAX_LINES} ${what}`);
  return items;
}

const present = (values: StepValues): readonly number[] => values.filter((v): v is number => v !== undefined);
const average = (values: StepValues): { readonly value: number; readonly isEmptyValue: boolean } => {
  const all = present(values);
  if (all.length === 0) return { value: 0, isEmptyValue: true };
  return { value: Math.trunc(all.reduce((sum, v) => sum + v, 0) / all.length), isEmptyValue: false };
};

/** The ways to read metrics before expressions: v2 by names, and the 6.x fields by ids; query.md 3.10. */
export function metricPointResolvers(metrics: MetricsQuery, time: TimeQuery): GraphqlResolverMap {
  const byNames = ({ name, entity }: MetricsCondition): Target => {
    const metric = metrics.find(name);
    if (metric === undefined) return { illegal: 'UNKNOWN_METRIC_NAME' };
    const id = metrics.entityId(metric, entity);
    return id === undefined ? { illegal: 'ILLEGAL_ENTITY' } : { metric, entity: id };
  };
  const byId = ({ name, id }: MetricCondition): Target => {
    const metric = metrics.find(name);
    return metric === undefined ? { illegal: 'UNKNOWN_METRIC_NAME' } : { metric, entity: id ?? '' };
  };
  const values = async (target: Target, duration: Duration, o: GraphqlContext): Promise<StepValues> => {
    if ('illegal' in target) return metrics.steps(duration).map(() => undefined);
    return (await metrics.values(target.metric, [target.entity], duration, o))[0] ?? [];
  };
  const ids = (target: Target, duration: Duration): readonly string[] => {
    const suffix = 'illegal' in target ? target.illegal : target.entity;
    return metrics.steps(duration).map((start) => `${formatBucket(time.zone, start, duration.buckets.precision)}_${suffix}`);
  };
  const points = (target: Target, duration: Duration, stepValues: StepValues, o: GraphqlContext) => {
    const stepIds = ids(target, duration);
    o.spend(stepIds.length);
    const shown = stepIds.map((id, i) => ({
      id,
      value: Math.trunc(stepValues[i] ?? 0),
      isEmptyValue: stepValues[i] === undefined,
    }));
    return { values: shown };
  };
  const line = async (target: Target, input: DurationInput, o: GraphqlContext) => {
    const duration = time.parse(input);
    return points(target, duration, await values(target, duration, o), o);
  };

  /** Series of the nameless label, as metrics of older releases have it. */
  const nameless = async (target: Target, wanted: readonly string[], input: DurationInput, o: GraphqlContext) => {
    const duration = time.parse(input);
    const stored = 'illegal' in target ? [] : await metrics.labelled(target.metric, target.entity, duration, o);
    if (stored.length > 0 && !stored.some((s) => s.labels.has('_'))) return [];
    return wanted.map((label) => ({
      label,
      values: points(target, duration, stored.find((s) => s.labels.get('_') === label)?.values ?? [], o),
    }));
  };
  /** Lines by number: of the nameless label, else in the order of the metric's own one. */
  const numbered = async (metric: MetricCondition, wanted: readonly number[], input: DurationInput, o: GraphqlContext) => {
    const duration = time.parse(input);
    const target = byId(metric);
    const stored = 'illegal' in target ? [] : await metrics.labelled(target.metric, target.entity, duration, o);
    const text = (s: (typeof stored)[number]): string => [...s.labels.values()].join(',');
    const own = [...stored].sort((a, b) => Number(text(a)) - Number(text(b)));
    return wanted.map((n) => points(target, duration, (stored.find((s) => s.labels.get('_') === String(n)) ?? own[n])?.values ?? [], o));
  };
  const heatmap = async (target: Target, input: DurationInput, o: GraphqlContext) => {
    const duration = time.parse(input);
    const found = 'illegal' in target ? undefined : await metrics.heatmap(target.metric, target.entity, duration, o);
    const bounds = found?.bounds ?? [];
    o.spend(duration.buckets.count * Math.max(1, bounds.length));
    return { ids: ids(target, duration), bounds, columns: found?.columns ?? [] };
  };

  return {
    Query: {
      readMetricsValue: async (_, a: ByEntity, o) => average(await values(byNames(a.condition), time.parse(a.duration), o)).value,
      readNullableMetricsValue: async (_, a: ByEntity, o) => average(await values(byNames(a.condition), time.parse(a.duration), o)),
      readMetricsValues: async (_, a: ByEntity, o) => ({ label: null, values: await line(byNames(a.condition), a.duration, o) }),
      readLabeledMetricsValues: (_, a: ByEntity & { labels: readonly string[] }, o) =>
        nameless(byNames(a.condition), bounded(a.labels, 'labels'), a.duration, o),
      readHeatMap: async (_, a: ByEntity, o) => {
        const { ids: columnIds, bounds, columns } = await heatmap(byNames(a.condition), a.duration, o);
        const shown = bounds.length > 0 ? bounds : [0];
        return {
          values: columnIds.map((id, i) => ({ id, values: shown.map((_bound, b) => columns[i]?.[b] ?? 0) })),
          buckets: shown.map((bound, b) => ({
            min: bound <= OPEN_BELOW ? 'infinite-' : String(bound),
            max: b + 1 < shown.length ? String(shown[b + 1]) : 'infinite+',
          })),
        };
      },
      getValues: async (_, a: Timed & { metric: { name: string; ids: readonly string[] } }, o) => {
        const duration = time.parse(a.duration);
        const metric = metrics.find(a.metric.name);
        const wanted = bounded(a.metric.ids, 'ids');
        o.spend(wanted.length * metrics.steps(duration).length);
        const stored = metric === undefined ? [] : await metrics.values(metric, wanted, duration, o);
        return { values: wanted.map((id, i) => ({ id, ...average(stored[i] ?? []) })) };
      },
      getLinearIntValues: (_, a: ById, o) => line(byId(a.metric), a.duration, o),
      getMultipleLinearIntValues: (_, a: ById & { numOfLinear: number }, o) =>
        numbered(a.metric, LINES.slice(0, Math.max(a.numOfLinear, 0)), a.duration, o),
      getSubsetOfMultipleLinearIntValues: (_, a: ById & { linearIndex: readonly number[] }, o) =>
        numbered(a.metric, bounded(a.linearIndex, 'lines'), a.duration, o),
      getThermodynamic: async (_, a: ById, o) => {
        const { bounds, columns } = await heatmap(byId(a.metric), a.duration, o);
        return {
          nodes: columns.flatMap((column, x) => column.map((count, y) => [x, y, count])),
          axisYStep: bounds.length > 1 ? bounds[1]! - bounds[0]! : 200,
        };
      },
    },
  };
}
