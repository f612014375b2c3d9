import { JsonError } from '../json-error.js';
import { enumeration, fromJson, int64, type JsonReader, object, string } from '../json-mapping.js';
import { type EventMessage, EventType, emptyEvent, MOST_PARAMETERS } from './event-message.js';

interface EventSource {
  service?: string;
  serviceInstance?: string;
  /** As the published examples of events call the instance. */
  instance?: string;
  endpoint?: string;
}
interface EventDocument extends Partial<Omit<EventMessage, keyof EventSource>> {
  source?: EventSource;
}

/** A map of texts. Numbers and truth values are taken as they are written, since such maps are often written by hand. */
const parameters: JsonReader<Map<string, string>> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonError(path(), 'an object', Array.isArray(value) ? 'an array' : typeof value);
  }
  const read = new Map<string, string>();
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    if (read.size >= MOST_PARAMETERS) break;
    const plain = typeof member === 'number' || typeof member === 'boolean' ? String(member) : member;
    const place = (): string => `${path()}.${key}`;
    read.set(string(key, place), string(plain, place));
  }
  return read;
};

const source = object<EventSource>({ service: string, serviceInstance: string, instance: string, endpoint: string });

const event = object<EventDocument>({
  uuid: string,
  source,
  name: string,
  type: enumeration(EventType),
  message: string,
  parameters,
  startTime: int64,
  endTime: int64,
  layer: string,
});

/** Reads an event out of a parsed JSON document. Throws {@link JsonError}. */
export function eventFromJson(document: unknown): EventMessage {
  const { source: of = {}, ...fields } = fromJson(event, document);
  return {
    ...emptyEvent(),
    ...fields,
    service: of.service ?? '',
    serviceInstance: of.serviceInstance ?? of.instance ?? '',
    endpoint: of.endpoint ?? '',
  };
}
