/** Events. */
export const eventSchema = /* GraphQL */ `
extend type Query {
  queryEvents(condition: EventQueryCondition): Events
}

enum EventType { Normal Error }

input EventQueryCondition {
  uuid: String
  source: SourceInput
  name: String
  type: EventType
  time: Duration
  order: Order
  layer: String
  paging: Pagination!
}
input SourceInput {
  service: String
  serviceInstance: String
  endpoint: String
}
type Events {
  events: [Event!]!
}
type Event {
  uuid: String!
  source: Source!
  name: String!
  type: EventType!
  message: String
  parameters: [KeyValue!]
  startTime: Long!
  "0 while the event lasts."
  endTime: Long
  layer: String!
}
type Source {
  service: String
  serviceInstance: String
  endpoint: String
}
`;
