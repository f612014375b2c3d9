import {
  AllDefinition,
  EndpointDefinition,
  EndpointRelationDefinition,
  NO_SIDE_CAR,
  ServiceDefinition,
  ServiceInstanceDefinition,
  ServiceInstanceRelationDefinition,
  ServiceRelationDefinition,
  type SideCar,
  type SourceDefinition,
} from '@skein/telemetry';
import type { Call, Facts, Side } from './call.js';
import type { MemberNode } from './directory.js';

/**
 * The sources that segments give. Classes, because hundreds of thousands are made a second: aggregation reads their fields at fixed places,
 * and names that only a filter may want are looked up in the call when asked for.
 * Fields are declared, not initialised: each is then written once.
 */
abstract class Traffic {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly time: number;
  declare readonly latency: number;
  declare readonly status: boolean;
  declare readonly httpResponseStatusCode: number;
  declare readonly rpcStatusCode: string | undefined;
  declare readonly type: number;
  declare protected readonly facts: Facts;

  constructor(definition: SourceDefinition, entity: string, facts: Facts) {
    this.definition = definition;
    this.entity = entity;
    this.time = facts.time;
    this.latency = facts.latency;
    this.status = facts.status;
    this.httpResponseStatusCode = facts.httpResponseStatusCode;
    this.rpcStatusCode = facts.rpcStatusCode;
    this.type = facts.type;
    this.facts = facts;
  }

  get tags(): readonly string[] {
    return this.facts.tags;
  }

  get tag(): (key: string) => string | undefined {
    return this.facts.tag;
  }

  get sideCar(): SideCar {
    return NO_SIDE_CAR;
  }
}

/** A request at the side that served it. */
abstract class ServedTraffic extends Traffic {
  declare protected readonly side: Side;

  constructor(definition: SourceDefinition, entity: string, facts: Facts, side: Side) {
    super(definition, entity, facts);
    this.side = side;
  }

  get serviceInstanceName(): string {
    return this.side.instance.name;
  }

  get endpointName(): string {
    return this.side.endpoint?.name ?? '';
  }

  get serviceName(): string {
    return this.side.service.name;
  }

  get serviceId(): string {
    return this.side.service.id;
  }

  get serviceLayer(): string {
    return this.side.layer;
  }
}

export class AllTraffic extends ServedTraffic {
  constructor(facts: Facts, side: Side) {
    super(AllDefinition, '', facts, side);
  }

  get name(): string {
    return this.side.service.name;
  }
}

export class ServiceTraffic extends ServedTraffic {
  constructor(facts: Facts, side: Side) {
    super(ServiceDefinition, side.service.id, facts, side);
  }

  get name(): string {
    return this.side.service.name;
  }

  get layer(): string {
    return this.side.layer;
  }
}

export class InstanceTraffic extends ServedTraffic {
  constructor(facts: Facts, side: Side) {
    super(ServiceInstanceDefinition, side.instance.id, facts, side);
  }

  get name(): string {
    return this.side.instance.name;
  }
}

export class EndpointTraffic extends ServedTraffic {
  declare private readonly endpoint: MemberNode;

  constructor(facts: Facts, side: Side, endpoint: MemberNode) {
    super(EndpointDefinition, endpoint.id, facts, side);
    this.endpoint = endpoint;
  }

  get name(): string {
    return this.endpoint.name;
  }
}

abstract class RelationTraffic extends Traffic {
  declare readonly componentId: number;
  declare readonly detectPoint: number;
  declare protected readonly call: Call;

  constructor(definition: SourceDefinition, entity: string, call: Call) {
    super(definition, entity, call.facts);
    this.componentId = call.span.componentId;
    this.detectPoint = call.detectPoint;
    this.call = call;
  }

  get sourceServiceId(): string {
    return this.call.from.service.id;
  }

  get destServiceId(): string {
    return this.call.to.service.id;
  }

  get sourceServiceName(): string {
    return this.call.from.service.name;
  }

  get destServiceName(): string {
    return this.call.to.service.name;
  }

  get sourceServiceInstanceName(): string {
    return this.call.from.instance.name;
  }

  get destServiceInstanceName(): string {
    return this.call.to.instance.name;
  }

  get endpoint(): string {
    return this.call.to.endpoint?.name ?? this.call.span.operationName;
  }
}

export class ServiceRelationTraffic extends RelationTraffic {
  constructor(entity: string, call: Call) {
    super(ServiceRelationDefinition, entity, call);
  }

  get source(): string {
    return this.call.from.service.id;
  }

  get dest(): string {
    return this.call.to.service.id;
  }

  get sourceLayer(): string {
    return this.call.from.layer;
  }

  get destLayer(): string {
    return this.call.to.layer;
  }
}

export class InstanceRelationTraffic extends RelationTraffic {
  constructor(entity: string, call: Call) {
    super(ServiceInstanceRelationDefinition, entity, call);
  }

  get source(): string {
    return this.call.from.instance.id;
  }

  get dest(): string {
    return this.call.to.instance.id;
  }

  get sourceServiceLayer(): string {
    return this.call.from.layer;
  }

  get destServiceLayer(): string {
    return this.call.to.layer;
  }
}

/** `from` and `to` have endpoints. The source side is the endpoint's owner, which behind a broker or gateway is not the caller. */
export class EndpointRelationTraffic extends Traffic {
  declare readonly rpcLatency: number;
  declare readonly componentId: number;
  declare readonly detectPoint: number;
  declare private readonly call: Call;
  declare private readonly from: MemberNode;
  declare private readonly to: MemberNode;

  constructor(entity: string, call: Call, from: MemberNode, to: MemberNode) {
    super(EndpointRelationDefinition, entity, call.facts);
    this.rpcLatency = call.facts.latency;
    this.componentId = call.span.componentId;
    this.detectPoint = call.detectPoint;
    this.call = call;
    this.from = from;
    this.to = to;
  }

  get source(): string {
    return this.from.id;
  }

  get dest(): string {
    return this.to.id;
  }

  get sourceServiceId(): string {
    return this.from.owner.id;
  }

  get destServiceId(): string {
    return this.to.owner.id;
  }

  get endpoint(): string {
    return this.from.name;
  }

  get serviceName(): string {
    return this.from.owner.name;
  }

  get serviceLayer(): string {
    return this.call.from.endpointLayer;
  }

  get serviceInstanceName(): string {
    return this.call.from.instance.name;
  }

  get childEndpoint(): string {
    return this.to.name;
  }

  get childServiceName(): string {
    return this.to.owner.name;
  }

  get childServiceLayer(): string {
    return this.call.to.layer;
  }

  get childServiceInstanceName(): string {
    return this.call.to.instance.name;
  }
}
