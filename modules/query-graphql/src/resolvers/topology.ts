import type { MetadataQuery, TimeQuery, Topology, TopologyQuery } from '@skein/query/contract';
import { endpointId } from '@skein/telemetry';
import type { GraphqlContext, GraphqlResolverMap } from '../contract.js';
import { LAYER_LEVELS } from '../layer-levels.js';
import { conditionId, type ServiceCondition, type Timed } from './arguments.js';
import { traced } from './debugging.js';

/** A topology, counted against what one query may answer. */
async function drawn<N>(o: GraphqlContext, topology: Promise<Topology<N>>): Promise<Topology<N>> {
  const found = await topology;
  o.spend(found.nodes.length + found.calls.length);
  return found;
}

type Debuggable = Timed & { readonly debug?: boolean | null };

export function topologyResolvers(topology: TopologyQuery, metadata: MetadataQuery, time: TimeQuery): GraphqlResolverMap {
  return {
    Query: {
      getServicesTopology: (_, a: Debuggable & { serviceIds: readonly string[] }, o) =>
        traced(a.debug, 'service topology', a, () => drawn(o, topology.services(a.serviceIds, time.parse(a.duration), o))),
      getServicesTopologyByNames: (_, a: Debuggable & { services: readonly ServiceCondition[] }, o) =>
        traced(a.debug, 'service topology', a, () => drawn(o, topology.services(a.services.map(conditionId), time.parse(a.duration), o))),
      getGlobalTopology: (_, a: Debuggable & { layer?: string | null }, o) =>
        traced(a.debug, 'global topology', a, () => drawn(o, topology.global(a.layer || undefined, time.parse(a.duration), o))),
      getServiceTopology: (_, a: Debuggable & { serviceId: string }, o) =>
        traced(a.debug, 'service topology', a, () => drawn(o, topology.services([a.serviceId], time.parse(a.duration), o))),
      getServiceTopologyByName: (_, a: Debuggable & { service: ServiceCondition }, o) =>
        traced(a.debug, 'service topology', a, () => drawn(o, topology.services([conditionId(a.service)], time.parse(a.duration), o))),
      getServiceInstanceTopology: (_, a: Debuggable & { clientServiceId: string; serverServiceId: string }, o) =>
        traced(a.debug, 'instance topology', a, () =>
          drawn(o, topology.instances(a.clientServiceId, a.serverServiceId, time.parse(a.duration), o)),
        ),
      getServiceInstanceTopologyByName: (_, a: Debuggable & { clientService: ServiceCondition; serverService: ServiceCondition }, o) =>
        traced(a.debug, 'instance topology', a, () =>
          drawn(o, topology.instances(conditionId(a.clientService), conditionId(a.serverService), time.parse(a.duration), o)),
        ),
      getEndpointDependencies: (_, a: Debuggable & { endpointId: string }, o) =>
        traced(a.debug, 'endpoint dependencies', a, () => drawn(o, topology.endpoints(a.endpointId, time.parse(a.duration), o))),
      getEndpointDependenciesByName: (_, a: Debuggable & { endpoint: ServiceCondition & { endpointName: string } }, o) =>
        traced(a.debug, 'endpoint dependencies', a, () =>
          drawn(o, topology.endpoints(endpointId(conditionId(a.endpoint), a.endpoint.endpointName), time.parse(a.duration), o)),
        ),
      getEndpointTopology: async (_, a: Timed & { endpointId: string }, o) => {
        const { nodes, calls } = await drawn(o, topology.endpoints(a.endpointId, time.parse(a.duration), o));
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
