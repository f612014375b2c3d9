import type { Instance, MetadataQuery, ServiceFilter, TimeQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolver, GraphqlResolverMap } from '../contract.js';
import { conditionId, counted, type DurationInput, type ServiceCondition, type Timed } from './arguments.js';

interface EndpointSearch {
  readonly keyword?: string | null;
  readonly limit: number;
  readonly duration?: DurationInput | null;
}

const shownInstance = (i: Instance | undefined) => i && { ...i, instanceUUID: i.id };

export function metadataResolvers(metadata: MetadataQuery, time: TimeQuery): GraphqlResolverMap {
  const instances = async (service: string, duration: DurationInput, o: GraphqlContext) =>
    (await counted(metadata.instances(service, time.parse(duration), o), o)).map(shownInstance);
  const services = (filter: ServiceFilter, o: GraphqlContext) => counted(metadata.services(filter, o), o);
  const endpoints = (service: string, a: EndpointSearch, o: GraphqlContext) =>
    counted(
      metadata.endpoints(
        service,
        { limit: a.limit, ...(a.keyword && { keyword: a.keyword }), ...(a.duration && { duration: time.parse(a.duration) }) },
        o,
      ),
      o,
    );
  const named: GraphqlResolver<{ serviceCode: string }> = (_, a, o) => metadata.serviceNamed(a.serviceCode, o);
  return {
    Query: {
      listLayers: () => metadata.layers(),
      listServices: (_, a: { layer?: string | null }, o) => services(a.layer ? { layer: a.layer } : {}, o),
      getService: (_, a: { serviceId: string }, o) => metadata.service(a.serviceId, o),
      findService: (_, a: { serviceName: string }, o) => metadata.serviceNamed(a.serviceName, o),
      getAllServices: (_, a: { group?: string | null }, o) => services(a.group ? { group: a.group } : {}, o),
      searchServices: (_, a: { keyword: string }, o) => services({ keyword: a.keyword }, o),
      searchService: named,
      getAllBrowserServices: (_, _a, o) => services({ layer: 'BROWSER' }, o),
      searchBrowserServices: (_, a: { keyword: string }, o) => services({ layer: 'BROWSER', keyword: a.keyword }, o),
      searchBrowserService: named,
      getAllDatabases: async (_, _a, o) =>
        (await services({ layer: 'VIRTUAL_DATABASE' }, o)).map(({ id, name }) => ({ id, name, type: '' })),
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
