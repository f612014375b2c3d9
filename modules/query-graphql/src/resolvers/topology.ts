import type { MetadataQuery, ReadOptions, TimeQuery, Topology, TopologyQuery } from '@skein/query/contract';
import { endpointId } from '@skein/telemetry';
import type { GraphqlContext, GraphqlResolverMap } from '../contract.js';
import { LAYER_LEVELS } from '../layer-levels.js';
import { conditionId, type ServiceCondition, type Timed } from './arguments.js';
import { traced } from './debugging.js';

/** A topology, read once for equal arguments and counted against what one query may answer. */
async function drawn<N>(o: GraphqlContext, key: readonly unknown[], read: (o: ReadOptions) => Promise<Topology<N>>): Promise<Topology<N>> {
  const found = await o.once(`topology ${JSON.stringify(key)}`, read);
  o.spend(found.nodes.length + found.calls.length);
  return found;
}

type Debuggable = Timed & { readonly debug?: boolean | null };

export function topologyResolvers(topology: TopologyQuery, metadata: MetadataQuery, time: TimeQuery): GraphqlResolverMap {
  const services = (o: GraphqlContext, a: Debuggable, ids: readonly string[]) =>
    traced(a.debug, 'service topology', a, () =>
      drawn(o, ['services', ids, a.duration], (r) => topology.services(ids, time.parse(a.duration), r)),
    );
  const instances = (o: GraphqlContext, a: Debuggable, client: string, server: string) =>
    traced(a.debug, 'instance topology', a, () =>
      drawn(o, ['instances', client, server, a.duration], (r) => topology.instances(client, server, time.parse(a.duration), r)),
    );
  const endpoints = (o: GraphqlContext, a: Timed, id: string) =>
    drawn(o, ['endpoints', id, a.duration], (r) => topology.endpoints(id, time.parse(a.duration), r));
  const dependencies = (o: GraphqlContext, a: Debuggable, id: string) =>
    traced(a.debug, 'endpoint dependencies', a, () => endpoints(o, a, id));
  return {
    Query: {
      getServicesTopology: (_, a: Debuggable & { serviceIds: readonly string[] }, o) => services(o, a, a.serviceIds),
      getServicesTopologyByNames: (_, a: Debuggable & { services: readonly ServiceCondition[] }, o) =>
        services(o, a, a.services.map(conditionId)),
      getGlobalTopology: (_, a: Debuggable & { layer?: string | null }, o) =>
        traced(a.debug, 'global topology', a, () =>
          drawn(o, ['global', a.layer, a.duration], (r) => topology.global(a.layer || undefined, time.parse(a.duration), r)),
        ),
      getServiceTopology: (_, a: Debuggable & { serviceId: string }, o) => services(o, a, [a.serviceId]),
      getServiceTopologyByName: (_, a: Debuggable & { service: ServiceCondition }, o) => services(o, a, [conditionId(a.service)]),
      getServiceInstanceTopology: (_, a: Debuggable & { clientServiceId: string; serverServiceId: string }, o) =>
        instances(o, a, a.clientServiceId, a.serverServiceId),
      getServiceInstanceTopologyByName: (_, a: Debuggable & { clientService: ServiceCondition; serverService: ServiceCondition }, o) =>
        instances(o, a, conditionId(a.clientService), conditionId(a.serverService)),
      getEndpointDependencies: (_, a: Debuggable & { endpointId: string }, o) => dependencies(o, a, a.endpointId),
      getEndpointDependenciesByName: (_, a: Debuggable & { endpoint: ServiceCondition & { endpointName: string } }, o) =>
        dependencies(o, a, endpointId(conditionId(a.endpoint), a.endpoint.endpointName)),
      getEndpointTopology: async (_, a: Timed & { endpointId: string }, o) => {
        const { nodes, calls } = await endpoints(o, a, a.endpointId);
        const layers = await metadata.layersOf([...new Set(nodes.map((n) => n.serviceId))], o);
        return {
          nodes: nodes.map((n) => ({ id: n.id, name: n.name, type: '', isReal: true, layers: layers.get(n.serviceId) ?? ['UNDEFINED'] })),
          calls,
        };
      },
      listLayerLevels: () => LAYER_LEVELS,
    },
  };
}
