import { EndpointRelationModel } from '../entities/models.js';
import type { EntityUpdate } from '../storage/observed.js';
import { detectPoint, long, request, sideCar, string, tagged, type } from './attributes.js';
import { MQOperation, VirtualCacheOperation } from './enums.js';
import type { AttributeDefinition, Source, SourceDefinition } from './source.js';
import type { AccessSource, EndpointRelationSource, MemberSource, RelationSource, ServiceSource } from './source-kinds.js';
import {
  endpointUpdate,
  INSTANCE_RELATION_SIDES,
  instanceUpdate,
  minute,
  relationUpdate,
  relationVariant,
  SERVICE_RELATION_SIDES,
  serviceUpdate,
} from './source-rows.js';

const define = <S extends Source>(
  d: Omit<SourceDefinition, 'rows' | 'variant'> & { rows?: (s: S) => readonly EntityUpdate[]; variant?: (s: S) => string | number },
): SourceDefinition => d;

/** A service served a request. */
export const ServiceDefinition = define<ServiceSource>({
  name: 'Service',
  scopeId: 1,
  scope: 'service',
  catalog: 'SERVICE',
  decorators: ['ServiceDecorator'],
  attributes: {
    name: string,
    layer: string,
    serviceInstanceName: string,
    endpointName: string,
    ...request,
    ...tagged,
    sideCar,
    tlsMode: string,
    attr0: string,
  },
  variant: (s) => s.layer,
  rows: (s) => [serviceUpdate(s.entity, s.name, s.layer, s.time)],
});

/** An instance served a request. */
export const ServiceInstanceDefinition = define<MemberSource>({
  name: 'ServiceInstance',
  scopeId: 2,
  scope: 'service_instance',
  catalog: 'SERVICE_INSTANCE',
  attributes: { name: string, serviceName: string, serviceLayer: string, endpointName: string, ...request, ...tagged, sideCar },
  variant: (s) => s.serviceLayer,
  rows: (s) => [instanceUpdate(s.entity, s.name, s.serviceId, s.serviceLayer, s.time)],
});

/** An endpoint served a request. */
export const EndpointDefinition = define<MemberSource>({
  name: 'Endpoint',
  scopeId: 3,
  scope: 'endpoint',
  catalog: 'ENDPOINT',
  decorators: ['EndpointDecorator'],
  attributes: {
    name: string,
    serviceName: string,
    serviceLayer: string,
    serviceInstanceName: string,
    ...request,
    ...tagged,
    sideCar,
    attr0: string,
  },
  variant: (s) => s.serviceLayer,
  rows: (s) => [endpointUpdate(s.entity, s.name, s.serviceId, s.serviceLayer, s.time)],
});

const relation = {
  sourceServiceName: string,
  sourceServiceInstanceName: string,
  destServiceName: string,
  destServiceInstanceName: string,
  endpoint: string,
  componentId: { type: 'int' },
  ...request,
  detectPoint,
  tlsMode: string,
  sideCar,
} as const satisfies Record<string, AttributeDefinition>;

/** A service called another; seen by either side. */
export const ServiceRelationDefinition = define<RelationSource>({
  name: 'ServiceRelation',
  scopeId: 4,
  scope: 'service_relation',
  catalog: 'SERVICE_RELATION',
  attributes: { ...relation, sourceLayer: string, destLayer: string },
  variant: relationVariant,
  rows: (s) => relationUpdate(s, SERVICE_RELATION_SIDES),
});

/** An instance called another; seen by either side. */
export const ServiceInstanceRelationDefinition = define<RelationSource>({
  name: 'ServiceInstanceRelation',
  scopeId: 5,
  scope: 'service_instance_relation',
  catalog: 'SERVICE_INSTANCE_RELATION',
  attributes: { ...relation, sourceServiceLayer: string, destServiceLayer: string },
  variant: relationVariant,
  rows: (s) => relationUpdate(s, INSTANCE_RELATION_SIDES),
});

