/** Trace profiling, async-profiler and pprof. */
export const profilingSchema = /* GraphQL */ `
extend type Query {
  getProfileTaskList(serviceId: ID, endpointName: String): [ProfileTask!]!
  getProfileTaskLogs(taskID: String): [ProfileTaskLog!]!
  getProfileTaskSegments(taskID: ID!): [ProfiledTraceSegments!]!
  getSegmentsProfileAnalyze(queries: [SegmentProfileAnalyzeQuery!]!): ProfileAnalyzation!
  queryAsyncProfilerTaskList(request: AsyncProfilerTaskListRequest!): AsyncProfilerTaskListResult!
  queryAsyncProfilerTaskProgress(taskId: String!): AsyncProfilerTaskProgress!
  queryAsyncProfilerAnalyze(request: AsyncProfilerAnalyzationRequest!): AsyncProfilerAnalyzation!
  queryPprofTaskList(request: PprofTaskListRequest!): PprofTaskListResult!
  queryPprofTaskProgress(taskId: String!): PprofTaskProgress!
  queryPprofAnalyze(request: PprofAnalyzationRequest!): PprofAnalyzation!
}
extend type Mutation {
  createProfileTask(creationRequest: ProfileTaskCreationRequest): ProfileTaskCreationResult!
  createAsyncProfilerTask(asyncProfilerTaskCreationRequest: AsyncProfilerTaskCreationRequest!): AsyncProfilerTaskCreationResult!
  createPprofTask(pprofTaskCreationRequest: PprofTaskCreationRequest!): PprofTaskCreationResult!
}

enum ProfileTaskLogOperationType { NOTIFIED EXECUTION_FINISHED }
enum AsyncProfilerEventType { CPU WALL LOCK ALLOC CTIMER ITIMER }
enum JFREventType {
  EXECUTION_SAMPLE LOCK OBJECT_ALLOCATION_IN_NEW_TLAB OBJECT_ALLOCATION_OUTSIDE_TLAB PROFILER_LIVE_OBJECT
}
enum AsyncProfilerTaskCreationType { SUCCESS ARGUMENT_ERROR ALREADY_PROFILING_ERROR }
enum AsyncProfilerTaskLogOperationType { NOTIFIED EXECUTION_FINISHED JFR_UPLOAD_FILE_TOO_LARGE_ERROR EXECUTION_TASK_ERROR }
enum PprofTaskCreationType { SUCCESS ARGUMENT_ERROR ALREADY_PROFILING_ERROR }
enum PprofTaskLogOperationType { NOTIFIED EXECUTION_FINISHED PPROF_UPLOAD_FILE_TOO_LARGE_ERROR EXECUTION_TASK_ERROR }
enum PprofEventType { CPU HEAP BLOCK MUTEX GOROUTINE THREADCREATE ALLOCS }

input ProfileTaskCreationRequest {
  serviceId: ID!
  endpointName: String!
  "null: now."
  startTime: Long
  "Minutes."
  duration: Int!
  minDurationThreshold: Int!
  dumpPeriod: Int!
  maxSamplingCount: Int!
}
type ProfileTaskCreationResult {
  errorReason: String
  id: String
}
type ProfileTask {
  id: String!
  serviceId: ID!
  serviceName: String!
  endpointName: String!
  startTime: Long!
  duration: Int!
  minDurationThreshold: Int!
  dumpPeriod: Int!
  maxSamplingCount: Int!
  logs: [ProfileTaskLog!]!
}
type ProfileTaskLog {
  id: String!
  instanceId: ID!
  instanceName: String!
  operationType: ProfileTaskLogOperationType!
  operationTime: Long!
}
type ProfiledTraceSegments {
  traceId: String!
  instanceId: ID!
  instanceName: String!
  endpointNames: [String!]!
  duration: Int!
  start: String!
  spans: [ProfiledSpan!]!
}
type ProfiledSegment {
  spans: [ProfiledSpan!]!
}
type ProfiledSpan {
  spanId: Int!
  parentSpanId: Int!
  segmentId: ID!
  refs: [Ref!]!
  serviceCode: String!
  serviceInstanceName: ID!
  startTime: Long!
  endTime: Long!
  endpointName: String
  type: String!
  peer: String
  component: String
  isError: Boolean
  layer: String
  tags: [KeyValue!]!
  logs: [LogEntity!]!
  "There are snapshots of it."
  profiled: Boolean!
}
input SegmentProfileAnalyzeQuery {
  segmentId: String!
  timeRange: ProfileAnalyzeTimeRange!
}
input ProfileAnalyzeTimeRange {
  start: Long!
  end: Long!
}
type ProfileAnalyzation {
  tip: String
  trees: [ProfileStackTree!]!
}
type ProfileStackTree {
  elements: [ProfileStackElement!]!
}
type ProfileStackElement {
  id: ID!
  parentId: ID!
  codeSignature: String!
  duration: Int!
  durationChildExcluded: Int!
  count: Int!
}

input AsyncProfilerTaskCreationRequest {
  serviceId: ID!
  serviceInstanceIds: [String!]!
  "Seconds."
  duration: Int!
  events: [AsyncProfilerEventType!]!
  execArgs: String
}
type AsyncProfilerTaskCreationResult {
  code: AsyncProfilerTaskCreationType!
  errorReason: String
  id: String
}
input AsyncProfilerTaskListRequest {
  serviceId: ID!
  queryDuration: Duration
  limit: Int
}
type AsyncProfilerTaskListResult {
  errorReason: String
  tasks: [AsyncProfilerTask!]
}
type AsyncProfilerTask {
  id: String!
  serviceId: String!
  serviceInstanceIds: [String!]!
  createTime: Long!
  events: [AsyncProfilerEventType!]!
  duration: Int!
  execArgs: String
}
type AsyncProfilerTaskProgress {
  logs: [AsyncProfilerTaskLog!]
  errorInstanceIds: [ID]
  successInstanceIds: [ID]
}
type AsyncProfilerTaskLog {
  id: String!
  instanceId: ID!
  instanceName: String!
  operationType: AsyncProfilerTaskLogOperationType!
  operationTime: Long!
}
input AsyncProfilerAnalyzationRequest {
  taskId: ID!
  instanceIds: [String!]!
  eventType: JFREventType!
}
type AsyncProfilerAnalyzation {
  tree: AsyncProfilerStackTree
}
type AsyncProfilerStackTree {
  type: JFREventType!
  elements: [AsyncProfilerStackElement!]
}
type AsyncProfilerStackElement {
  id: ID!
  parentId: ID!
  codeSignature: String!
  total: Long!
  self: Long!
}

input PprofTaskCreationRequest {
  serviceId: ID!
  serviceInstanceIds: [String!]!
  "Minutes."
  duration: Int
  events: PprofEventType!
  dumpPeriod: Int
}
type PprofTaskCreationResult {
  code: PprofTaskCreationType!
  errorReason: String
  id: String
}
input PprofTaskListRequest {
  serviceId: ID!
  queryDuration: Duration
  limit: Int
}
type PprofTaskListResult {
  errorReason: String
  tasks: [PprofTask!]
}
type PprofTask {
  id: String!
  serviceId: String!
  serviceInstanceIds: [String!]!
  createTime: Long!
  events: PprofEventType!
  duration: Int
  dumpPeriod: Int
}
type PprofTaskProgress {
  logs: [PprofTaskLog!]
  errorInstanceIds: [ID]
  successInstanceIds: [ID]
}
type PprofTaskLog {
  id: String!
  instanceId: ID!
  instanceName: String!
  operationType: PprofTaskLogOperationType!
  operationTime: Long!
}
input PprofAnalyzationRequest {
  taskId: ID!
  instanceIds: [String!]!
}
type PprofAnalyzation {
  tree: PprofStackTree
}
type PprofStackTree {
  elements: [PprofStackElement!]
}
type PprofStackElement {
  id: ID!
  parentId: ID!
  codeSignature: String!
  total: Long!
  self: Long!
}
`;
