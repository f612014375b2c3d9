import { EndpointDefinition, ServiceDefinition, ServiceInstanceDefinition } from '../sources/core-sources.js';
import type { EntityHandle } from '../sources/entity-handle.js';
import type { SideCar } from '../sources/request-facts.js';
import type { Source, SourceDefinition } from '../sources/source.js';
import type { Call, Facts, Side } from './call.js';
import type { EndpointNode, InstanceNode, Relation, ServiceNode } from './directory.js';
import type { Named } from './named.js';

/**
 * The sources that segments give. Few classes, because hundreds of thousands are made a second: aggregation and its filters read the
 * fields of all of them at the same places in the code, which is quick for up to four shapes of objects. Names that only a filter may
 * want are looked up in the call when asked for. Fields are declared, not initialised: each is then written once.
 */
abstract class Traffic implements Source {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly handle: EntityHandle;
  declare readonly time: number;
  declare readonly latency: number;
  declare readonly status: boolean;
  declare readonly httpResponseStatusCode: number;
  declare readonly rpcStatusCode: string | undefined;
  declare readonly type: number;
  declare protected readonly facts: Facts;

  constructor(handle: EntityHandle, facts: Facts) {
    this.definition = handle.definition;
    this.entity = handle.entity;
    this.handle = handle;
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
    return this.facts.sideCar;
  }

  get tlsMode(): string | undefined {
    return this.facts.tlsMode;
  }
}

/** A request at the side that served it: what it was for the service, the instance, the endpoint, or all of them together. */
export class ServedTraffic extends Traffic {
  declare private readonly side: Side;
  declare private readonly subject: Named;

  /** `subject`: whose `name` is the source's. */
  private constructor(handle: EntityHandle, facts: Facts, side: Side, subject: Named) {
    super(handle, facts);
    this.side = side;
    this.subject = subject;
  }

  /** `handle`: of the one entity that there is. */
  static all(facts: Facts, side: Side, handle: EntityHandle): ServedTraffic {
    return new ServedTraffic(handle, facts, side, side.service);
  }

  static service(facts: Facts, side: Side): ServedTraffic {
    return new ServedTraffic(side.service.handle(ServiceDefinition), facts, side, side.service);
  }

  static instance(facts: Facts, side: Side): ServedTraffic {
    return new ServedTraffic(side.instance.handle(ServiceInstanceDefinition), facts, side, side.instance);
  }

  static endpoint(facts: Facts, side: Side, endpoint: EndpointNode): ServedTraffic {
    return new ServedTraffic(endpoint.handle(EndpointDefinition), facts, side, endpoint);
  }

  get name(): string {
    return this.subject.name;
  }

  get layer(): string {
    return this.side.layer;
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

/** A call between two services, or two instances of them. */
export class RelationTraffic extends Traffic {
  declare readonly componentId: number;
  declare readonly detectPoint: number;
  declare private readonly call: Call;
  declare private readonly relation: Relation<Named>;

  constructor(relation: Relation<ServiceNode> | Relation<InstanceNode>, call: Call) {
    super(relation.handle, call.facts);
    this.componentId = call.span.componentId;
    this.detectPoint = call.detectPoint;
    this.call = call;
    this.relation = relation;
  }

  get source(): string {
    return this.relation.from.id;
  }

  get dest(): string {
    return this.relation.to.id;
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

  /** As service relations call it; `sourceServiceLayer` is the same for instance relations. */
  get sourceLayer(): string {
    return this.call.from.layer;
  }

  get destLayer(): string {
    return this.call.to.layer;
  }

  get sourceServiceLayer(): string {
    return this.call.from.layer;
  }

  get destServiceLayer(): string {
    return this.call.to.layer;
  }

  get endpoint(): string {
    return this.call.to.endpoint?.name ?? this.call.span.operationName;
  }
}

/** A call between two endpoints. The source side is the endpoint's owner, which behind a broker or gateway is not the caller. */
export class EndpointRelationTraffic extends Traffic {
  declare readonly componentId: number;
  declare readonly detectPoint: number;
  declare private readonly call: Call;
  declare private readonly relation: Relation<EndpointNode>;

  constructor(relation: Relation<EndpointNode>, call: Call) {
    super(relation.handle, call.facts);
    this.componentId = call.span.componentId;
    this.detectPoint = call.detectPoint;
    this.call = call;
    this.relation = relation;
  }

  get rpcLatency(): number {
    return this.latency;
  }

  get source(): string {
    return this.relation.from.id;
  }

  get dest(): string {
    return this.relation.to.id;
  }

  get sourceServiceId(): string {
    return this.relation.from.owner.id;
  }

  get destServiceId(): string {
    return this.relation.to.owner.id;
  }

  get endpoint(): string {
    return this.relation.from.name;
  }

  get serviceName(): string {
    return this.relation.from.owner.name;
  }

  get serviceLayer(): string {
    return this.call.from.endpointLayer;
  }

  get serviceInstanceName(): string {
    return this.call.from.instance.name;
  }

  get childEndpoint(): string {
    return this.relation.to.name;
  }

  get childServiceName(): string {
    return this.relation.to.owner.name;
  }

  get childServiceLayer(): string {
    return this.call.to.layer;
  }

  get childServiceInstanceName(): string {
    return this.call.to.instance.name;
  }
}
