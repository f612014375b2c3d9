import type { EntityModel } from '../storage/models.js';

const seen = {
  /** First and last minute in which the entity was seen. */
  firstSeen: { type: 'instant', merge: 'min' },
  lastSeen: { type: 'instant', merge: 'max' },
} as const;
const id = { type: 'string', maxBytes: 2048, merge: 'first' } as const;
const name = { type: 'string', maxBytes: 1024, merge: 'first' } as const;
const names = { type: 'strings', maxBytes: 4096, merge: 'union' } as const;

const entity = (model: Omit<EntityModel, 'kind' | 'version' | 'ttl'>): EntityModel => ({
  kind: 'entity',
  version: 1,
  ttl: 'metrics',
  ...model,
});

/** id: serviceId. One row whatever its layers; `layers` is their union. */
export const ServiceModel = entity({
  name: 'service',
  fields: { name, group: name, shortName: name, normal: { type: 'bool', merge: 'first' }, layers: names, ...seen },
  filter: ['name', 'group', 'shortName', 'normal', 'layers', 'firstSeen', 'lastSeen'],
  text: 'name',
});

/** id: instanceId. `properties` is a JSON object of strings. */
export const InstanceModel = entity({
  name: 'service_instance',
  fields: { name, service: id, layers: names, properties: { type: 'json', maxBytes: 65_536, merge: 'last' }, ...seen },
  filter: ['name', 'service', 'layers', 'firstSeen', 'lastSeen'],
  text: 'name',
});

/** id: endpointId. */
export const EndpointModel = entity({
  name: 'endpoint',
  fields: { name, service: id, layers: names, ...seen },
  filter: ['name', 'service', 'layers', 'firstSeen', 'lastSeen'],
  text: 'name',
});

/** Scopes of relation metrics. Their rows are not written: which relations exist, and with which components, is in the side models. */
export const ServiceRelationModel = entity({ name: 'service_relation', fields: {}, filter: [] });
/** Scope of instance relation metrics, as {@link ServiceRelationModel}. */
export const InstanceRelationModel = entity({ name: 'service_instance_relation', fields: {}, filter: [] });

const side = (model: string): EntityModel =>
  entity({
    name: model,
    fields: { source: id, dest: id, sourceService: id, destService: id, components: names },
    filter: ['source', 'dest', 'sourceService', 'destService'],
  });

/**
 * id: relation id. One model for each side that can see a relation, so that activity in a range tells the detect points.
 * `components` holds component ids as decimal text. For service relations `source` and `sourceService` are equal.
 */
export const ServiceRelationClientModel = side('service_relation_client_side');
export const ServiceRelationServerModel = side('service_relation_server_side');
export const InstanceRelationClientModel = side('service_instance_relation_client_side');
export const InstanceRelationServerModel = side('service_instance_relation_server_side');
/** What a proxy between the two saw: SkyWalking drops it, here the call is shown. No metric is of this side. */
export const ServiceRelationProxyModel = side('service_relation_proxy_side');
export const InstanceRelationProxyModel = side('service_instance_relation_proxy_side');

/** id: endpointRelationId; also the scope of its metrics. `source` and `dest` are endpoint ids. Server side only. */
export const EndpointRelationModel = side('endpoint_relation');

/** id: addressAliasId. The service and instance that answer at a network address. */
export const AddressAliasModel = entity({
  name: 'network_address_alias',
  fields: {
    address: name,
    service: { type: 'string', maxBytes: 1024, merge: 'last' },
    instance: { type: 'string', maxBytes: 1024, merge: 'last' },
    ...seen,
  },
  filter: ['lastSeen'],
});

/** id: `<type>_<key>=<value>`. Active (`activeIn`, day precision) on the days on which the tag was seen. `type`: TRACE, LOG, ALARM. */
export const TagModel = entity({
  name: 'tag_autocomplete',
  fields: { type: name, key: name, value: name },
  filter: ['type', 'key'],
});

/** The one entity of the `All` source; its id is the empty string. */
export const AllModel = entity({ name: 'all', fields: {}, filter: [] });

/** All entities that native segments and management reports write. */
export const CORE_ENTITY_MODELS: readonly EntityModel[] = [
  ServiceModel,
  InstanceModel,
  EndpointModel,
  ServiceRelationModel,
  InstanceRelationModel,
  ServiceRelationClientModel,
  ServiceRelationServerModel,
  InstanceRelationClientModel,
  InstanceRelationServerModel,
  ServiceRelationProxyModel,
  InstanceRelationProxyModel,
  EndpointRelationModel,
  AddressAliasModel,
  TagModel,
  AllModel,
];
