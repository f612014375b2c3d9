import { endpointId, endpointRelationId, instanceId, type Naming, relationId, serviceId } from '@skein/telemetry';
import type { Named } from './contract.js';

/** What one cached entry costs besides its texts, bytes. */
const ENTRY_OVERHEAD = 200;

/** A service seen from either side of a call, with the ids of its members. */
export class ServiceNode implements Named {
  readonly instances = new Map<string, MemberNode>();
  readonly endpoints = new Map<string, MemberNode>();
  readonly relations = new Map<ServiceNode, string>();

  constructor(
    readonly name: string,
    readonly id: string,
  ) {}
}

/** An instance or endpoint of a service. */
export class MemberNode implements Named {
  readonly relations = new Map<MemberNode, string>();

  constructor(
    readonly name: string,
    readonly id: string,
    readonly owner: ServiceNode,
  ) {}
}

/**
 * Names to entity ids, each formatted and encoded once. Names come from the network, so the cache is bounded by its size in bytes:
 * when it is full it starts anew, which costs a few microseconds a name and never changes a result.
 */
export class Directory {
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

  instance(service: ServiceNode, name: string): MemberNode {
    let node = service.instances.get(name);
    if (node === undefined) {
      const formatted = this.naming.instance(name);
      node = new MemberNode(formatted, instanceId(service.id, formatted), service);
      service.instances.set(name, node);
      this.charge(name, node.id);
    }
    return node;
  }

  /** The name is formatted each time: what it becomes may change with the names seen before. */
  endpoint(service: ServiceNode, name: string): MemberNode {
    const formatted = this.naming.endpoint(service.name, name);
    let node = service.endpoints.get(formatted);
    if (node === undefined) {
      node = new MemberNode(formatted, endpointId(service.id, formatted), service);
      service.endpoints.set(formatted, node);
      this.charge(formatted, node.id);
    }
    return node;
  }

  serviceRelation(source: ServiceNode, dest: ServiceNode): string {
    return source.relations.get(dest) ?? this.relate(source.relations, dest, relationId(source.id, dest.id));
  }

  instanceRelation(source: MemberNode, dest: MemberNode): string {
    return source.relations.get(dest) ?? this.relate(source.relations, dest, relationId(source.id, dest.id));
  }

  endpointRelation(source: MemberNode, dest: MemberNode): string {
    const known = source.relations.get(dest);
    return known ?? this.relate(source.relations, dest, endpointRelationId(source.owner.id, source.name, dest.owner.id, dest.name));
  }

  private relate<N>(relations: Map<N, string>, dest: N, id: string): string {
    relations.set(dest, id);
    this.charge('', id);
    return id;
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
