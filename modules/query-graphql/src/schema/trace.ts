/** Traces. */
export const traceSchema = /* GraphQL */ `
extend type Query {
  queryBasicTraces(condition: TraceQueryCondition, debug: Boolean): TraceBrief
  queryBasicTracesByName(condition: TraceQueryConditionByName, debug: Boolean): TraceBrief
  queryTrace(traceId: ID!, duration: Duration, debug: Boolean): Trace
  queryTraces(condition: TraceQueryCondition, debug: Boolean): TraceList
  hasQueryTracesV2Support: Boolean!
  queryTraceTagAutocompleteKeys(duration: Duration!): [String!]
  queryTraceTagAutocompleteValues(tagKey: String!, duration: Duration!): [String!]
}

enum TraceState { ALL SUCCESS ERROR }
enum QueryOrder { BY_START_TIME BY_DURATION }
enum RefType { CROSS_PROCESS CROSS_THREAD }

input TraceQueryCondition {
  serviceId: ID
  serviceInstanceId: ID
  traceId: String
  endpointId: ID
  queryDuration: Duration
  "Milliseconds, inclusive; 0 or null: no bound."
  minTraceDuration: Int
  maxTraceDuration: Int
  traceState: TraceState!
  queryOrder: QueryOrder!
  tags: [SpanTag!]
  paging: Pagination!
}
input TraceQueryConditionByName {
  service: ServiceCondition
  instance: InstanceCondition
  traceId: String
  endpoint: EndpointCondition
  queryDuration: Duration
  minTraceDuration: Int
  maxTraceDuration: Int
  traceState: TraceState!
  queryOrder: QueryOrder!
  tags: [SpanTag!]
  paging: Pagination!
}
input SpanTag {
  key: String!
  value: String
}
type TraceBrief {
  traces: [BasicTrace!]!
  debuggingTrace: DebuggingTrace
}
"One segment."
type BasicTrace {
  segmentId: String!
  endpointNames: [String!]!
  duration: Int!
  "Epoch milliseconds."
  start: String!
  isError: Boolean
  traceIds: [String!]!
}
type Trace {
  spans: [Span!]!
  debuggingTrace: DebuggingTrace
}
type Span {
  traceId: ID!
  segmentId: ID!
  spanId: Int!
  parentSpanId: Int!
  refs: [Ref!]!
  serviceCode: String!
  serviceInstanceName: ID!
  startTime: Long!
  endTime: Long!
  endpointName: String
  "Entry, Exit or Local."
  type: String!
  peer: String
  component: String
  isError: Boolean
  layer: String
  tags: [KeyValue!]!
  logs: [LogEntity!]!
  attachedEvents: [SpanAttachedEvent!]!
}
type Ref {
  traceId: ID!
  parentSegmentId: ID!
  parentSpanId: Int!
  type: RefType!
}
type LogEntity {
  time: Long!
  data: [KeyValue!]
}
type SpanAttachedEvent {
  startTime: Instant!
  event: String!
  endTime: Instant!
  tags: [KeyValue]!
  summary: [KeyNumericValue!]!
}
type Instant {
  seconds: Long!
  nanos: Int!
}
type TraceList {
  traces: [TraceV2!]!
  retrievedTimeRange: RetrievedTimeRange!
  debuggingTrace: DebuggingTrace
}
type TraceV2 {
  spans: [Span!]!
}
type RetrievedTimeRange {
  startTime: Long!
  endTime: Long!
}
`;
