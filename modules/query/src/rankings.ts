import {
  type Duration,
  EndpointModel,
  InstanceModel,
  type MetricDefinition,
  ServiceModel,
  serviceId,
  TOP_N_MODELS,
} from '@skein/telemetry';
import { type AttributeFilter, ExpressionError } from '@skein/telemetry/mqe';
import type { Condition } from '@skein/telemetry/storage';
import { QueryError, type ReadOptions } from './contract/common.js';
import type { RankedEntity, RankQuery, RecordQuery, TopRecord } from './contract/metrics.js';
import { displayEntity } from './entity-names.js';
import type { Reads } from './reads.js';

const LAYERED: ReadonlySet<string> = new Set([ServiceModel.name, InstanceModel.name, EndpointModel.name]);
const MEMBERS: ReadonlySet<string> = new Set([InstanceModel.name, EndpointModel.name]);

/**
 * What entity rows must fulfil; undefined: no entity of this scope can. `attr0` is the layer. The further attributes are stored nowhere,
 * so they differ from any value and equal none.
 */
function conditionsOf(metric: MetricDefinition, { parent, attributes = [] }: RankQuery): readonly Condition[] | undefined {
  const where: Condition[] = [];
  for (const a of attributes) {
    if (a.name === 'attr0' && LAYERED.has(metric.scope)) where.push(['layers', a.op, a.value]);
    else if (a.op === '=') throw new ExpressionError(missingAttribute(metric, a));
  }
  if (parent === undefined) return where;
  if (MEMBERS.has(metric.scope)) return [...where, ['service', '=', serviceId(parent.serviceName, parent.normal)]];
  if (metric.scope !== ServiceModel.name) return undefined;
  return [...where, ['name', '=', parent.serviceName], ['normal', '=', parent.normal]];
}

const missingAttribute = (metric: MetricDefinition, a: AttributeFilter): string =>
  `The metric [${metric.name}] has no attribute [${a.name}].`;

/** Best entities and best records. */
export class Rankings {
  constructor(private readonly reads: Reads) {}

  async entities(metric: MetricDefinition, query: RankQuery, duration: Duration, o?: ReadOptions): Promise<readonly RankedEntity[]> {
    const where = conditionsOf(metric, query);
    if (metric.model === undefined || where === undefined || query.count < 1) return [];
    const rows = await this.reads.rank(
      {
        metric: metric.model,
        ...(metric.pick && { label: `{${metric.pick.key}=${metric.pick.value}}` }),
        buckets: duration.buckets,
        where,
        descending: query.order === 'des',
        limit: Math.min(query.count, this.reads.settings.maxPage),
      },
      o,
    );
    const whole = metric.model.value?.integer !== false;
    return rows.map(({ entity, value }) => ({
      entity,
      ...displayEntity(metric.scope, entity, query.parent !== undefined),
      value: whole ? Math.trunc(value) : value,
    }));
  }

  /** Top-N records of a range; throws QueryError for a metric that is none. */
  async records(metric: MetricDefinition, query: RecordQuery, duration: Duration, o?: ReadOptions): Promise<readonly TopRecord[]> {
    const model = TOP_N_MODELS.find((m) => m.name === metric.name);
    if (model === undefined) throw new QueryError(`the metric ${metric.name} holds no records`);
    if (query.count < 1) return [];
    const rows = await this.reads.records(
      {
        model,
        range: duration.range,
        where: query.entity === undefined ? [] : [['entity', '=', query.entity]],
        order: { by: 'latency', descending: query.order === 'des' },
        offset: 0,
        limit: Math.min(query.count, this.reads.settings.maxPage),
      },
      o,
    );
    return rows.map((r) => ({
      entity: String(r.entity ?? ''),
      statement: String(r.statement ?? ''),
      latency: Number(r.latency ?? 0),
      traceId: String(r.traceId ?? ''),
    }));
  }
}
