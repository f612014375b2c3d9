/** Metrics by expression, and the older ways to read them. */
export const metricsSchema = /* GraphQL */ `
extend type Query {
  execExpression(expression: String!, entity: Entity!, duration: Duration!, debug: Boolean, dumpDBRsp: Boolean): ExpressionResult!
  listMetrics(regex: String): [MetricDefinition!]!
  typeOfMetrics(name: String!): MetricsType!
  readMetricsValue(condition: MetricsCondition!, duration: Duration!): Long!
  readNullableMetricsValue(condition: MetricsCondition!, duration: Duration!): NullableValue!
  readMetricsValues(condition: MetricsCondition!, duration: Duration!): MetricsValues!
  readLabeledMetricsValues(condition: MetricsCondition!, labels: [String!]!, duration: Duration!): [MetricsValues!]!
  readHeatMap(condition: MetricsCondition!, duration: Duration!): HeatMap
  sortMetrics(condition: TopNCondition!, duration: Duration!): [SelectedRecord!]!
  readSampledRecords(condition: TopNCondition!, duration: Duration!): [SelectedRecord!]!
  readRecords(condition: RecordCondition!, duration: Duration!): [Record!]!
  getValues(metric: BatchMetricConditions!, duration: Duration!): IntValues
  getLinearIntValues(metric: MetricCondition!, duration: Duration!): IntValues
  getMultipleLinearIntValues(metric: MetricCondition!, numOfLinear: Int!, duration: Duration!): [IntValues!]!
  getSubsetOfMultipleLinearIntValues(metric: MetricCondition!, linearIndex: [Int!]!, duration: Duration!): [IntValues!]!
  getThermodynamic(metric: MetricCondition!, duration: Duration!): Thermodynamic
  getServiceTopN(name: String!, topN: Int!, duration: Duration!, order: Order!): [TopNEntity!]!
  getAllServiceInstanceTopN(name: String!, topN: Int!, duration: Duration!, order: Order!): [TopNEntity!]!
  getAllEndpointTopN(name: String!, topN: Int!, duration: Duration!, order: Order!): [TopNEntity!]!
  getServiceInstanceTopN(serviceId: ID!, name: String!, topN: Int!, duration: Duration!, order: Order!): [TopNEntity!]!
  getEndpointTopN(serviceId: ID!, name: String!, topN: Int!, duration: Duration!, order: Order!): [TopNEntity!]!
  getTopNRecords(condition: TopNRecordsCondition!): [TopNRecord!]!
}

enum MetricsType { UNKNOWN REGULAR_VALUE LABELED_VALUE HEATMAP SAMPLED_RECORD }
enum ExpressionResultType { UNKNOWN SINGLE_VALUE TIME_SERIES_VALUES SORTED_LIST RECORD_LIST }

"An entity by its names. Its scope comes from the metric that it is used with; the field scope is ignored."
input Entity {
  scope: Scope
  serviceName: String
  normal: Boolean
  serviceInstanceName: String
  endpointName: String
  processName: String
  destServiceName: String
  destNormal: Boolean
  destServiceInstanceName: String
  destEndpointName: String
  destProcessName: String
}
type ExpressionResult {
  type: ExpressionResultType!
  results: [MQEValues!]!
  "What is wrong with the expression."
  error: String
  debuggingTrace: DebuggingTrace
}
type MQEValues {
  metric: Metadata!
  values: [MQEValue!]!
}
type Metadata {
  labels: [KeyValue!]!
}
type MQEValue {
  id: ID
  owner: Owner
  value: String
  traceID: ID
}
type Owner {
  scope: Scope
  serviceID: ID
  serviceName: String
  normal: Boolean
  serviceInstanceID: ID
  serviceInstanceName: String
  endpointID: ID
  endpointName: String
}
type MetricDefinition {
  name: String!
  type: MetricsType!
  catalog: String
}
input MetricsCondition {
  name: String!
  entity: Entity!
}
input TopNCondition {
  name: String!
  parentService: String
  normal: Boolean
  scope: Scope
  topN: Int!
  order: Order!
}
type MetricsValues {
  label: String
  values: IntValues
}
type IntValues {
  values: [KVInt!]!
}
type KVInt {
  id: ID!
  value: Long!
  isEmptyValue: Boolean!
}
type NullableValue {
  value: Long!
  isEmptyValue: Boolean!
}
type HeatMap {
  values: [HeatMapColumn!]!
  buckets: [Bucket!]!
}
type HeatMapColumn {
  id: ID!
  values: [Long!]!
}
type Bucket {
  min: String!
  max: String!
}
type SelectedRecord {
  name: String!
  id: ID!
  value: String
  refId: ID
}
type Record {
  name: String!
  id: ID!
  value: String
  refId: ID
}
input RecordCondition {
  name: String!
  parentEntity: Entity!
  topN: Int!
  order: Order!
}
input MetricCondition {
  name: String!
  id: ID
}
input BatchMetricConditions {
  name: String!
  ids: [ID!]!
}
type Thermodynamic {
  "Triples of x, y and value."
  nodes: [[Int]!]!
  axisYStep: Int!
}
type TopNEntity {
  name: String!
  id: ID!
  value: Long!
}
input TopNRecordsCondition {
  serviceId: ID!
  metricName: String!
  topN: Int!
  order: Order!
  duration: Duration!
}
type TopNRecord {
  statement: String
  latency: Long!
  traceId: String
}
`;
