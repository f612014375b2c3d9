import type { MetadataQuery, TimeQuery, TopologyQuery } from '@skein/query/contract';
import { endpointId } from '@skein/telemetry';
import type { GraphqlResolverMap } from '../contract.js';
import { LAYER_LEVELS } from '../layer-levels.js';
import { conditionId, type ServiceCondition, type Timed } from './arguments.js';
import { traced } from './debugging.js';

type Debuggable = Timed & { readonly debug?: boolean | null };

export function topologyResolvers(topology: TopologyQuery, metadata: MetadataQuery, time: TimeQuery): GraphqlResolverMap {
  return {
    Query: {
      getServicesTopology: (_, a: Debuggable & { serviceIds: readonly string[] }, o) =>
        traced(a.debug, 'service topology', a, () => topology.services(a.serviceIds, time.parse(a.duration), o)),
      getServicesTopologyByNames: (_, a: Debuggable & { services: readonly ServiceCondition[] }, o) =>
        traced(a.debug, 'service topology', a, () => topology.services(a.services.map(conditionId), time.parse(a.duration), o)),
      getGlobalTopology: (_, a: Debuggable & { layer?: string | null }, o) =>
        traced(a.debug, 'global topology', a, () => topology.global(a.layer || undefined, time.parse(a.duration), o)),
      getServiceTopology: (_, a: Debuggable & { serviceId: string }, o) =>
        traced(a.debug, 'service topology', a, () => topology.services([a.serviceId], time.parse(a.duration), o)),
      getServiceTopologyByName: (_, a: Debuggable & { service: ServiceCondition }, o) =>
        traced(a.debug, 'service topology', a, () => topology.services([conditionId(a.service)], time.parse(a.duration), o)),
      getServiceInstanceTopology: (_, a: Debuggable & { clientServiceId: string; serverServiceId: string }, o) =>
        traced(a.debug, 'instance topology', a, () => topology.instances(a.clientServiceId, a.serverServiceId, time.parse(a.duration), o)),
      getServiceInstanceTopologyByName: (_, a: Debuggable & { clientService: ServiceCondition; serverService: ServiceCondition }, o) =>
        traced(a.debug, 'instance topology', a, () =>
          topology.instances(conditionId(a.clientService), conditionId(a.serverService), time.parse(a.duration), o),
        ),
      getEndpointDependencies: (_, a: Debuggable & { endpointId: string }, o) =>
        traced(a.debug, 'endpoint dependencies', a, () => topology.endpoints(a.endpointId, time.parse(a.duration), o)),
      getEndpointDependenciesByName: (_, a: Debuggable & { endpoint: ServiceCondition & { endpointName: string } }, o) =>
        traced(a.debug, 'endpoint dependencies', a, () =>
          topology.endpoints(endpointId(conditionId(a.endpoint), a.endpoint.endpointName), time.parse(a.duration), o),
        ),
      getEndpointTopology: async (_, a: Timed & { endpointId: string }, o) => {
        const { nodes, calls } = await topology.endpoints(a.endpointId, time.parse(a.duration), o);
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
