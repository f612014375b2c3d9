import {
  CacheAccessDefinition,
  DatabaseAccessDefinition,
  MQAccessDefinition,
  MQEndpointAccessDefinition,
} from '../sources/core-sources.js';
import type { EntityHandle } from '../sources/entity-handle.js';
import type { Source, SourceDefinition } from '../sources/source.js';
import type { Facts } from './call.js';
import type { EndpointNode, ServiceNode } from './directory.js';
import type { Named } from './named.js';

/** A use of a database, cache or broker, by its name. `typeId` is the span's component. */
export class Access implements Source {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly handle: EntityHandle;
  declare readonly time: number;
  declare readonly latency: number;
  declare readonly status: boolean;
  declare readonly transmissionLatency: number;
  declare readonly operation: number;
  declare readonly typeId: number;
  declare protected readonly at: Named;

  protected constructor(handle: EntityHandle, at: Named, facts: Facts, typeId: number, operation: number, transmissionLatency: number) {
    this.definition = handle.definition;
    this.entity = handle.entity;
    this.handle = handle;
    this.time = facts.time;
    this.latency = facts.latency;
    this.status = facts.status;
    this.transmissionLatency = transmissionLatency;
    this.operation = operation;
    this.typeId = typeId;
    this.at = at;
  }

  static database(at: ServiceNode, facts: Facts, componentId: number): Access {
    return new Access(at.handle(DatabaseAccessDefinition), at, facts, componentId, 0, 0);
  }

  static cache(at: ServiceNode, facts: Facts, componentId: number, operation: number): Access {
    return new Access(at.handle(CacheAccessDefinition), at, facts, componentId, operation, 0);
  }

  static broker(at: ServiceNode, facts: Facts, componentId: number, operation: number, transmissionLatency: number): Access {
    return new Access(at.handle(MQAccessDefinition), at, facts, componentId, operation, transmissionLatency);
  }

  get name(): string {
    return this.at.name;
  }

  get databaseTypeId(): number {
    return this.typeId;
  }

  get cacheTypeId(): number {
    return this.typeId;
  }
}

/** A use of a topic or queue, an endpoint of its broker. */
export class BrokerEndpointAccess extends Access {
  declare protected readonly at: EndpointNode;

  constructor(at: EndpointNode, facts: Facts, componentId: number, operation: number, transmissionLatency: number) {
    super(at.handle(MQEndpointAccessDefinition), at, facts, componentId, operation, transmissionLatency);
  }

  get serviceName(): string {
    return this.at.owner.name;
  }

  get serviceId(): string {
    return this.at.owner.id;
  }

  get endpoint(): string {
    return this.at.name;
  }
}
