import { MalformedError } from '../malformed.js';
import { ipv4Of, ipv6Of, portOf } from './addresses.js';
import { hexOfBytes, spanIdOf, traceIdOf } from './ids.js';
import { endpointOf, micros, type SpanEndpoint, spanName } from './span.js';
import { BOOL, I16, I32, I64, LIST, STRING, STRUCT, ThriftReader } from './thrift-reader.js';
import { type V1Annotation, type V1BinaryAnnotation, V1Span } from './v1-span.js';

/** Types of binary annotations that are kept. */
const BOOLEAN_VALUE = 0;
const TEXT_VALUE = 6;

/** What a struct says of a span; `undefined`: it lacks an id, and cannot be kept. */
export type ThriftSpan = V1Span | undefined;

/** Reads a list of v1 spans. Throws MalformedError: where a struct is broken, nothing after it can be found. */
export function* thriftSpans(bytes: Buffer): Generator<ThriftSpan> {
  const reader = new ThriftReader(bytes);
  const count = reader.list(STRUCT);
  for (let i = 0; i < count; i++) yield readSpan(reader);
}

/** Fields in the order in which they came; ids last, for a span is made with them. */
interface Fields {
  traceId: string;
  traceIdHigh: string;
  id: string;
  parentId: string;
  name: string;
  timestamp: number;
  duration: number;
  debug: boolean;
}

function readSpan(reader: ThriftReader): ThriftSpan {
  const fields: Fields = { traceId: '', traceIdHigh: '', id: '', parentId: '', name: '', timestamp: 0, duration: 0, debug: false };
  const annotations: V1Annotation[] = [];
  const binaryAnnotations: V1BinaryAnnotation[] = [];
  while (reader.next()) readField(reader, fields, annotations, binaryAnnotations);
  const traceId = traceIdOf(fields.traceIdHigh + fields.traceId);
  const id = spanIdOf(fields.id);
  if (traceId === undefined || id === undefined) return undefined;
  const span = new V1Span(traceId, id);
  const parent = fields.parentId === '' ? undefined : spanIdOf(fields.parentId);
  if (parent !== id) span.parentId = parent;
  span.name = spanName(fields.name);
  span.timestamp = fields.timestamp;
  span.duration = fields.duration;
  span.debug = fields.debug;
  for (const annotation of annotations) span.annotations.push(annotation);
  for (const annotation of binaryAnnotations) span.binaryAnnotations.push(annotation);
  return span;
}

function readField(reader: ThriftReader, fields: Fields, annotations: V1Annotation[], binaryAnnotations: V1BinaryAnnotation[]): void {
  switch (reader.field) {
    case 1:
      if (reader.is(I64)) fields.traceId = eightHex(reader);
      break;
    case 3:
      if (reader.is(STRING)) fields.name = reader.string();
      break;
    case 4:
      if (reader.is(I64)) fields.id = eightHex(reader);
      break;
    case 5:
      if (reader.is(I64)) fields.parentId = eightHex(reader);
      break;
    case 6:
      if (reader.is(LIST)) for (let left = reader.list(STRUCT); left > 0; left--) annotations.push(readAnnotation(reader));
      break;
    case 8:
      if (reader.is(LIST)) for (let left = reader.list(STRUCT); left > 0; left--) readBinaryAnnotation(reader, binaryAnnotations);
      break;
    case 9:
      if (reader.is(BOOL)) fields.debug = reader.byte() !== 0;
      break;
    case 10:
      if (reader.is(I64)) fields.timestamp = microseconds(reader);
      break;
    case 11:
      if (reader.is(I64)) fields.duration = microseconds(reader);
      break;
    case 12:
      if (reader.is(I64)) fields.traceIdHigh = eightHex(reader);
      break;
    default:
      reader.skip(reader.type, 0);
  }
}

function eightHex(reader: ThriftReader): string {
  const at = reader.eight();
  return hexOfBytes(reader.bytes, at, at + 8);
}

function microseconds(reader: ThriftReader): number {
  const value = micros(reader.int64());
  if (value > Number.MAX_SAFE_INTEGER) throw new MalformedError('microseconds above 2^53', reader.at);
  return value;
}

function readAnnotation(reader: ThriftReader): V1Annotation {
  const { at } = reader;
  let timestamp = 0;
  let value: string | undefined;
  let endpoint: SpanEndpoint | undefined;
  while (reader.next()) {
    if (reader.field === 1 && reader.type === I64) timestamp = microseconds(reader);
    else if (reader.field === 2 && reader.type === STRING) value = reader.string();
    else if (reader.field === 3 && reader.type === STRUCT) endpoint = readEndpoint(reader);
    else reader.skip(reader.type, 0);
  }
  if (timestamp === 0 || value === undefined) throw new MalformedError('an annotation without time or value', at);
  return { timestamp, value, endpoint };
}

function readBinaryAnnotation(reader: ThriftReader, into: V1BinaryAnnotation[]): void {
  let key = '';
  let from = 0;
  let to = 0;
  let type = -1;
  let endpoint: SpanEndpoint | undefined;
  while (reader.next()) {
    if (reader.field === 1 && reader.type === STRING) key = reader.string();
    else if (reader.field === 2 && reader.type === STRING) {
      to = reader.limit();
      from = reader.at;
      reader.at = to;
    } else if (reader.field === 3 && reader.type === I32) type = reader.int32();
    else if (reader.field === 4 && reader.type === STRUCT) endpoint = readEndpoint(reader);
    else reader.skip(reader.type, 0);
  }
  if (type === TEXT_VALUE) into.push({ key, value: reader.bytes.toString('utf8', from, to), endpoint });
  else if (type === BOOLEAN_VALUE) into.push({ key, value: to > from && reader.bytes[from] !== 0, endpoint });
}

function readEndpoint(reader: ThriftReader): SpanEndpoint | undefined {
  let serviceName: string | undefined;
  let ipv4: string | undefined;
  let ipv6: string | undefined;
  let port: number | undefined;
  while (reader.next()) {
    if (reader.field === 1 && reader.type === I32) {
      const { at } = reader;
      reader.int32();
      ipv4 = ipv4Of(reader.bytes, at);
    } else if (reader.field === 2 && reader.type === I16) port = portOf(reader.int16() & 0xffff);
    else if (reader.field === 3 && reader.type === STRING) serviceName = spanName(reader.string());
    else if (reader.field === 4 && reader.type === STRING) {
      const end = reader.limit();
      if (end - reader.at === 16) {
        const address = ipv6Of(reader.bytes, reader.at);
        ipv4 ??= address.ipv4;
        ipv6 = address.ipv6;
      }
      reader.at = end;
    } else reader.skip(reader.type, 0);
  }
  return endpointOf(serviceName, ipv4, ipv6, port);
}
