import { asBuffer, BYTES, VARINT, WireReader } from '../wire-reader.js';
import { type EventMessage, emptyEvent, MOST_PARAMETERS } from './event-message.js';

/** Decodes an Event. Throws MalformedError. */
export function decodeEvent(bytes: Uint8Array): EventMessage {
  const reader = new WireReader(asBuffer(bytes));
  const event = emptyEvent();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        event.uuid = text(reader);
        break;
      case 2:
        readSource(reader, event);
        break;
      case 3:
        event.name = text(reader);
        break;
      case 4:
        event.type = number(reader);
        break;
      case 5:
        event.message = text(reader);
        break;
      case 6:
        readParameter(reader, event.parameters);
        break;
      case 7:
        event.startTime = number(reader);
        break;
      case 8:
        event.endTime = number(reader);
        break;
      case 9:
        event.layer = text(reader);
        break;
      default:
        reader.skip();
    }
  }
  return event;
}

function text(reader: WireReader): string {
  reader.expect(BYTES);
  return reader.string();
}

function number(reader: WireReader): number {
  reader.expect(VARINT);
  return reader.int64();
}

function readSource(reader: WireReader, event: EventMessage): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) event.service = text(reader);
    else if (reader.field === 2) event.serviceInstance = text(reader);
    else if (reader.field === 3) event.endpoint = text(reader);
    else reader.skip();
  }
  reader.leave(outer);
}

function readParameter(reader: WireReader, parameters: Map<string, string>): void {
  const outer = reader.enter();
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = text(reader);
    else if (reader.field === 2) value = text(reader);
    else reader.skip();
  }
  reader.leave(outer);
  if (parameters.size < MOST_PARAMETERS || parameters.has(key)) parameters.set(key, value);
}
