import type { EntityHandle } from '../sources/entity-handle.js';
import type { SideCar } from '../sources/request-facts.js';
import type { SourceDefinition } from '../sources/source.js';
import {
  TCPServiceDefinition,
  TCPServiceInstanceDefinition,
  TCPServiceInstanceRelationDefinition,
  TCPServiceRelationDefinition,
  type TcpFacts,
  type TcpInstanceSource,
  type TcpRelationSource,
  type TcpServiceSource,
} from '../sources/tcp-sources.js';
import type { Side } from './call.js';
import type { InstanceNode, Relation, ServiceNode } from './directory.js';
import type { Named } from './named.js';

/** A TCP connection as one of its sides saw it. */
export interface Connection {
  readonly from: Side;
  readonly to: Side;
  readonly facts: TcpFacts & {
    /** Start, ms since the epoch. */
    readonly time: number;
  };
  /** A DetectPoint. */
  readonly detectPoint: number;
  readonly componentId: number;
}

/** The sources that connections give. Fields are declared, not initialised: each is then written once. */
abstract class TcpTraffic implements TcpFacts {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly handle: EntityHandle | undefined;
  declare readonly time: number;
  declare readonly receivedBytes: number;
  declare readonly sentBytes: number;
  declare protected readonly connection: Connection;

  constructor(definition: SourceDefinition, entity: string, handle: EntityHandle | undefined, connection: Connection) {
    this.definition = definition;
    this.entity = entity;
    this.handle = handle;
    this.time = connection.facts.time;
    this.receivedBytes = connection.facts.receivedBytes;
    this.sentBytes = connection.facts.sentBytes;
    this.connection = connection;
  }

  get sideCar(): SideCar {
    return this.connection.facts.sideCar;
  }

  get tlsMode(): string | undefined {
    return this.connection.facts.tlsMode;
  }
}

/** A connection at the side that was called: what it was for the service or the instance. */
export class TcpServed extends TcpTraffic implements TcpServiceSource, TcpInstanceSource {
  declare private readonly subject: ServiceNode | InstanceNode;

  private constructor(definition: SourceDefinition, subject: ServiceNode | InstanceNode, connection: Connection) {
    super(definition, subject.id, subject.handle(definition), connection);
    this.subject = subject;
  }

  static service(connection: Connection): TcpServed {
    return new TcpServed(TCPServiceDefinition, connection.to.service, connection);
  }

  static instance(connection: Connection): TcpServed {
    return new TcpServed(TCPServiceInstanceDefinition, connection.to.instance, connection);
  }

  get name(): string {
    return this.subject.name;
  }

  get layer(): string {
    return this.connection.to.layer;
  }

  get serviceInstanceName(): string {
    return this.connection.to.instance.name;
  }

  get serviceName(): string {
    return this.connection.to.service.name;
  }

  get serviceId(): string {
    return this.connection.to.service.id;
  }

  get serviceLayer(): string {
    return this.connection.to.layer;
  }
}

/** A connection between two services, or two instances of them. */
export class TcpRelation extends TcpTraffic implements TcpRelationSource {
  declare readonly componentId: number;
  declare readonly detectPoint: number;
  declare private readonly relation: Relation<Named>;

  private constructor(definition: SourceDefinition, relation: Relation<Named>, connection: Connection) {
    // The relation's handle is of requests. Connections are too few for one of their own.
    super(definition, relation.handle.entity, undefined, connection);
    this.componentId = connection.componentId;
    this.detectPoint = connection.detectPoint;
    this.relation = relation;
  }

  static services(relation: Relation<ServiceNode>, connection: Connection): TcpRelation {
    return new TcpRelation(TCPServiceRelationDefinition, relation, connection);
  }

  static instances(relation: Relation<InstanceNode>, connection: Connection): TcpRelation {
    return new TcpRelation(TCPServiceInstanceRelationDefinition, relation, connection);
  }

  get source(): string {
    return this.relation.from.id;
  }

  get dest(): string {
    return this.relation.to.id;
  }

  get sourceServiceId(): string {
    return this.connection.from.service.id;
  }

  get destServiceId(): string {
    return this.connection.to.service.id;
  }

  get sourceServiceName(): string {
    return this.connection.from.service.name;
  }

  get destServiceName(): string {
    return this.connection.to.service.name;
  }

  get sourceServiceInstanceName(): string {
    return this.connection.from.instance.name;
  }

  get destServiceInstanceName(): string {
    return this.connection.to.instance.name;
  }

  /** As service relations call it; `sourceServiceLayer` is the same for instance relations. */
  get sourceLayer(): string {
    return this.connection.from.layer;
  }

  get destLayer(): string {
    return this.connection.to.layer;
  }

  get sourceServiceLayer(): string {
    return this.connection.from.layer;
  }

  get destServiceLayer(): string {
    return this.connection.to.layer;
  }
}
