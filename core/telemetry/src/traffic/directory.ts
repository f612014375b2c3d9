import { endpointId, endpointRelationId, instanceId, relationId, serviceId } from '../entities/ids.js';
import type { Layer } from '../entities/layers.js';
import type { Naming } from '../entities/naming.js';
import {
  AllDefinition,
  EndpointRelationDefinition,
  ServiceInstanceRelationDefinition,
  ServiceRelationDefinition,
} from '../sources/core-sources.js';
import { EntityHandle } from '../sources/entity-handle.js';
import type { SourceDefinition } from '../sources/source.js';
import type { Side } from './call.js';
import type { Named } from './named.js';

/** What one cached entry costs besides its texts, bytes. */
const ENTRY_OVERHEAD = 350;
const NO_HANDLES: readonly EntityHandle[] = [];

/** An entity that sources are about. */
abstract class EntityNode implements Named {
  private handles = NO_HANDLES;

  constructor(
    readonly name: string,
    readonly id: string,
  ) {}

  /** What sources of a definition about this entity carry. Most nodes are the entity of one definition only. */
  handle(definition: SourceDefinition): EntityHandle {
    const { handles } = this;
    for (let i = 0; i < handles.length; i++) if (handles[i]!.definition === definition) return handles[i]!;
    const made = new EntityHandle(definition, this.id);
    this.handles = [...handles, made];
    return made;
  }
}

/** A service seen from either side of a call, with the ids of its members. */
export class ServiceNode extends EntityNode {
  readonly instances = new Map<string, InstanceNode>();
  readonly endpoints = new Map<string, EndpointNode>();
  readonly relations = new Map<ServiceNode, Relation<ServiceNode>>();
}

abstract class MemberNode extends EntityNode {
  constructor(
    name: string,
    id: string,
    readonly owner: ServiceNode,
  ) {
    super(name, id);
  }
}

/** An instance of a service. */
export class InstanceNode extends MemberNode {
  readonly relations = new Map<InstanceNode, InstanceRelation>();
  private lastSide: Side | undefined;

  /** Itself as a side of a call of which no endpoint is known: one object for all calls, as long as the layer stays the same. */
  side(layer: Layer): Side {
    let side = this.lastSide;
    if (side === undefined || side.layer !== layer) {
      side = { service: this.owner, instance: this, layer, endpoint: undefined, endpointLayer: layer };
      this.lastSide = side;
    }
    return side;
  }
}

/** An endpoint of a service. */
export class EndpointNode extends MemberNode {
  readonly relations = new Map<EndpointNode, Relation<EndpointNode>>();
}

/** Two nodes of which one called the other. */
export interface Relation<N extends Named> {
  readonly from: N;
  readonly to: N;
  readonly handle: EntityHandle;
}

/** Two instances, and with them their services. */
export interface InstanceRelation extends Relation<InstanceNode> {
  readonly services: Relation<ServiceNode>;
}

/**
 * Names to entity ids, each formatted and encoded once. Names come from the network, so the cache is bounded by its size in bytes:
 * when it is full it starts anew, which costs a few microseconds a name and never changes a result.
 */
export class Directory {
  /** Of the one entity that all requests are of. */
  readonly all = new EntityHandle(AllDefinition, '');
  private normal = new Map<string, ServiceNode>();
  private conjectured = new Map<string, ServiceNode>();
  private held = 0;
  /** How often the cache was full and started anew. */
  resets = 0;

  constructor(
    private readonly naming: Naming,
    private readonly maxBytes: number,
  ) {}

  /** Bytes held, roughly. */
  get bytes(): number {
    return this.held;
  }

  /** `normal` is false for services that are only conjectured from their callers. */
  service(name: string, normal: boolean): ServiceNode {
    const known = normal ? this.normal : this.conjectured;
    let node = known.get(name);
    if (node === undefined) {
      const formatted = this.naming.service(name);
      node = new ServiceNode(formatted, serviceId(formatted, normal));
      // After a full cache started anew, `known` would be the map that was thrown away.
      this.charge(name, node.id);
      (normal ? this.normal : this.conjectured).set(name, node);
    }
    return node;
  }

  instance(service: ServiceNode, name: string): InstanceNode {
    let node = service.instances.get(name);
    if (node === undefined) {
      const formatted = this.naming.instance(name);
      node = new InstanceNode(formatted, instanceId(service.id, formatted), service);
      service.instances.set(name, node);
      this.charge(name, node.id);
    }
    return node;
  }

  /** The name is formatted each time: what it becomes may change with the names seen before. */
  endpoint(service: ServiceNode, name: string): EndpointNode {
    const formatted = this.naming.endpoint(service.name, name);
    let node = service.endpoints.get(formatted);
    if (node === undefined) {
      node = new EndpointNode(formatted, endpointId(service.id, formatted), service);
      service.endpoints.set(formatted, node);
      this.charge(formatted, node.id);
    }
    return node;
  }

  serviceRelation(from: ServiceNode, to: ServiceNode): Relation<ServiceNode> {
    const known = from.relations.get(to);
    if (known !== undefined) return known;
    const relation = { from, to, handle: this.relate(ServiceRelationDefinition, relationId(from.id, to.id)) };
    from.relations.set(to, relation);
    return relation;
  }

  instanceRelation(from: InstanceNode, to: InstanceNode): InstanceRelation {
    const known = from.relations.get(to);
    if (known !== undefined) return known;
    const handle = this.relate(ServiceInstanceRelationDefinition, relationId(from.id, to.id));
    const relation = { from, to, handle, services: this.serviceRelation(from.owner, to.owner) };
    from.relations.set(to, relation);
    return relation;
  }

  endpointRelation(from: EndpointNode, to: EndpointNode): Relation<EndpointNode> {
    const known = from.relations.get(to);
    if (known !== undefined) return known;
    const id = endpointRelationId(from.owner.id, from.name, to.owner.id, to.name);
    const relation = { from, to, handle: this.relate(EndpointRelationDefinition, id) };
    from.relations.set(to, relation);
    return relation;
  }

  private relate(definition: SourceDefinition, id: string): EntityHandle {
    this.charge('', id);
    return new EntityHandle(definition, id);
  }

  private charge(name: string, id: string): void {
    this.held += ENTRY_OVERHEAD + name.length + id.length;
    if (this.held <= this.maxBytes) return;
    this.normal = new Map();
    this.conjectured = new Map();
    this.held = 0;
    this.resets++;
  }
}
