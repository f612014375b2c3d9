/** Logs of services and of pods. */
export const logSchema = /* GraphQL */ `
extend type Query {
  queryLogs(condition: LogQueryCondition, debug: Boolean): Logs
  queryLogsByName(condition: LogQueryConditionByName, debug: Boolean): Logs
  supportQueryLogsByKeywords: Boolean!
  queryLogTagAutocompleteKeys(duration: Duration!): [String!]
  queryLogTagAutocompleteValues(tagKey: String!, duration: Duration!): [String!]
  test(requests: LogTestRequest!): LogTestResponse!
  listContainers(condition: OndemandContainergQueryCondition): PodContainers
  ondemandPodLogs(condition: OndemandLogQueryCondition): Logs
}

enum ContentType { TEXT JSON YAML }

input LogQueryCondition {
  serviceId: ID
  serviceInstanceId: ID
  endpointId: ID
  relatedTrace: TraceScopeCondition
  queryDuration: Duration
  paging: Pagination!
  tags: [LogTag!]
  keywordsOfContent: [String!]
  excludingKeywordsOfContent: [String!]
  queryOrder: Order
}
input LogQueryConditionByName {
  service: ServiceCondition
  instance: InstanceCondition
  endpoint: EndpointCondition
  relatedTrace: TraceScopeCondition
  queryDuration: Duration
  paging: Pagination!
  tags: [LogTag!]
  keywordsOfContent: [String!]
  excludingKeywordsOfContent: [String!]
  queryOrder: Order
}
input TraceScopeCondition {
  traceId: String!
  segmentId: String
  spanId: Int
}
input LogTag {
  key: String!
  value: String
}
type Logs {
  errorReason: String
  logs: [Log!]!
  debuggingTrace: DebuggingTrace
}
type Log {
  serviceName: String
  serviceId: ID
  serviceInstanceName: String
  serviceInstanceId: ID
  endpointName: String
  endpointId: ID
  traceId: String
  timestamp: Long!
  contentType: ContentType!
  content: String
  tags: [KeyValue!]
}
input LogTestRequest {
  log: String!
  dsl: String!
}
type LogTestResponse {
  log: Log
  metrics: [LogTestMetrics!]
}
type LogTestMetrics {
  name: String!
  tags: [KeyValue!]
  value: Long!
  timestamp: Long!
}
"The spelling is the protocol's."
input OndemandContainergQueryCondition {
  serviceInstanceId: ID
}
type PodContainers {
  errorReason: String
  containers: [String!]!
}
input OndemandLogQueryCondition {
  serviceInstanceId: ID
  container: String!
  duration: Duration
  keywordsOfContent: [String!]
  excludingKeywordsOfContent: [String!]
}
`;
