import type { EntityNames } from '@skein/query/contract';
import { isNormalLayer, LAYERS, type MetricDefinition } from '@skein/telemetry';
import { refuse } from './api-error.js';
import type { FixedLabel, LabelConditions } from './label-conditions.js';

const KNOWN_LAYERS: ReadonlySet<string> = new Set(LAYERS);

/** How scopes are called in answers, by the name of their entity model. Others cannot be asked for here. Source: query.md 8.1. */
export const SCOPES: ReadonlyMap<string, ScopeLabels> = new Map([
  ['service', { scope: 'Service', own: [], entity: 'service' }],
  ['service_instance', { scope: 'ServiceInstance', own: ['service_instance'], entity: 'service_instance' }],
  ['endpoint', { scope: 'Endpoint', own: ['endpoint'], entity: 'endpoint' }],
  ['service_relation', { scope: 'ServiceRelation', own: ['dest_service', 'dest_layer'] }],
  [
    'service_instance_relation',
    { scope: 'ServiceInstanceRelation', own: ['dest_service', 'dest_service_instance', 'service_instance', 'dest_layer'] },
  ],
  ['endpoint_relation', { scope: 'EndpointRelation', own: ['dest_service', 'dest_endpoint', 'endpoint', 'dest_layer'] }],
]);

export interface ScopeLabels {
  readonly scope: string;
  /** Labels that name the entity, besides `service`. */
  readonly own: readonly FixedLabel[];
  /** The label that a ranking's entities are named by; undefined for relations, which have no rankings. */
  readonly entity?: FixedLabel;
}

/** The label's layer. Throws ApiError `bad_data` without it, and for one that nobody knows. */
export function layerOf(fixed: ReadonlyMap<FixedLabel, string>, label: FixedLabel = 'layer'): string {
  requireLabels(fixed, [label]);
  const layer = fixed.get(label)!;
  return KNOWN_LAYERS.has(layer) ? layer : refuse(`Layer:[${layer.slice(0, 100)}] is missing or illegal.`);
}

/** Throws ApiError `bad_data` that names all labels that are missing. */
export function requireLabels(fixed: ReadonlyMap<FixedLabel, string>, labels: readonly FixedLabel[]): void {
  const missing = labels.filter((label) => !fixed.has(label));
  if (missing.length > 0) refuse(`Metrics expression missing label: ${missing.join(',')}`);
}

/** What answers call the metric's scope. Throws ApiError `bad_data` for scopes that PromQL has no labels for. */
export function scopeOf(metric: MetricDefinition): ScopeLabels {
  return SCOPES.get(metric.scope) ?? refuse(`Metric: [${metric.name}] is of the scope ${metric.scope}, which has no labels here.`);
}

/** The entity that the labels name. Throws ApiError `bad_data` for labels that are missing. */
export function entityNamed({ own }: ScopeLabels, { fixed }: LabelConditions, service: FixedLabel = 'service'): EntityNames {
  const normal = isNormalLayer(layerOf(fixed));
  requireLabels(fixed, [service]);
  requireLabels(fixed, own);
  const text = (label: FixedLabel): string | null => fixed.get(label) ?? null;
  return {
    serviceName: text(service),
    normal,
    serviceInstanceName: text('service_instance'),
    endpointName: text('endpoint'),
    destServiceName: text('dest_service'),
    destNormal: own.includes('dest_layer') ? isNormalLayer(layerOf(fixed, 'dest_layer')) : null,
    destServiceInstanceName: text('dest_service_instance'),
    destEndpointName: text('dest_endpoint'),
  };
}
