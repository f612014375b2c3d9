/** Scalars, enums and inputs that several topics share, and the fields about the server itself. */
export const commonSchema = /* GraphQL */ `
"A 64-bit integer, written as a JSON number."
scalar Long

type Query {
  "Begins with major.minor of the protocol that is served."
  version: String
  checkHealth: HealthStatus!
  getTimeInfo: TimeInfo
  getRecordsTTL: RecordsTTL
  getMetricsTTL: MetricsTTL
}

type Mutation {
  "Has no meaning; a type needs a field."
  version: String
}

enum Step { DAY HOUR MINUTE SECOND }
enum Order { ASC DES }
enum Scope {
  All Service ServiceInstance Endpoint Process
  ServiceRelation ServiceInstanceRelation EndpointRelation ProcessRelation
}
enum DetectPoint { CLIENT SERVER PROXY }

"A range of time in the zone of the server; both ends are inclusive buckets of the step."
input Duration {
  start: String!
  end: String!
  step: Step!
  coldStage: Boolean
}
input Pagination {
  "From 1; 0 is taken as 1."
  pageNum: Int
  pageSize: Int!
}
type KeyValue {
  key: String!
  value: String
}
type KeyNumericValue {
  key: String!
  value: Long!
}
type HealthStatus {
  "0: healthy; above: how many modules are degraded; below: not started."
  score: Int!
  details: String
}
type DebuggingTrace {
  traceId: String!
  condition: String!
  startTime: Long!
  endTime: Long!
  duration: Long!
  spans: [DebuggingSpan!]!
}
type DebuggingSpan {
  spanId: Int!
  parentSpanId: Int!
  operation: String!
  startTime: Long!
  endTime: Long!
  duration: Long!
  msg: String
  error: String
}
input ServiceCondition {
  serviceName: String!
  layer: String
}
input InstanceCondition {
  serviceName: String!
  instanceName: String!
  layer: String
}
input EndpointCondition {
  serviceName: String!
  endpointName: String!
  layer: String
}
type TimeInfo {
  "Offset of the server's zone, for example +0800."
  timezone: String
  currentTimestamp: Long
}
"Days that records are kept; -1 where there is no such tier."
type RecordsTTL {
  normal: Int!
  trace: Int!
  zipkinTrace: Int!
  log: Int!
  browserErrorLog: Int!
  coldNormal: Int!
  coldTrace: Int!
  coldZipkinTrace: Int!
  coldLog: Int!
  coldBrowserErrorLog: Int!
}
"Days that metrics are kept; -1 where there is no such tier."
type MetricsTTL {
  metadata: Int!
  minute: Int!
  hour: Int!
  day: Int!
  coldMinute: Int!
  coldHour: Int!
  coldDay: Int!
}
`;
