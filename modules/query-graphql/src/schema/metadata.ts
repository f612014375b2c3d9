/** Services, instances, endpoints and processes. */
export const metadataSchema = /* GraphQL */ `
extend type Query {
  listLayers: [String!]!
  listServices(layer: String): [Service!]!
  getService(serviceId: String!): Service
  findService(serviceName: String!): Service
  listInstances(duration: Duration!, serviceId: ID!): [ServiceInstance!]!
  listInstancesByName(duration: Duration!, service: ServiceCondition!): [ServiceInstance!]!
  getInstance(instanceId: String!): ServiceInstance
  findEndpoint(keyword: String, serviceId: ID!, limit: Int!, duration: Duration): [Endpoint!]!
  findEndpointByName(keyword: String, service: ServiceCondition!, limit: Int!, duration: Duration): [Endpoint!]!
  getEndpointInfo(endpointId: ID!): EndpointInfo
  listProcesses(duration: Duration!, instanceId: ID!): [Process!]!
  getProcess(processId: ID!): Process
  estimateProcessScale(serviceId: ID!, labels: [String!]!): Long!
  getAllServices(duration: Duration!, group: String): [Service!]!
  searchServices(duration: Duration!, keyword: String!): [Service!]!
  searchService(serviceCode: String!): Service
  getAllBrowserServices(duration: Duration!): [Service!]!
  searchBrowserServices(duration: Duration!, keyword: String!): [Service!]!
  searchBrowserService(serviceCode: String!): Service
  getServiceInstances(duration: Duration!, serviceId: ID!): [ServiceInstance!]!
  searchEndpoint(keyword: String!, serviceId: ID!, limit: Int!): [Endpoint!]!
  getAllDatabases(duration: Duration!): [Database!]!
}

enum Language { UNKNOWN JAVA DOTNET NODEJS PYTHON RUBY GO LUA PHP }

type Service {
  id: ID!
  name: String!
  "The part of the name before ::, or empty."
  group: String!
  shortName: String!
  layers: [String!]!
  "false: conjectured from its callers."
  normal: Boolean
}
type ServiceInstance {
  id: ID!
  name: String!
  attributes: [Attribute!]!
  language: Language!
  instanceUUID: String!
}
type Attribute {
  name: String!
  value: String!
}
type Endpoint {
  id: ID!
  name: String!
}
type EndpointInfo {
  id: ID!
  name: String!
  serviceId: ID!
  serviceName: String!
}
type Process {
  id: ID!
  name: String!
  serviceId: ID!
  serviceName: String!
  instanceId: ID!
  instanceName: String!
  agentId: String!
  detectType: String!
  attributes: [Attribute!]!
  labels: [String!]!
}
type Database {
  id: ID!
  name: String!
  type: String!
}
`;
