/** Alarms, in the forms of both dialects. */
export const alarmSchema = /* GraphQL */ `
extend type Query {
  getAlarm(duration: Duration!, scope: Scope, keyword: String, paging: Pagination!, tags: [AlarmTag]): Alarms
  queryAlarms(condition: AlarmQueryCondition!): Alarms
  queryAlarmTagAutocompleteKeys(duration: Duration!): [String!]
  queryAlarmTagAutocompleteValues(tagKey: String!, duration: Duration!): [String!]
}

input AlarmTag {
  key: String!
  value: String
}
input AlarmQueryCondition {
  duration: Duration!
  paging: Pagination!
  entities: [Entity!]
  layer: String
  ruleNames: [String!]
  keyword: String
  tags: [AlarmTag]
}
type Alarms {
  msgs: [AlarmMessage!]!
}
type AlarmMessage {
  startTime: Long!
  "null until it recovered."
  recoveryTime: Long
  scope: Scope
  id: ID!
  name: String!
  message: String!
  events: [Event!]!
  tags: [KeyValue!]!
  snapshot: AlarmSnapshot!
}
type AlarmSnapshot {
  expression: String!
  metrics: [MQEMetric!]!
}
type MQEMetric {
  name: String!
  results: [MQEValues!]!
}
`;
