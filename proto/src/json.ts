import type { skywalking } from '../gen/skywalking.js';
import { bool, enumeration, type Fields, fromJson, int32, int64, type JsonReader, list, object, string } from './json-mapping.js';
import { RefType, SpanLayer, SpanType } from './segment-view.js';

type V3 = typeof skywalking.v3;
/** The fields of a generated class. */
type Message<K extends keyof V3> = V3[K] extends { create(properties?: infer P): unknown } ? Omit<NonNullable<P>, '$unknowns'> : never;

const message = <K extends keyof V3>(fields: Fields<Message<K>>): JsonReader<Message<K>> => object(fields);

const pair = message<'KeyStringValuePair'>({ key: string, value: string });
const log = message<'Log'>({ time: int64, data: list(pair) });

const reference = message<'SegmentReference'>({
  refType: enumeration(RefType),
  traceId: string,
  parentTraceSegmentId: string,
  parentSpanId: int32,
  parentService: string,
  parentServiceInstance: string,
  parentEndpoint: string,
  networkAddressUsedAtPeer: string,
});

const span = message<'SpanObject'>({
  spanId: int32,
  parentSpanId: int32,
  startTime: int64,
  endTime: int64,
  refs: list(reference),
  operationName: string,
  peer: string,
  spanType: enumeration(SpanType),
  spanLayer: enumeration(SpanLayer),
  componentId: int32,
  isError: bool,
  tags: list(pair),
  logs: list(log),
  skipAnalysis: bool,
});

const segment = message<'SegmentObject'>({
  traceId: string,
  traceSegmentId: string,
  spans: list(span),
  service: string,
  serviceInstance: string,
  isSizeLimited: bool,
});

const properties = message<'InstanceProperties'>({ service: string, serviceInstance: string, properties: list(pair), layer: string });
const ping = message<'InstancePingPkg'>({ service: string, serviceInstance: string, layer: string });

/** Each reads a parsed JSON document into the fields of a message, for the generated class's `encode`. Throws {@link JsonError}. */
export const segmentFromJson = (document: unknown): Message<'SegmentObject'> => fromJson(segment, document);
export const instancePropertiesFromJson = (document: unknown): Message<'InstanceProperties'> => fromJson(properties, document);
export const instancePingFromJson = (document: unknown): Message<'InstancePingPkg'> => fromJson(ping, document);
