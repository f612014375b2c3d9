import { MalformedError } from '../malformed.js';
import { BYTES, FIXED64, VARINT, WireReader } from '../wire-reader.js';
import { ipv4Of, ipv6Of, portOf } from './addresses.js';
import { hexOfBytes, spanIdOf, traceIdOf } from './ids.js';
import { DecodedSpan, endpointOf, micros, type SpanEndpoint, type SpanKind, spanName } from './span.js';

const KINDS: readonly (SpanKind | undefined)[] = [undefined, 'CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'];
const NO_ID = 'a span without an id';

/** Reads the spans of a `ListOfSpans` one after another, by hand: ids become text, and times numbers, without an object for each. */
export class SpanListReader {
  private readonly reader: WireReader;

  constructor(bytes: Buffer) {
    this.reader = new WireReader(bytes);
  }

  /** The next span; undefined at the end. A MalformedError that says the list goes on is one of the span alone. */
  next(): { readonly at: number; readonly end: number } | undefined {
    const { reader } = this;
    while (reader.next()) {
      if (reader.field !== 1) {
        reader.skip();
        continue;
      }
      reader.expect(BYTES);
      const end = reader.limit();
      const { at } = reader;
      reader.at = end;
      return { at, end };
    }
    return undefined;
  }

  /** Throws MalformedError. */
  read({ at, end }: { readonly at: number; readonly end: number }): DecodedSpan {
    return readSpan(new WireReader(this.reader.bytes, at, end));
  }
}

function readSpan(reader: WireReader): DecodedSpan {
  const { at: start } = reader;
  const ids = readIds(reader);
  reader.at = start;
  const span = new DecodedSpan(ids.traceId, ids.id);
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        parent(reader, span);
        break;
      case 4:
        reader.expect(VARINT);
        span.kind = KINDS[reader.int32()];
        break;
      case 5:
        reader.expect(BYTES);
        span.name = spanName(reader.string());
        break;
      case 6:
        span.timestamp = time(reader);
        break;
      case 7:
        reader.expect(VARINT);
        span.duration = safe(micros(reader.int64()), reader);
        break;
      case 8:
        span.localEndpoint = endpoint(reader);
        break;
      case 9:
        span.remoteEndpoint = endpoint(reader);
        break;
      case 10:
        annotation(reader, span);
        break;
      case 11:
        tag(reader, span);
        break;
      case 12:
        reader.expect(VARINT);
        span.debug = reader.bool();
        break;
      case 13:
        reader.expect(VARINT);
        span.shared = reader.bool();
        break;
      default:
        reader.skip();
    }
  }
  return span;
}

/** The last id of each kind counts, as everywhere in protobuf. */
function readIds(reader: WireReader): { readonly traceId: string; readonly id: string } {
  const { at } = reader;
  let traceId: string | undefined;
  let id: string | undefined;
  while (reader.next()) {
    if (reader.field === 1) traceId = idBytes(reader, 16);
    else if (reader.field === 3) id = idBytes(reader, 8);
    else reader.skip();
  }
  const trace = traceId === undefined ? undefined : traceIdOf(traceId);
  const span = id === undefined ? undefined : spanIdOf(id);
  if (trace === undefined || span === undefined) throw new MalformedError(NO_ID, at);
  return { traceId: trace, id: span };
}

/** Hex text of an id of at most so many bytes. */
function idBytes(reader: WireReader, most: number): string {
  reader.expect(BYTES);
  const end = reader.limit();
  const { at } = reader;
  if (end - at > most) throw new MalformedError(`an id of ${end - at} bytes`, at);
  reader.at = end;
  return hexOfBytes(reader.bytes, at, end);
}

function parent(reader: WireReader, span: DecodedSpan): void {
  const text = idBytes(reader, 8);
  const id = text === '' ? undefined : spanIdOf(text);
  span.parentId = id === span.id ? undefined : id;
}

/** Fixed 64 bits of microseconds. */
function time(reader: WireReader): number {
  reader.expect(FIXED64);
  const { at } = reader;
  reader.skip();
  const low = reader.bytes.readUInt32LE(at);
  const high = reader.bytes.readInt32LE(at + 4);
  return safe(micros(high * 2 ** 32 + low), reader);
}

function safe(value: number, reader: WireReader): number {
  if (value > Number.MAX_SAFE_INTEGER) throw new MalformedError('microseconds above 2^53', reader.at);
  return value;
}

function endpoint(reader: WireReader): SpanEndpoint | undefined {
  const outer = reader.enter();
  let serviceName: string | undefined;
  let ipv4: string | undefined;
  let ipv6: string | undefined;
  let port: number | undefined;
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(BYTES);
      serviceName = spanName(reader.string());
    } else if (reader.field === 2 || reader.field === 3) {
      reader.expect(BYTES);
      const end = reader.limit();
      const { at } = reader;
      if (reader.field === 2 && end - at === 4) ipv4 = ipv4Of(reader.bytes, at);
      if (reader.field === 3 && end - at === 16) {
        const address = ipv6Of(reader.bytes, at);
        ipv4 ??= address.ipv4;
        ipv6 = address.ipv6;
      }
      reader.at = end;
    } else if (reader.field === 4) {
      reader.expect(VARINT);
      port = portOf(reader.int32());
    } else reader.skip();
  }
  reader.leave(outer);
  return endpointOf(serviceName, ipv4, ipv6, port);
}

function annotation(reader: WireReader, span: DecodedSpan): void {
  const { fieldAt } = reader;
  const outer = reader.enter();
  let timestamp = 0;
  let value: string | undefined;
  while (reader.next()) {
    if (reader.field === 1) timestamp = time(reader);
    else if (reader.field === 2) {
      reader.expect(BYTES);
      value = reader.string();
    } else reader.skip();
  }
  reader.leave(outer);
  if (timestamp === 0 || value === undefined) throw new MalformedError('an annotation without time or value', fieldAt);
  span.annotate(timestamp, value);
}

function tag(reader: WireReader, span: DecodedSpan): void {
  const outer = reader.enter();
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(BYTES);
      key = reader.string();
    } else if (reader.field === 2) {
      reader.expect(BYTES);
      value = reader.string();
    } else reader.skip();
  }
  reader.leave(outer);
  span.tag(key, value);
}
