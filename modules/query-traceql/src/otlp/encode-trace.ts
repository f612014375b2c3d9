import { inTurns } from '@skein/query/contract';
import { MessageWriter } from './message-writer.js';
import { KINDS, type OtlpAttribute, type OtlpEvent, type OtlpResourceSpans, type OtlpSpan, type OtlpTrace, STATUS_CODES } from './trace.js';

/** Ids have a length of their own on the wire. */
export interface WireIds {
  readonly traceId: Uint8Array;
}

/** OTLP's trace as protobuf. Field numbers: opentelemetry-proto, trace/v1, resource/v1 and common/v1. Gives way after every few hundred spans. */
export async function encodeTrace({ resourceSpans }: OtlpTrace, ids: WireIds, signal?: AbortSignal): Promise<Uint8Array> {
  const writer = new MessageWriter();
  for (const group of resourceSpans) writer.bytes(1, await encodeGroup(group, ids, signal));
  return writer.finish();
}

/** Tempo's answer of version 2: the trace is its first field. */
export const encodeAnswer = (trace: Uint8Array): Uint8Array => new MessageWriter().bytes(1, trace).finish();

async function encodeGroup({ resource, scopeSpans }: OtlpResourceSpans, ids: WireIds, signal?: AbortSignal): Promise<Uint8Array> {
  const writer = new MessageWriter().bytes(1, attributes(new MessageWriter(), 1, resource.attributes).finish());
  for (const { scope, spans } of scopeSpans) {
    const inner = new MessageWriter().bytes(1, new MessageWriter().text(1, scope.name).text(2, scope.version).finish());
    await inTurns(spans, (span) => inner.bytes(2, encodeSpan(span, ids)), signal);
    writer.bytes(2, inner.finish());
  }
  return writer.finish();
}

function encodeSpan(span: OtlpSpan, { traceId }: WireIds): Uint8Array {
  const writer = new MessageWriter().bytes(1, traceId).bytes(2, Buffer.from(span.spanId, 'hex'));
  if (span.parentSpanId !== undefined) writer.bytes(4, Buffer.from(span.parentSpanId, 'hex'));
  writer.text(5, span.name).number(6, KINDS[span.kind]).fixed64(7, span.startTimeUnixNano).fixed64(8, span.endTimeUnixNano);
  attributes(writer, 9, span.attributes);
  for (const event of span.events) writer.bytes(11, encodeEvent(event));
  const { message = '', code } = span.status;
  return writer.bytes(15, new MessageWriter().text(2, message).number(3, STATUS_CODES[code]).finish()).finish();
}

const encodeEvent = ({ timeUnixNano, name, attributes: own }: OtlpEvent): Uint8Array =>
  attributes(new MessageWriter().fixed64(1, timeUnixNano).text(2, name), 3, own).finish();

function attributes(writer: MessageWriter, field: number, list: readonly OtlpAttribute[]): MessageWriter {
  for (const { key, value } of list) {
    // An empty text is a value, too, so it is written.
    const text = new MessageWriter().bytes(1, Buffer.from(value.stringValue, 'utf8')).finish();
    writer.bytes(field, new MessageWriter().text(1, key).bytes(2, text).finish());
  }
  return writer;
}
