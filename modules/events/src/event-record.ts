import { randomUUID } from 'node:crypto';
import { type EventMessage, EventType } from '@skein/proto/event';
import { layerNamed, type Naming } from '@skein/telemetry';
import type { Row } from '@skein/telemetry/storage';

/** UTF-16 units that are kept of a message, and of the parameters as JSON. Source: receivers.md 6.8. */
const MAX_MESSAGE = 2000;
const MAX_PARAMETERS = 4000;
/** And of a name. */
const MAX_NAME = 300;
/** Longest uuid: a cut one would be another one, so a longer one is refused. */
const MAX_UUID = 300;

/** An event that cannot be kept. The message says why. */
export class EventError extends Error {
  override readonly name = 'EventError';
}

/** The row that keeps a report. `now`: when it was received, ms. Throws EventError. */
export function eventRow(event: EventMessage, naming: Naming, now: number): Row & { readonly timestamp: number } {
  if (event.uuid.length > MAX_UUID) throw new EventError(`uuid: longer than ${MAX_UUID} characters`);
  const told = timeOf(event.startTime, 'startTime');
  const endTime = timeOf(event.endTime, 'endTime');
  const startTime = told === 0 && endTime === 0 ? now : told;
  const timestamp = startTime === 0 ? endTime : startTime;
  // What has no uuid is an event of its own.
  const uuid = event.uuid === '' ? randomUUID() : event.uuid;
  const service = naming.service(event.service);
  return {
    id: `${uuid}_${startTime}_${endTime}`,
    uuid,
    service,
    instance: naming.instance(event.serviceInstance),
    // Without a service the name comes back as it is.
    endpoint: cut(naming.endpoint(service, event.endpoint), MAX_NAME),
    name: cut(event.name, MAX_NAME),
    type: event.type === EventType.Error ? 'Error' : 'Normal',
    message: cut(event.message, MAX_MESSAGE),
    parameters: parametersText(event.parameters),
    startTime,
    endTime,
    layer: event.layer === '' ? 'GENERAL' : layerNamed(event.layer),
    timestamp,
  };
}

/** 0 for what says nothing. */
function timeOf(ms: number, field: string): number {
  if (!Number.isSafeInteger(ms)) throw new EventError(`${field}: ${ms} is no time in milliseconds`);
  return Math.max(0, ms);
}

/** A text of at most so many UTF-16 units, which ends in no half character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}

/** A parameter that does not fit any more is left out as a whole, so that the text stays JSON. */
function parametersText(parameters: ReadonlyMap<string, string>): string {
  const members: string[] = [];
  let room = MAX_PARAMETERS - 2;
  for (const [key, value] of parameters) {
    if (key.length + value.length > room) continue;
    const member = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    if (member.length + 1 > room) continue;
    room -= member.length + 1;
    members.push(member);
  }
  return `{${members.join(',')}}`;
}
