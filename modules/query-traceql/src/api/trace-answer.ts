import type { HttpReply, HttpRequest } from '@skein/core';
import type { Span, TraceQuery } from '@skein/query/contract';
import { encodeTrace } from '../otlp/encode-trace.js';
import { meantTraceIds, SpanIds, traceIdBytes } from '../otlp/ids.js';
import { otlpTrace } from '../otlp/trace.js';
import { traceText } from '../otlp/trace-text.js';
import { ApiError } from './api-error.js';
import type { ApiReadOptions } from './read-options.js';

/** Longest id, its hex digits. */
const LONGEST_ID = 2000;
const PROTOBUF = 'application/protobuf';

/** One trace in the form of OTLP: JSON, or protobuf where the client asks for it. `wrapped`: as version 2 has it. Throws ApiError. */
export async function traceAnswer(
  traces: TraceQuery,
  given: string,
  { headers }: HttpRequest,
  wrapped: boolean,
  o: ApiReadOptions,
): Promise<HttpReply> {
  if (given === '' || given.length > LONGEST_ID) throw new ApiError(400, `a trace id has 1 to ${LONGEST_ID} characters`);
  const spans = await firstFound(traces, meantTraceIds(given), o);
  const [first] = spans;
  if (first === undefined) throw new ApiError(404, 'trace not found');
  const trace = await otlpTrace(spans, new SpanIds(), o.signal);
  if (!(headers.get('accept') ?? '').includes(PROTOBUF)) {
    const text = await traceText(trace, o.signal);
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: wrapped ? `{"trace":${text}}` : text };
  }
  const body = await encodeTrace(trace, traceIdBytes(first.traceId), wrapped, o.signal);
  return { status: 200, headers: { 'content-type': PROTOBUF }, body };
}

async function firstFound(traces: TraceQuery, ids: readonly string[], o: ApiReadOptions): Promise<readonly Span[]> {
  for (const id of ids) {
    const spans = await traces.trace(id, o);
    if (spans.length > 0) return spans;
  }
  return [];
}
