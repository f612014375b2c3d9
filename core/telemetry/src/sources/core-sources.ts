import { relationId, serviceGroup } from '../entities/ids.js';
import { isNormalLayer } from '../entities/layers.js';
import {
  EndpointModel,
  EndpointRelationModel,
  InstanceModel,
  InstanceRelationClientModel,
  InstanceRelationServerModel,
  ServiceModel,
  ServiceRelationClientModel,
  ServiceRelationServerModel,
} from '../entities/models.js';
import type { EntityUpdate } from '../storage/observed.js';
import { DetectPoint, MQOperation, RequestType, VirtualCacheOperation } from './enums.js';
import type { AttributeDefinition, Source, SourceDefinition } from './source.js';

const type: AttributeDefinition = { type: 'enum', enum: { name: 'RequestType', values: RequestType } };
const detectPoint: AttributeDefinition = { type: 'enum', enum: { name: 'DetectPoint', values: DetectPoint } };
const string: AttributeDefinition = { type: 'string' };
const long: AttributeDefinition = { type: 'long' };
const sideCar: AttributeDefinition = {
  type: 'object',
  fields: { internalErrorCode: string, internalRequestLatencyNanos: long, internalResponseLatencyNanos: long },
};
/** What every traffic source knows of the request. */
const request = {
  latency: { type: 'int' },
  status: { type: 'bool' },
  httpResponseStatusCode: { type: 'int' },
  rpcStatusCode: string,
  type,
} as const satisfies Record<string, AttributeDefinition>;
const tagged = { tags: { type: 'strings' }, tag: { type: 'map' } } as const satisfies Record<string, AttributeDefinition>;

/** Latencies inside a sidecar proxy; zeros where there is none. */
export interface SideCar {
  readonly internalErrorCode: string | undefined;
  readonly internalRequestLatencyNanos: number;
  readonly internalResponseLatencyNanos: number;
}
export const NO_SIDE_CAR: SideCar = { internalErrorCode: undefined, internalRequestLatencyNanos: 0, internalResponseLatencyNanos: 0 };

/** The request that a traffic source tells of. Shared by all sources made from one span. */
export interface RequestFacts {
  /** ms, may be negative. */
  readonly latency: number;
  /** true = success. */
  readonly status: boolean;
  readonly httpResponseStatusCode: number;
  readonly rpcStatusCode: string | undefined;
  /** A {@link RequestType}. */
  readonly type: number;
  /** `key:value` list, made when asked for. */
  readonly tags: readonly string[];
  readonly tag: (key: string) => string | undefined;
  readonly sideCar: SideCar;
}

export interface ServiceSource extends Source, RequestFacts {
  readonly name: string;
  readonly layer: string;
  readonly serviceInstanceName: string;
  readonly endpointName: string;
}
/** Instances and endpoints: members of a service. `serviceId` is the id of the owner. */
export interface MemberSource extends Source, RequestFacts {
  readonly name: string;
  readonly serviceName: string;
  readonly serviceLayer: string;
  readonly serviceId: string;
}
/** Service and instance relations. For services `source` is the service id; for instances the instance id. */
export interface RelationSource extends Source, RequestFacts {
  readonly source: string;
  readonly dest: string;
  readonly sourceServiceId: string;
  readonly destServiceId: string;
  readonly sourceServiceName: string;
  readonly destServiceName: string;
  readonly endpoint: string;
  readonly componentId: number;
  /** A {@link DetectPoint}. */
  readonly detectPoint: number;
}

const minute = (time: number): number => time - (((time % 60_000) + 60_000) % 60_000);

/** The row of a service that appears in a layer. */
export function serviceUpdate(id: string, name: string, layer: string, time: number): EntityUpdate {
  const at = minute(time);
  return {
    model: ServiceModel,
    id,
    at,
    active: true,
    row: { name, ...serviceGroup(name), normal: isNormalLayer(layer), layers: [layer], firstSeen: at, lastSeen: at },
  };
}

/** The row of an instance that is seen alive. `properties` only from reports that carry them. */
export function instanceUpdate(
  id: string,
  name: string,
  service: string,
  layer: string | undefined,
  time: number,
  properties?: string,
): EntityUpdate {
  const at = minute(time);
  return {
    model: InstanceModel,
    id,
    at,
    active: true,
    row: {
      name,
      service,
      ...(layer !== undefined && { layers: [layer] }),
      ...(properties !== undefined && { properties }),
      firstSeen: at,
      lastSeen: at,
    },
  };
}

