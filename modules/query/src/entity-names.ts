import {
  endpointId,
  endpointRelationId,
  instanceId,
  parseMemberId,
  parseServiceId,
  processId,
  relationId,
  serviceId,
} from '@skein/telemetry';
import type { Owner } from '@skein/telemetry/mqe';
import type { EntityNames } from './contract/metrics.js';

interface End {
  readonly service: string | undefined;
  readonly instance: string | undefined;
  readonly endpoint: string | undefined;
  readonly endpointName: string | undefined;
  readonly process: string | undefined;
}

function endOf(
  service: string | null | undefined,
  normal: boolean | null | undefined,
  instance: string | null | undefined,
  endpoint: string | null | undefined,
  process: string | null | undefined,
): End {
  const id = service && typeof normal === 'boolean' ? serviceId(service, normal) : undefined;
  const instanceOf = id && instance ? instanceId(id, instance) : undefined;
  return {
    service: id,
    instance: instanceOf,
    endpoint: id && endpoint ? endpointId(id, endpoint) : undefined,
    endpointName: endpoint || undefined,
    process: instanceOf && process ? processId(instanceOf, process) : undefined,
  };
}

const joined = (source: string | undefined, dest: string | undefined): string | undefined =>
  source && dest ? relationId(source, dest) : undefined;

/** The id of an entity of a scope (an EntityModel's name) from its names, query.md 3.3; undefined when a name is missing. */
export function entityIdOf(scope: string, n: EntityNames): string | undefined {
  if (scope === 'all') return '';
  const source = endOf(n.serviceName, n.normal, n.serviceInstanceName, n.endpointName, n.processName);
  const dest = endOf(n.destServiceName, n.destNormal, n.destServiceInstanceName, n.destEndpointName, n.destProcessName);
  switch (scope) {
    case 'service':
      return source.service;
    case 'service_instance':
      return source.instance;
    case 'endpoint':
      return source.endpoint;
    case 'process':
      return source.process;
    case 'service_relation':
      return joined(source.service, dest.service);
    case 'service_instance_relation':
      return joined(source.instance, dest.instance);
    case 'process_relation':
      return joined(source.process, dest.process);
    case 'endpoint_relation':
      return source.endpoint && dest.endpoint
        ? endpointRelationId(source.service!, source.endpointName!, dest.service!, dest.endpointName!)
        : undefined;
    default:
      return undefined;
  }
}

const SCOPES: Readonly<Record<string, string>> = {
  all: 'All',
  service: 'Service',
  service_instance: 'ServiceInstance',
  endpoint: 'Endpoint',
  process: 'Process',
  service_relation: 'ServiceRelation',
  service_instance_relation: 'ServiceInstanceRelation',
  endpoint_relation: 'EndpointRelation',
  process_relation: 'ProcessRelation',
};

const NOBODY: Owner = {
  scope: 'All',
  serviceID: null,
  serviceName: null,
  normal: null,
  serviceInstanceID: null,
  serviceInstanceName: null,
  endpointID: null,
  endpointName: null,
};

export interface DisplayedEntity {
  readonly name: string;
  readonly owner: Owner;
}

/** How a list shows an entity. `short`: instances and endpoints without the service's name, because the list is of one service. */
export function displayEntity(scope: string, id: string, short: boolean): DisplayedEntity {
  const owner: Owner = { ...NOBODY, scope: SCOPES[scope] ?? 'All' };
  const service = scope === 'service' ? parseServiceId(id) : undefined;
  if (service) return { name: service.name, owner: { ...owner, serviceID: id, serviceName: service.name, normal: service.normal } };
  const member = scope === 'service_instance' || scope === 'endpoint' ? parseMemberId(id) : undefined;
  if (!member) return { name: 'Unknown', owner };
  const of = { serviceID: member.serviceId, serviceName: member.service.name, normal: member.service.normal };
  const own =
    scope === 'endpoint' ? { endpointID: id, endpointName: member.name } : { serviceInstanceID: id, serviceInstanceName: member.name };
  return { name: short ? member.name : `${member.service.name} - ${member.name}`, owner: { ...owner, ...of, ...own } };
}
