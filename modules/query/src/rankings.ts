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

/** Conditions on entity rows and, for what rows cannot say, on the ids found. */
interface RankFilter {
  readonly where: readonly Condition[];
  /** undefined: everything passes. */
  readonly without?: readonly string[];
  readonly nothing: boolean;
}

/** `attr0` is the layer. The further attributes are stored nowhere, so they differ from any value and equal none. */
function filterOf(metric: MetricDefinition, { parent, attributes = [] }: RankQuery): RankFilter {
  const where: Condition[] = [];
  const without: string[] = [];
  for (const a of attributes) {
    if (a.name === 'attr0' && LAYERED.has(metric.scope)) {
      if (a.op === '=') where.push(['layers', 'hasAny', [a.value]]);
      else without.push(a.value);
    } else if (a.op === '=') throw new ExpressionError(missingAttribute(metric, a));
  }
  if (parent !== undefined) {
    const id = serviceId(parent.serviceName, parent.normal);
    if (MEMBERS.has(metric.scope)) where.push(['service', '=', id]);
    else if (metric.scope === ServiceModel.name) where.push(['name', '=', parent.serviceName], ['normal', '=', parent.normal]);
    else return { where: [], nothing: true };
  }
  return { where, without, nothing: false };
}

const missingAttribute = (metric: MetricDefinition, a: AttributeFilter): string =>
  `The metric [${metric.name}] has no attribute [${a.name}].`;

/** Best entities and best records. */
export class Rankings {
  constructor(private readonly reads: Reads) {}

  async entities(metric: MetricDefinition, query: RankQuery, duration: Duration, o?: ReadOptions): Promise<readonly RankedEntity[]> {
    const filter = filterOf(metric, query);
    if (metric.model === undefined || filter.nothing || query.count < 1) return [];
    const excluded = await this.#idsOfLayers(metric.scope, filter.without ?? [], o);
    const limit = Math.min(query.count, this.reads.settings.maxPage);
    const found = await this.reads.rank(
      {
        metric: metric.model,
        ...(metric.pick && { label: `{${metric.pick.key}=${metric.pick.value}}` }),
        buckets: duration.buckets,
        where: filter.where,
        descending: query.order === 'des',
        limit: limit + excluded.size,
      },
      o,
    );
    const kept = found.filter((row) => !excluded.has(row.entity)).slice(0, limit);
    const whole = metric.model.value?.integer !== false;
    return kept.map(({ entity, value }) => ({
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

  /** Entities that are in one of the layers: `attr0!=` takes them out. */
  async #idsOfLayers(scope: string, layers: readonly string[], o?: ReadOptions): Promise<ReadonlySet<string>> {
    const model = [ServiceModel, InstanceModel, EndpointModel].find((m) => m.name === scope);
    if (layers.length === 0 || model === undefined) return new Set();
    const { maxRows } = this.reads.settings;
    const rows = await this.reads.entities({ model, where: [['layers', 'hasAny', layers]], limit: maxRows }, o);
    if (rows.length >= maxRows) this.reads.cut(`entities outside ${layers.join(', ')}`);
    return new Set(rows.map((r) => r.id));
  }
}