/** An endpoint called another; seen by the one that was called. */
export const EndpointRelationDefinition = define<EndpointRelationSource>({
  name: 'EndpointRelation',
  scopeId: 6,
  scope: 'endpoint_relation',
  catalog: 'ENDPOINT_RELATION',
  attributes: {
    endpoint: string,
    serviceName: string,
    serviceLayer: string,
    serviceInstanceName: string,
    childEndpoint: string,
    childServiceName: string,
    childServiceLayer: string,
    childServiceInstanceName: string,
    componentId: { type: 'int' },
    rpcLatency: { type: 'int' },
    status: { type: 'bool' },
    httpResponseStatusCode: { type: 'int' },
    rpcStatusCode: string,
    type,
    detectPoint,
  },
  variant: (s) => s.componentId,
  rows: (s) => [
    {
      model: EndpointRelationModel,
      id: s.entity,
      at: minute(s.time),
      active: true,
      row: {
        source: s.source,
        dest: s.dest,
        sourceService: s.sourceServiceId,
        destService: s.destServiceId,
        components: [String(s.componentId)],
      },
    },
  ],
});

/** Every entry request, whatever its service: kept for all_percentile and all_heatmap of older dashboards. */
export const AllDefinition = define({
  name: 'All',
  scopeId: 0,
  scope: 'all',
  catalog: 'ALL',
  attributes: { name: string, serviceInstanceName: string, endpointName: string, ...request, ...tagged },
});

/** A database was called. */
export const DatabaseAccessDefinition = define<AccessSource>({
  name: 'DatabaseAccess',
  scopeId: 17,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { name: string, databaseTypeId: { type: 'int' }, latency: { type: 'int' }, status: { type: 'bool' } },
  rows: (s) => [serviceUpdate(s.entity, s.name, 'VIRTUAL_DATABASE', s.time)],
});

/** A cache was called. */
export const CacheAccessDefinition = define<AccessSource>({
  name: 'CacheAccess',
  scopeId: 55,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: {
    name: string,
    cacheTypeId: { type: 'int' },
    latency: { type: 'int' },
    status: { type: 'bool' },
    operation: { type: 'enum', enum: { name: 'VirtualCacheOperation', values: VirtualCacheOperation } },
  },
  rows: (s) => [serviceUpdate(s.entity, s.name, 'VIRTUAL_CACHE', s.time)],
});

const mqOperation: AttributeDefinition = { type: 'enum', enum: { name: 'MQOperation', values: MQOperation } };

/** A message was produced to, or consumed from, a broker. */
export const MQAccessDefinition = define<AccessSource>({
  name: 'MQAccess',
  scopeId: 63,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { name: string, typeId: { type: 'int' }, transmissionLatency: long, status: { type: 'bool' }, operation: mqOperation },
  rows: (s) => [serviceUpdate(s.entity, s.name, 'VIRTUAL_MQ', s.time)],
});

/** A message went through a topic or queue of a broker. */
export const MQEndpointAccessDefinition = define<AccessSource & { readonly serviceId: string; readonly endpoint: string }>({
  name: 'MQEndpointAccess',
  scopeId: 64,
  scope: 'endpoint',
  catalog: 'ENDPOINT',
  attributes: {
    serviceName: string,
    endpoint: string,
    typeId: { type: 'int' },
    transmissionLatency: long,
    status: { type: 'bool' },
    operation: mqOperation,
  },
  rows: (s) => [endpointUpdate(s.entity, s.endpoint, s.serviceId, 'VIRTUAL_MQ', s.time)],
});

/** Sources of the core scopes. The trace analyzer contributes them; other modules emit them too. */
export const CORE_SOURCES: readonly SourceDefinition[] = [
  AllDefinition,
  ServiceDefinition,
  ServiceInstanceDefinition,
  EndpointDefinition,
  ServiceRelationDefinition,
  ServiceInstanceRelationDefinition,
  EndpointRelationDefinition,
  DatabaseAccessDefinition,
  CacheAccessDefinition,
  MQAccessDefinition,
  MQEndpointAccessDefinition,
];
