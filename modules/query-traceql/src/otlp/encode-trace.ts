import { inTurns } from '@skein/query/contract';
import { MessageWriter } from './message-writer.js';
import { KINDS, type OtlpAttribute, type OtlpEvent, type OtlpSpan, type OtlpTrace, STATUS_CODES } from './trace.js';

/**
 * OTLP's trace as protobuf. Field numbers: opentelemetry-proto, trace/v1, resource/v1 and common/v1. `traceId`: the id of all spans, which
 * has a length of its own on the wire. `wrapped`: inside Tempo's answer of version 2. Gives way after every few hundred spans.
 */
export async function encodeTrace(
  { resourceSpans }: OtlpTrace,
  traceId: Uint8Array,
  wrapped: boolean,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const writer = new MessageWriter();
  const answer = wrapped ? writer.begin(1) : undefined;
  for (const { resource, scopeSpans } of resourceSpans) {
    const group = writer.begin(1);
    const about = writer.begin(1);
    writeAttributes(writer, 1, resource.attributes);
    writer.end(about);
    for (const { scope, spans } of scopeSpans) {
      const inner = writer.begin(2);
      const from = writer.begin(1);
      writer.text(1, scope.name).text(2, scope.version).end(from);
      await inTurns(spans, (span) => writeSpan(writer, span, traceId), signal);
      writer.end(inner);
    }
    writer.end(group);
  }
  if (answer !== undefined) writer.end(answer);
  return writer.finish();
}

function writeSpan(writer: MessageWriter, span: OtlpSpan, traceId: Uint8Array): void {
  const whole = writer.begin(2);
  writer.bytes(1, traceId).bytes(2, Buffer.from(span.spanId, 'hex'));
  if (span.parentSpanId !== undefined) writer.bytes(4, Buffer.from(span.parentSpanId, 'hex'));
  writer.text(5, span.name).number(6, KINDS[span.kind]).fixed64(7, span.startTimeUnixNano).fixed64(8, span.endTimeUnixNano);
  writeAttributes(writer, 9, span.attributes);
  for (const event of span.events) writeEvent(writer, event);
  const { message, code } = span.status;
  const status = writer.begin(15);
  if (message !== undefined) writer.text(2, message);
  writer.number(3, STATUS_CODES[code]).end(status).end(whole);
}

function writeEvent(writer: MessageWriter, { timeUnixNano, name, attributes }: OtlpEvent): void {
  const whole = writer.begin(11);
  writer.fixed64(1, timeUnixNano).text(2, name);
  writeAttributes(writer, 3, attributes);
  writer.end(whole);
}

function writeAttributes(writer: MessageWriter, field: number, list: readonly OtlpAttribute[]): void {
  for (const { key, value } of list) {
    const whole = writer.begin(field);
    writer.text(1, key);
    const inner = writer.begin(2);
    writer.text(1, value.stringValue).end(inner).end(whole);
  }
}
