import type { LimitedReads, MetricsQuery, ReadOptions } from '@skein/query/contract';
import {
  type Duration,
  EndpointModel,
  EndpointRelationModel,
  InstanceModel,
  InstanceRelationClientModel,
  InstanceRelationServerModel,
  isNormalLayer,
  type MetricDefinition,
  ServiceModel,
  ServiceRelationClientModel,
  ServiceRelationServerModel,
} from '@skein/telemetry';
import type { EntityModel } from '@skein/telemetry/storage';
import type { LabelConditions } from '../evaluation/label-conditions.js';

/** Entities whose values are looked at: those of one metric have the same labels, with few exceptions. */
const SAMPLED_ENTITIES = 20;

/** Where the entities of a scope are listed. Of relations each side that can see them has a list. */
const LISTS: Readonly<Record<string, readonly EntityModel[]>> = {
  service: [ServiceModel],
  service_instance: [InstanceModel],
  endpoint: [EndpointModel],
  service_relation: [ServiceRelationServerModel, ServiceRelationClientModel],
  service_instance_relation: [InstanceRelationServerModel, InstanceRelationClientModel],
  endpoint_relation: [EndpointRelationModel],
};

/** Which labels the values of a metric have: only data tells. */
export class ValueLabels {
  constructor(
    private readonly metrics: MetricsQuery,
    private readonly reads: LimitedReads,
  ) {}

  /** Label sets that the metric's values had on a day: of the entity that is asked for, or of some that were seen last. */
  async on(
    day: Duration,
    metric: MetricDefinition,
    conditions: LabelConditions,
    o: ReadOptions,
  ): Promise<readonly ReadonlyMap<string, string>[]> {
    if (metric.kind !== 'labeled') return [];
    const named = this.#named(metric, conditions);
    const entities = named === undefined ? await this.#some(metric, day, o) : [named];
    const found = await Promise.all(entities.map((entity) => this.metrics.labelled(metric, entity, day, o)));
    return found.flat().map(({ labels }) => labels);
  }

  #named(metric: MetricDefinition, { fixed }: LabelConditions): string | undefined {
    const text = (label: 'service' | 'service_instance' | 'endpoint' | 'dest_service' | 'dest_service_instance' | 'dest_endpoint') =>
      fixed.get(label) ?? null;
    return this.metrics.entityId(metric, {
      serviceName: text('service'),
      normal: isNormalLayer(fixed.get('layer') ?? 'GENERAL'),
      serviceInstanceName: text('service_instance'),
      endpointName: text('endpoint'),
      destServiceName: text('dest_service'),
      destNormal: isNormalLayer(fixed.get('dest_layer') ?? 'GENERAL'),
      destServiceInstanceName: text('dest_service_instance'),
      destEndpointName: text('dest_endpoint'),
    });
  }

  async #some(metric: MetricDefinition, day: Duration, o: ReadOptions): Promise<readonly string[]> {
    const lists = Object.hasOwn(LISTS, metric.scope) ? LISTS[metric.scope]! : [];
    const options = { ...o, onCut: () => undefined };
    const ids = new Set<string>();
    for (const model of lists) {
      const rows = await this.reads.entities({ model, where: [], activeIn: day.buckets, limit: SAMPLED_ENTITIES }, options);
      for (const { id } of rows) ids.add(id);
    }
    return [...ids];
  }
}