/** The row of an endpoint. */
export function endpointUpdate(id: string, name: string, service: string, layer: string, time: number): EntityUpdate {
  const at = minute(time);
  return { model: EndpointModel, id, at, active: true, row: { name, service, layers: [layer], firstSeen: at, lastSeen: at } };
}

function relationUpdate(s: RelationSource, client: EntityUpdate['model'], server: EntityUpdate['model']): readonly EntityUpdate[] {
  if (s.detectPoint !== DetectPoint.CLIENT && s.detectPoint !== DetectPoint.SERVER) return [];
  const model = s.detectPoint === DetectPoint.CLIENT ? client : server;
  return [
    {
      model,
      id: relationId(s.source, s.dest),
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
  ];
}

const define = <S extends Source>(
  d: Omit<SourceDefinition, 'rows' | 'variant'> & { rows?: (s: S) => readonly EntityUpdate[]; variant?: (s: S) => string | number },
): SourceDefinition => d;

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

export const ServiceInstanceDefinition = define<MemberSource>({
  name: 'ServiceInstance',
  scopeId: 2,
  scope: 'service_instance',
  catalog: 'SERVICE_INSTANCE',
  attributes: { name: string, serviceName: string, serviceLayer: string, endpointName: string, ...request, ...tagged, sideCar },
  variant: (s) => s.serviceLayer,
  rows: (s) => [instanceUpdate(s.entity, s.name, s.serviceId, s.serviceLayer, s.time)],
});

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
const sideAndComponent = (s: RelationSource): number => s.componentId * 4 + s.detectPoint;

export const ServiceRelationDefinition = define<RelationSource>({
  name: 'ServiceRelation',
  scopeId: 4,
  scope: 'service_relation',
  catalog: 'SERVICE_RELATION',
  attributes: { ...relation, sourceLayer: string, destLayer: string },
  variant: sideAndComponent,
  rows: (s) => relationUpdate(s, ServiceRelationClientModel, ServiceRelationServerModel),
});

export const ServiceInstanceRelationDefinition = define<RelationSource>({
  name: 'ServiceInstanceRelation',
  scopeId: 5,
  scope: 'service_instance_relation',
  catalog: 'SERVICE_INSTANCE_RELATION',
  attributes: { ...relation, sourceServiceLayer: string, destServiceLayer: string },
  variant: sideAndComponent,
  rows: (s) => relationUpdate(s, InstanceRelationClientModel, InstanceRelationServerModel),
});

export interface EndpointRelationSource extends Source {
  readonly source: string;
  readonly dest: string;
  readonly sourceServiceId: string;
  readonly destServiceId: string;
  readonly endpoint: string;
  readonly serviceName: string;
  readonly childEndpoint: string;
  readonly childServiceName: string;
  readonly componentId: number;
  readonly rpcLatency: number;
  readonly status: boolean;
  readonly httpResponseStatusCode: number;
  readonly rpcStatusCode: string | undefined;
  readonly type: number;
  readonly detectPoint: number;
}

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

/** A call to a database, cache or message broker, seen from its caller or consumer. */
export interface AccessSource extends Source {
  readonly name: string;
  readonly status: boolean;
  /** ms; for databases and caches. */
  readonly latency: number;
  /** ms; for message brokers. */
  readonly transmissionLatency: number;
  /** A {@link VirtualCacheOperation} or {@link MQOperation}. */
  readonly operation: number;
}

export const DatabaseAccessDefinition = define<AccessSource>({
  name: 'DatabaseAccess',
  scopeId: 17,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { name: string, databaseTypeId: { type: 'int' }, latency: { type: 'int' }, status: { type: 'bool' } },
  rows: (s) => [serviceUpdate(s.entity, s.name, 'VIRTUAL_DATABASE', s.time)],
});

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

export const MQAccessDefinition = define<AccessSource>({
  name: 'MQAccess',
  scopeId: 63,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { name: string, typeId: { type: 'int' }, transmissionLatency: long, status: { type: 'bool' }, operation: mqOperation },
  rows: (s) => [serviceUpdate(s.entity, s.name, 'VIRTUAL_MQ', s.time)],
});

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
