import {
  AddressAliasModel,
  addressAliasId,
  type Duration,
  EndpointRelationModel,
  InstanceRelationClientModel,
  InstanceRelationProxyModel,
  InstanceRelationServerModel,
  parseMemberId,
  parseServiceId,
  ServiceRelationClientModel,
  ServiceRelationProxyModel,
  ServiceRelationServerModel,
  serviceId,
} from '@skein/telemetry';
import type { Condition, EntityModel, Row } from '@skein/telemetry/storage';
import type { ReadOptions } from './contract/common.js';
import type { MetadataQuery } from './contract/metadata.js';
import type { MemberNode, SeenFrom, ServiceNode, Topology, TopologyQuery } from './contract/topology.js';
import { inTurns } from './contract/turns.js';
import type { Reads } from './reads.js';
import { type Relation, ServiceTopology } from './service-topology.js';
import { EMPTY_TOPOLOGY, TopologyGraph } from './topology-graph.js';

/** From here on it is cheaper to read all relations than to compare each with every id. */
const MANY = 100;

/** In the order in which they are put together: what a caller saw may be corrected by the one that was called. */
const SERVICE_SIDES = [ServiceRelationClientModel, ServiceRelationServerModel, ServiceRelationProxyModel] as const;

const member = (id: string): MemberNode | undefined => {
  const parts = parseMemberId(id);
  return (
    parts && {
      id,
      name: parts.name,
      serviceId: parts.serviceId,
      serviceName: parts.service.name,
      type: '',
      isReal: parts.service.normal,
    }
  );
};

export class StoredTopologyQuery implements TopologyQuery {
  constructor(
    private readonly reads: Reads,
    private readonly metadata: MetadataQuery,
  ) {}

  async services(ids: readonly string[], duration: Duration, o?: ReadOptions): Promise<Topology<ServiceNode>> {
    const wanted = [...new Set(ids.filter((id) => parseServiceId(id) !== undefined))];
    if (wanted.length === 0) return EMPTY_TOPOLOGY;
    const sides = await Promise.all(SERVICE_SIDES.map((model) => this.#touching(model, wanted, duration, o)));
    return this.#build(sides, duration, true, o);
  }

  async global(layer: string | undefined, duration: Duration, o?: ReadOptions): Promise<Topology<ServiceNode>> {
    if (layer) {
      const services = await this.metadata.services({ layer }, o);
      return this.services(
        services.map((s) => s.id),
        duration,
        o,
      );
    }
    const sides = await Promise.all(SERVICE_SIDES.map((model) => this.#relations(model, [], duration, o)));
    return this.#build(sides, duration, false, o);
  }

  async instances(clientServiceId: string, serverServiceId: string, duration: Duration, o?: ReadOptions): Promise<Topology<MemberNode>> {
    const graph = new TopologyGraph<MemberNode>(member);
    const sides: readonly (readonly [EntityModel, SeenFrom])[] = [
      [InstanceRelationClientModel, 'CLIENT'],
      [InstanceRelationServerModel, 'SERVER'],
      [InstanceRelationProxyModel, 'PROXY'],
    ];
    const directions = clientServiceId === serverServiceId ? [true] : [true, false];
    for (const [model, from] of sides) {
      for (const forth of directions) {
        const [source, dest] = forth ? [clientServiceId, serverServiceId] : [serverServiceId, clientServiceId];
        const where: readonly Condition[] = [
          ['sourceService', '=', source],
          ['destService', '=', dest],
        ];
        const relations = await this.#relations(model, where, duration, o);
        await inTurns(relations, (r) => graph.call(r.id, r.source, r.dest, from), o?.signal);
      }
    }
    return { nodes: [...graph.nodes.values()], calls: graph.calls() };
  }

  async endpoints(endpointId: string, duration: Duration, o?: ReadOptions): Promise<Topology<MemberNode>> {
    const graph = new TopologyGraph<MemberNode>(member);
    const relations = await this.#touching(EndpointRelationModel, [endpointId], duration, o);
    await inTurns(relations, (r) => graph.call(r.id, r.source, r.dest, 'SERVER'), o?.signal);
    return { nodes: [...graph.nodes.values()], calls: graph.calls() };
  }

  async #build(
    [client = [], server = [], proxy = []]: ReadonlyArray<readonly Relation[]>,
    duration: Duration,
    partial: boolean,
    o?: ReadOptions,
  ): Promise<Topology<ServiceNode>> {
    const topology = new ServiceTopology();
    const aliases = await this.#aliases(client, o);
    await inTurns(client, (r) => topology.addClientSide(r, aliases), o?.signal);
    await inTurns(server, (r) => topology.addServerSide(r), o?.signal);
    await inTurns(proxy, (r) => topology.addProxySide(r), o?.signal);
    const untyped = partial ? topology.untyped() : [];
    // A service at the edge of the set is typed by its own callers, which the set does not show.
    if (untyped.length > 0) {
      const callers = await this.#relations(ServiceRelationServerModel, [['dest', 'in', untyped]], duration, o);
      for (const r of callers) for (const component of r.components) topology.nameType(r.dest, component);
    }
    // What a proxy says of a service counts where the service says nothing.
    const silent = new Set(proxy.length === 0 ? [] : topology.untyped());
    for (const r of proxy) if (silent.has(r.dest)) for (const component of r.components) topology.nameType(r.dest, component);
    return topology.finish(await this.metadata.layersOf(topology.ids(), o));
  }

  /** Relations whose source or destination is one of the ids. */
  async #touching(model: EntityModel, ids: readonly string[], duration: Duration, o?: ReadOptions): Promise<readonly Relation[]> {
    if (ids.length > MANY) {
      const wanted = new Set(ids);
      return (await this.#relations(model, [], duration, o)).filter((r) => wanted.has(r.source) || wanted.has(r.dest));
    }
    const [from, to] = await Promise.all([
      this.#relations(model, [['source', 'in', ids]], duration, o),
      this.#relations(model, [['dest', 'in', ids]], duration, o),
    ]);
    return [...new Map([...from, ...to].map((r) => [r.id, r])).values()];
  }

  async #relations(model: EntityModel, where: readonly Condition[], duration: Duration, o?: ReadOptions): Promise<readonly Relation[]> {
    const relations: Relation[] = [];
    const add = (row: Row & { readonly id: string }): void => {
      const { id, source, dest, components } = row;
      relations.push({
        id,
        source: String(source ?? ''),
        dest: String(dest ?? ''),
        components: ((components ?? []) as readonly string[]).map(Number),
      });
    };
    await inTurns(await this.reads.allEntities({ model, where, activeIn: duration.buckets }, o), add, o?.signal);
    return relations;
  }

  /** Ids of the services behind the addresses that these calls went to, by address. */
  async #aliases(client: readonly Relation[], o?: ReadOptions): Promise<ReadonlyMap<string, string>> {
    const addresses = new Map<string, string>();
    const add = ({ dest }: Relation): void => {
      const address = parseServiceId(dest)?.name;
      if (address) addresses.set(addressAliasId(address), address);
    };
    await inTurns(client, add, o?.signal);
    if (addresses.size === 0) return new Map();
    const ids = [...addresses.keys()];
    const rows = await this.reads.entities({ model: AddressAliasModel, ids, limit: ids.length }, o);
    const found = new Map<string, string>();
    for (const { id, service } of rows) if (service) found.set(addresses.get(id)!, serviceId(String(service), true));
    return found;
  }
}
