import { type Clock, deliver, type HttpReply, type HttpRequest, type HttpRoute, type Publisher, StatusError } from '@skein/core';
import { type DecodedSpan, decodeSpans, type SpanEncoding, type SpanList } from '@skein/proto/zipkin';
import type { Sampling } from './sampling.js';

const ACCEPTED: HttpReply = { status: 202 };
const OPEN_BRACKET = 0x5b;
const LONGEST_REASON = 300;

/** What a path takes: JSON of its version, and one binary encoding. */
interface Version {
  readonly path: string;
  readonly json: SpanEncoding;
  readonly binary: { readonly encoding: SpanEncoding; readonly name: string };
}

const VERSIONS: readonly Version[] = [
  { path: '/api/v1/spans', json: 'json-v1', binary: { encoding: 'thrift', name: 'thrift' } },
  { path: '/api/v2/spans', json: 'json-v2', binary: { encoding: 'protobuf', name: 'protobuf' } },
];

export interface SpanRoutesContext {
  readonly publisher: Publisher<DecodedSpan>;
  readonly sampling: Sampling;
  readonly clock: Clock;
}

/** POST /api/v1/spans and /api/v2/spans, receivers.md 10.1. The reply, 202 without a body, comes when the spans are durable. */
export const spanRoutes = (listener: string, context: SpanRoutesContext): readonly HttpRoute[] =>
  VERSIONS.map(
    (version): HttpRoute => ({ listener, method: 'POST', path: version.path, handle: (request) => take(request, version, context) }),
  );

async function take(call: HttpRequest, version: Version, { publisher, sampling, clock }: SpanRoutesContext): Promise<HttpReply> {
  const list = read(call, version, publisher);
  const spans = chosen(list.spans, sampling, publisher);
  if (list.malformed > 0) publisher.skip(list.malformed, 'malformed');
  if (spans.length > 0) await deliver({ messages: [[spans]], read: (items) => items, publisher, call, clock });
  if (list.malformed === 0) return ACCEPTED;
  // Well-formed spans beside them were taken: whoever sends all of it again stores nothing twice.
  const reason = list.problem?.message.slice(0, LONGEST_REASON) ?? '';
  throw new StatusError('INVALID_ARGUMENT', `${list.malformed} of ${list.malformed + list.spans.length} spans are malformed: ${reason}`);
}

function read({ body, headers }: HttpRequest, version: Version, publisher: Publisher<DecodedSpan>): SpanList {
  const encoding = encodingOf(headers.get('content-type'), body, version);
  if (encoding === undefined) {
    publisher.skip(1, 'content-type');
    throw new StatusError('UNSUPPORTED_MEDIA_TYPE', `expected application/json or application/x-${version.binary.name}`);
  }
  try {
    return decodeSpans(body, encoding);
  } catch (error) {
    publisher.skip(1, 'malformed');
    throw new StatusError('INVALID_ARGUMENT', `not a list of spans: ${(error as Error).message.slice(0, LONGEST_REASON)}`, {
      cause: error,
    });
  }
}

/** No type is JSON; of a type that says nothing, the first byte tells. */
function encodingOf(contentType: string | undefined, body: Uint8Array, { json, binary }: Version): SpanEncoding | undefined {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (type === '' || type === 'application/json' || type === 'text/plain' || type.endsWith('+json')) return json;
  if (type.endsWith(binary.name)) return binary.encoding;
  return body[0] === OPEN_BRACKET && !type.endsWith('thrift') && !type.endsWith('protobuf') ? json : undefined;
}

function chosen(spans: readonly DecodedSpan[], sampling: Sampling, publisher: Publisher<DecodedSpan>): readonly DecodedSpan[] {
  let taken: DecodedSpan[] | undefined;
  for (let i = 0; i < spans.length; i++) {
    const refusal = sampling.refusal(spans[i]!);
    if (refusal === undefined) {
      taken?.push(spans[i]!);
      continue;
    }
    taken ??= spans.slice(0, i);
    publisher.skip(1, refusal);
  }
  return taken ?? spans;
}
