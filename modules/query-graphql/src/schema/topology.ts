/** Who calls whom, and which service stands on which. */
export const topologySchema = /* GraphQL */ `
extend type Query {
  getServicesTopology(serviceIds: [ID!]!, duration: Duration!, debug: Boolean): Topology
  getServicesTopologyByNames(services: [ServiceCondition!]!, duration: Duration!, debug: Boolean): Topology
  getGlobalTopology(duration: Duration!, layer: String, debug: Boolean): Topology
  getServiceTopology(serviceId: ID!, duration: Duration!, debug: Boolean): Topology
  getServiceTopologyByName(service: ServiceCondition!, duration: Duration!, debug: Boolean): Topology
  getServiceInstanceTopology(clientServiceId: ID!, serverServiceId: ID!, duration: Duration!, debug: Boolean): ServiceInstanceTopology
  getServiceInstanceTopologyByName(clientService: ServiceCondition!, serverService: ServiceCondition!, duration: Duration!, debug: Boolean): ServiceInstanceTopology
  getEndpointDependencies(endpointId: ID!, duration: Duration!, debug: Boolean): EndpointTopology
  getEndpointDependenciesByName(endpoint: EndpointCondition!, duration: Duration!, debug: Boolean): EndpointTopology
  getEndpointTopology(endpointId: ID!, duration: Duration!): Topology
  getProcessTopology(serviceInstanceId: ID!, duration: Duration!, debug: Boolean): ProcessTopology
  getProcessTopologyByName(instance: InstanceCondition!, duration: Duration!, debug: Boolean): ProcessTopology
  getServiceHierarchy(serviceId: ID!, layer: String!): ServiceHierarchy!
  getInstanceHierarchy(instanceId: ID!, layer: String!): InstanceHierarchy!
  listLayerLevels: [LayerLevel!]!
}

type Topology {
  nodes: [Node!]!
  calls: [Call!]!
  debuggingTrace: DebuggingTrace
}
type Node {
  id: ID!
  name: String!
  "Name of the server component."
  type: String
  isReal: Boolean!
  layers: [String!]!
}
type ServiceInstanceTopology {
  nodes: [ServiceInstanceNode!]!
  calls: [Call!]!
  debuggingTrace: DebuggingTrace
}
type ServiceInstanceNode {
  id: ID!
  name: String!
  serviceId: ID!
  serviceName: String!
  type: String
  isReal: Boolean!
}
type EndpointTopology {
  nodes: [EndpointNode!]!
  calls: [Call!]!
  debuggingTrace: DebuggingTrace
}
type EndpointNode {
  id: ID!
  name: String!
  serviceId: ID!
  serviceName: String!
  type: String
  isReal: Boolean!
}
type ProcessTopology {
  nodes: [ProcessNode!]!
  calls: [Call!]!
  debuggingTrace: DebuggingTrace
}
type ProcessNode {
  id: ID!
  serviceId: ID!
  serviceName: String!
  serviceInstanceId: ID!
  serviceInstanceName: String!
  name: String!
  isReal: Boolean!
}
type Call {
  source: ID!
  sourceComponents: [ID!]!
  target: ID!
  targetComponents: [ID!]!
  id: ID!
  detectPoints: [DetectPoint!]!
}
type ServiceHierarchy {
  relations: [HierarchyServiceRelation!]!
}
type HierarchyServiceRelation {
  upperService: HierarchyRelatedService!
  lowerService: HierarchyRelatedService!
}
type HierarchyRelatedService {
  id: ID!
  name: String!
  layer: String!
  normal: Boolean!
}
type InstanceHierarchy {
  relations: [HierarchyInstanceRelation!]!
}
type HierarchyInstanceRelation {
  upperInstance: HierarchyRelatedInstance!
  lowerInstance: HierarchyRelatedInstance!
}
type HierarchyRelatedInstance {
  id: ID!
  name: String!
  serviceId: ID!
  serviceName: String!
  layer: String!
  normal: Boolean!
}
type LayerLevel {
  layer: String!
  "Higher stands above lower."
  level: Int!
}
`;
