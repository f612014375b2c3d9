import type { EntityUpdate } from '../storage/observed.js';
import { detectPoint, long, sideCar, string } from './attributes.js';
import type { SideCar } from './request-facts.js';
import type { AttributeDefinition, Source, SourceDefinition } from './source.js';
import {
  INSTANCE_RELATION_SIDES,
  instanceUpdate,
  type RelationRowSource,
  relationUpdate,
  relationVariant,
  SERVICE_RELATION_SIDES,
  serviceUpdate,
} from './source-rows.js';

/** What a proxy saw of a TCP connection, or of a part of its life. */
export interface TcpFacts {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly sideCar: SideCar;
  /** `NONE`, `TLS` or `mTLS`; undefined where that is not known. */
  readonly tlsMode: string | undefined;
}

/** Bytes that went through a service. */
export interface TcpServiceSource extends Source, TcpFacts {
  readonly name: string;
  readonly layer: string;
}
/** Bytes that went through an instance. `serviceId` is the id of its service. */
export interface TcpInstanceSource extends Source, TcpFacts {
  readonly name: string;
  readonly serviceName: string;
  readonly serviceLayer: string;
  readonly serviceId: string;
}
/** Bytes between two services or instances. */
export interface TcpRelationSource extends RelationRowSource, TcpFacts {
  readonly tlsMode: string | undefined;
}

const define = <S extends Source>(
  d: Omit<SourceDefinition, 'rows' | 'variant'> & { rows: (s: S) => readonly EntityUpdate[]; variant: (s: S) => string | number },
): SourceDefinition => d;

const bytes = { receivedBytes: long, sentBytes: long, tlsMode: string, sideCar } as const satisfies Record<string, AttributeDefinition>;
const relation = {
  sourceServiceName: string,
  sourceServiceInstanceName: string,
  destServiceName: string,
  destServiceInstanceName: string,
  componentId: { type: 'int' },
  detectPoint,
  ...bytes,
} as const satisfies Record<string, AttributeDefinition>;

/** A service, over a TCP connection. Names, scopes and rows are those of its twin that serves requests: analysis.md 3.1 to 3.4. */
export const TCPServiceDefinition = define<TcpServiceSource>({
  name: 'TCPService',
  scopeId: 57,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { name: string, layer: string, serviceInstanceName: string, ...bytes },
  variant: (s) => s.layer,
  rows: (s) => [serviceUpdate(s.entity, s.name, s.layer, s.time)],
});

/** An instance, over a TCP connection. */
export const TCPServiceInstanceDefinition = define<TcpInstanceSource>({
  name: 'TCPServiceInstance',
  scopeId: 58,
  scope: 'service_instance',
  catalog: 'SERVICE_INSTANCE',
  attributes: { name: string, serviceName: string, serviceLayer: string, ...bytes },
  variant: (s) => s.serviceLayer,
  rows: (s) => [instanceUpdate(s.entity, s.name, s.serviceId, s.serviceLayer, s.time)],
});

/** A TCP connection between two services; seen by either side. */
export const TCPServiceRelationDefinition = define<TcpRelationSource>({
  name: 'TCPServiceRelation',
  scopeId: 59,
  scope: 'service_relation',
  catalog: 'SERVICE_RELATION',
  attributes: { ...relation, sourceLayer: string, destLayer: string },
  variant: relationVariant,
  rows: (s) => relationUpdate(s, SERVICE_RELATION_SIDES),
});

/** A TCP connection between two instances; seen by either side. */
export const TCPServiceInstanceRelationDefinition = define<TcpRelationSource>({
  name: 'TCPServiceInstanceRelation',
  scopeId: 60,
  scope: 'service_instance_relation',
  catalog: 'SERVICE_INSTANCE_RELATION',
  attributes: { ...relation, sourceServiceLayer: string, destServiceLayer: string },
  variant: relationVariant,
  rows: (s) => relationUpdate(s, INSTANCE_RELATION_SIDES),
});

/** Sources of connections that are no requests: whoever hears of them from proxies contributes these. */
export const TCP_SOURCES: readonly SourceDefinition[] = [
  TCPServiceDefinition,
  TCPServiceInstanceDefinition,
  TCPServiceRelationDefinition,
  TCPServiceInstanceRelationDefinition,
];
