import type { Instance, MetadataQuery, TimeQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolver, GraphqlResolverMap } from '../contract.js';
import { conditionId, type DurationInput, type ServiceCondition, type Timed } from './arguments.js';

interface EndpointSearch {
  readonly keyword?: string | null;
  readonly limit: number;
  readonly duration?: DurationInput | null;
}

const shownInstance = (i: Instance | undefined) => i && { ...i, instanceUUID: i.id };

export function metadataResolvers(metadata: MetadataQuery, time: TimeQuery): GraphqlResolverMap {
  const instances = async (service: string, duration: DurationInput, o: GraphqlContext) =>
    (await metadata.instances(service, time.parse(duration), o)).map(shownInstance);
  const endpoints = (service: string, a: EndpointSearch, o: GraphqlContext) =>
    metadata.endpoints(
      service,
      { limit: a.limit, ...(a.keyword && { keyword: a.keyword }), ...(a.duration && { duration: time.parse(a.duration) }) },
      o,
    );
  const named: GraphqlResolver<{ serviceCode: string }> = (_, a, o) => metadata.serviceNamed(a.serviceCode, o);
  return {
    Query: {
      listLayers: () => metadata.layers(),
      listServices: (_, a: { layer?: string | null }, o) => metadata.services(a.layer ? { layer: a.layer } : {}, o),
      getService: (_, a: { serviceId: string }, o) => metadata.service(a.serviceId, o),
      findService: (_, a: { serviceName: string }, o) => metadata.serviceNamed(a.serviceName, o),
      getAllServices: (_, a: { group?: string | null }, o) => metadata.services(a.group ? { group: a.group } : {}, o),
      searchServices: (_, a: { keyword: string }, o) => metadata.services({ keyword: a.keyword }, o),
      searchService: named,
      getAllBrowserServices: (_, _a, o) => metadata.services({ layer: 'BROWSER' }, o),
      searchBrowserServices: (_, a: { keyword: string }, o) => metadata.services({ layer: 'BROWSER', keyword: a.keyword }, o),
      searchBrowserService: named,
      getAllDatabases: async (_, _a, o) =>
        (await metadata.services({ layer: 'VIRTUAL_DATABASE' }, o)).map(({ id, name }) => ({ id, name, type: '' })),
      listInstances: (_, a: { serviceId: string } & Timed, o) => instances(a.serviceId, a.duration, o),
      listInstancesByName: (_, a: { service: ServiceCondition } & Timed, o) => instances(conditionId(a.service), a.duration, o),
      getServiceInstances: (_, a: { serviceId: string } & Timed, o) => instances(a.serviceId, a.duration, o),
      getInstance: async (_, a: { instanceId: string }, o) => shownInstance(await metadata.instance(a.instanceId, o)),
      findEndpoint: (_, a: { serviceId: string } & EndpointSearch, o) => endpoints(a.serviceId, a, o),
      findEndpointByName: (_, a: { service: ServiceCondition } & EndpointSearch, o) => endpoints(conditionId(a.service), a, o),
      searchEndpoint: (_, a: { serviceId: string } & EndpointSearch, o) => endpoints(a.serviceId, a, o),
      getEndpointInfo: (_, a: { endpointId: string }) => metadata.endpointInfo(a.endpointId),
    },
  };
}
