import {
  CacheAccessDefinition,
  DatabaseAccessDefinition,
  MQAccessDefinition,
  MQEndpointAccessDefinition,
  type SourceDefinition,
} from '@skein/telemetry';
import type { Facts } from './call.js';
import type { Named } from './contract.js';
import type { MemberNode, ServiceNode } from './directory.js';

/** A use of a database, cache or broker. `typeId` is the span's component. */
abstract class Access {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly time: number;
  declare readonly status: boolean;
  declare readonly latency: number;
  declare readonly transmissionLatency: number;
  declare readonly operation: number;
  declare readonly typeId: number;
  declare readonly name: string;

  constructor(definition: SourceDefinition, at: Named, facts: Facts, typeId: number, operation: number, transmissionLatency: number) {
    this.definition = definition;
    this.entity = at.id;
    this.time = facts.time;
    this.status = facts.status;
    this.latency = facts.latency;
    this.transmissionLatency = transmissionLatency;
    this.operation = operation;
    this.typeId = typeId;
    this.name = at.name;
  }
}

export class DatabaseAccess extends Access {
  constructor(at: ServiceNode, facts: Facts, componentId: number) {
    super(DatabaseAccessDefinition, at, facts, componentId, 0, 0);
  }

  get databaseTypeId(): number {
    return this.typeId;
  }
}

export class CacheAccess extends Access {
  constructor(at: ServiceNode, facts: Facts, componentId: number, operation: number) {
    super(CacheAccessDefinition, at, facts, componentId, operation, 0);
  }

  get cacheTypeId(): number {
    return this.typeId;
  }
}

export class BrokerAccess extends Access {
  constructor(at: ServiceNode, facts: Facts, componentId: number, operation: number, transmissionLatency: number) {
    super(MQAccessDefinition, at, facts, componentId, operation, transmissionLatency);
  }
}

/** A use of a topic or queue, an endpoint of its broker. */
export class BrokerEndpointAccess extends Access {
  declare readonly serviceName: string;
  declare readonly serviceId: string;

  constructor(at: MemberNode, facts: Facts, componentId: number, operation: number, transmissionLatency: number) {
    super(MQEndpointAccessDefinition, at, facts, componentId, operation, transmissionLatency);
    this.serviceName = at.owner.name;
    this.serviceId = at.owner.id;
  }

  get endpoint(): string {
    return this.name;
  }
}
