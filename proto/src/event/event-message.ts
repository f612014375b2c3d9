/** The wire's numbers of event types. */
export const EventType = { Normal: 0, Error: 1 } as const;

/** A report of an event, as a sender wrote it: receivers.md 6.8. What was not sent is empty or 0. */
export interface EventMessage {
  uuid: string;
  service: string;
  serviceInstance: string;
  endpoint: string;
  name: string;
  /** An {@link EventType}, or a number that is not known. */
  type: number;
  message: string;
  /** In the order of the message; of repeated keys the last value counts. */
  readonly parameters: Map<string, string>;
  /** ms since the epoch. */
  startTime: number;
  endTime: number;
  layer: string;
}

/** Parameters that are read of one event; of more there would be no room to store them anyway. */
export const MOST_PARAMETERS = 1000;

/** An event that says nothing yet. */
export const emptyEvent = (): EventMessage => ({
  uuid: '',
  service: '',
  serviceInstance: '',
  endpoint: '',
  name: '',
  type: EventType.Normal,
  message: '',
  parameters: new Map(),
  startTime: 0,
  endTime: 0,
  layer: '',
});
