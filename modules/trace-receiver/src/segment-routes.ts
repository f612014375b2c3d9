import { type Clock, deliver, type HttpReply, type HttpRequest, type HttpRoute, type Publisher, StatusError } from '@skein/core';
import { bodyFormat, parseJson } from '@skein/proto';
import { type SegmentItem, segmentItem, segmentItemFromJson } from './segment-item.js';

/** What upstream answers, and some agents compare: 200, and an empty `Commands` message. */
const OK: HttpReply = { status: 200, headers: { 'content-type': 'application/protobuf' } };

/** POST /v3/segment and /v3/segments, receivers.md 7. The reply comes when the segments are durable. */
export function segmentRoutes(listener: string, publisher: Publisher<SegmentItem>, clock: Clock): readonly HttpRoute[] {
  const route = (path: string, handle: (request: HttpRequest) => Promise<unknown>): HttpRoute => ({
    listener,
    method: 'POST',
    path,
    handle: async (request) => {
      await handle(request);
      return OK;
    },
  });
  return [
    route('/v3/segment', (call) => {
      const read = readerOf(formatOf(call, publisher));
      return deliver({ messages: [[call.body]], read: (body) => [read(body)], publisher, call, clock });
    }),
    route('/v3/segments', (call) => {
      if (formatOf(call, publisher) !== 'json') throw unsupported(publisher, 'a JSON array, application/json');
      const messages = [elements(call.body, publisher)];
      return deliver<SegmentItem, unknown>({ messages, read: (element) => [segmentItemFromJson(element)], publisher, call, clock });
    }),
  ];
}

const readerOf = (format: 'json' | 'protobuf'): ((body: Uint8Array) => SegmentItem) =>
  format === 'json' ? (body) => segmentItemFromJson(parseJson(body)) : (body) => segmentItem(owned(body));

/** A body may be a view of a larger buffer, which would live as long as the segment. */
const owned = (body: Uint8Array): Uint8Array =>
  body.buffer.byteLength <= body.byteLength + 64 ? body : Buffer.from(Uint8Array.prototype.slice.call(body).buffer);

function formatOf(request: HttpRequest, publisher: Publisher<SegmentItem>): 'json' | 'protobuf' {
  const format = bodyFormat(request.headers.get('content-type'));
  if (format === undefined) throw unsupported(publisher, 'application/json or application/x-protobuf');
  return format;
}

function unsupported(publisher: Publisher<SegmentItem>, expected: string): StatusError {
  publisher.skip(1, 'content-type');
  return new StatusError('UNSUPPORTED_MEDIA_TYPE', `expected ${expected}`);
}

function elements(body: Uint8Array, publisher: Publisher<SegmentItem>): readonly unknown[] {
  let problem: string;
  try {
    const document = parseJson(body);
    if (Array.isArray(document)) return document;
    problem = 'expected an array of segments';
  } catch (error) {
    problem = (error as Error).message;
  }
  publisher.skip(1, 'malformed');
  throw new StatusError('INVALID_ARGUMENT', problem);
}
