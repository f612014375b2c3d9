/** eBPF profiling and continuous profiling. */
export const ebpfSchema = /* GraphQL */ `
extend type Query {
  queryPrepareCreateEBPFProfilingTaskData(serviceId: ID!): EBPFProfilingTaskPrepare!
  queryEBPFProfilingTasks(
    serviceId: ID
    serviceInstanceId: ID
    targets: [EBPFProfilingTargetType!]
    triggerType: EBPFProfilingTriggerType
    duration: Duration
  ): [EBPFProfilingTask!]!
  queryEBPFProfilingSchedules(taskId: ID!): [EBPFProfilingSchedule!]!
  analysisEBPFProfilingResult(
    scheduleIdList: [ID!]!
    timeRanges: [EBPFProfilingAnalyzeTimeRange!]!
    aggregateType: EBPFProfilingAnalyzeAggregateType
  ): EBPFProfilingAnalyzation!
  queryContinuousProfilingServiceTargets(serviceId: ID!): [ContinuousProfilingPolicyTarget!]!
  queryContinuousProfilingMonitoringInstances(serviceId: ID!, target: ContinuousProfilingTargetType!): [ContinuousProfilingMonitoringInstance!]!
}
extend type Mutation {
  createEBPFProfilingFixedTimeTask(request: EBPFProfilingTaskFixedTimeCreationRequest!): EBPFProfilingTaskCreationResult!
  createEBPFNetworkProfiling(request: EBPFProfilingNetworkTaskRequest!): EBPFProfilingTaskCreationResult!
  keepEBPFNetworkProfiling(taskId: ID!): EBPFNetworkKeepProfilingResult!
  setContinuousProfilingPolicy(request: ContinuousProfilingPolicyCreation!): ContinuousProfilingSetResult!
}

enum EBPFProfilingStackType { KERNEL_SPACE USER_SPACE }
enum EBPFProfilingTriggerType { FIXED_TIME CONTINUOUS_PROFILING }
enum EBPFProfilingTargetType { ON_CPU OFF_CPU NETWORK }
enum EBPFProfilingAnalyzeAggregateType { DURATION COUNT }
enum ContinuousProfilingTargetType { ON_CPU OFF_CPU NETWORK }
enum ContinuousProfilingMonitorType {
  PROCESS_CPU PROCESS_THREAD_COUNT SYSTEM_LOAD HTTP_ERROR_RATE HTTP_AVG_RESPONSE_TIME
}

input EBPFProfilingTaskFixedTimeCreationRequest {
  serviceId: String!
  processLabels: [String!]!
  startTime: Long!
  "Seconds."
  duration: Int!
  targetType: EBPFProfilingTargetType!
}
input EBPFProfilingNetworkTaskRequest {
  instanceId: String!
  samplings: [EBPFNetworkSamplingRule!]
}
input EBPFNetworkSamplingRule {
  uriRegex: String
  minDuration: Int
  when4xx: Boolean!
  when5xx: Boolean!
  settings: EBPFNetworkDataCollectingSettings!
}
input EBPFNetworkDataCollectingSettings {
  requireCompleteRequest: Boolean!
  maxRequestSize: Int
  requireCompleteResponse: Boolean!
  maxResponseSize: Int
}
type EBPFProfilingTaskCreationResult {
  status: Boolean!
  errorReason: String
  id: String
}
type EBPFNetworkKeepProfilingResult {
  status: Boolean!
  errorReason: String
}
type EBPFProfilingTaskPrepare {
  couldProfiling: Boolean!
  processLabels: [String!]!
}
type EBPFProfilingTask {
  taskId: ID!
  serviceId: ID!
  serviceName: String!
  serviceInstanceId: ID
  serviceInstanceName: String
  processLabels: [String!]!
  processId: ID
  processName: String
  taskStartTime: Long!
  triggerType: EBPFProfilingTriggerType!
  fixedTriggerDuration: Long
  continuousProfilingCauses: [ContinuousProfilingTriggeredCause!]
  targetType: EBPFProfilingTargetType!
  createTime: Long!
}
type ContinuousProfilingTriggeredCause {
  type: ContinuousProfilingMonitorType!
  singleValue: ContinuousProfilingSingleValueCause
  uri: ContinuousProfilingURICause
  message: String!
}
type ContinuousProfilingSingleValueCause {
  threshold: Long!
  current: Long!
}
type ContinuousProfilingURICause {
  uriRegex: String
  uriPath: String
  threshold: Long!
  current: Long!
}
type EBPFProfilingSchedule {
  scheduleId: ID!
  taskId: ID!
  process: Process!
  startTime: Long!
  endTime: Long!
}
input EBPFProfilingAnalyzeTimeRange {
  start: Long!
  end: Long!
}
type EBPFProfilingAnalyzation {
  tip: String
  trees: [EBPFProfilingTree!]!
}
type EBPFProfilingTree {
  elements: [EBPFProfilingStackElement!]!
}
type EBPFProfilingStackElement {
  id: String!
  parentId: String!
  symbol: String!
  stackType: EBPFProfilingStackType!
  dumpCount: Long!
}

input ContinuousProfilingPolicyCreation {
  serviceId: ID!
  targets: [ContinuousProfilingPolicyTargetCreation!]!
}
input ContinuousProfilingPolicyTargetCreation {
  targetType: ContinuousProfilingTargetType!
  checkItems: [ContinuousProfilingPolicyItemCreation!]!
}
input ContinuousProfilingPolicyItemCreation {
  type: ContinuousProfilingMonitorType!
  threshold: String!
  period: Int!
  count: Int!
  uriList: [String!]
  uriRegex: String
}
type ContinuousProfilingSetResult {
  status: Boolean!
  errorReason: String
}
type ContinuousProfilingPolicyTarget {
  type: ContinuousProfilingTargetType!
  checkItems: [ContinuousProfilingPolicyItem!]!
  triggeredCount: Int!
  lastTriggerTimestamp: Long
}
type ContinuousProfilingPolicyItem {
  type: ContinuousProfilingMonitorType!
  threshold: String!
  period: Int!
  count: Int!
  uriList: [String!]
  uriRegex: String
}
type ContinuousProfilingMonitoringInstance {
  id: ID!
  name: String!
  attributes: [Attribute!]!
  triggeredCount: Int!
  lastTriggerTimestamp: Long
  processes: [ContinuousProfilingMonitoringProcess!]!
}
type ContinuousProfilingMonitoringProcess {
  id: ID!
  name: String!
  detectType: String!
  labels: [String!]!
  triggeredCount: Int!
  lastTriggerTimestamp: Long
}
`;
