import { type Clock, deliver, type HttpReply, type HttpRequest, type HttpRoute, type Publisher, StatusError } from '@skein/core';
import { bodyFormat, parseJson } from '@skein/proto';
import type { BrowserItem, Report } from './report.js';

/** What upstream answers: 200, and an empty `Commands` message. */
const OK: HttpReply = { status: 200, headers: { 'content-type': 'application/protobuf' } };

/** The HTTP routes of a report, receivers.md 7. The reply comes when what was sent is durable. */
export function browserRoutes(listener: string, report: Report, publisher: Publisher<BrowserItem>, clock: Clock): readonly HttpRoute[] {
  return report.paths.map(({ path, list }) => ({
    listener,
    method: 'POST',
    path,
    handle: async (call) => {
      const format = bodyFormat(call.headers.get('content-type'));
      if (format === undefined || (list && format !== 'json')) throw unsupported(publisher, list);
      if (list) await deliver({ messages: [elements(call, publisher)], read: report.fromJson, publisher, call, clock });
      else await deliver({ messages: [[call.body]], read: readerOf(report, format), publisher, call, clock });
      return OK;
    },
  }));
}

const readerOf = (report: Report, format: 'json' | 'protobuf'): ((body: Uint8Array) => readonly BrowserItem[]) =>
  format === 'json' ? (body) => report.fromJson(parseJson(body)) : (body) => report.fromProtobuf(owned(body));

/** A body may be a view of a larger buffer, which would live as long as what is kept of it. */
const owned = (body: Uint8Array): Uint8Array =>
  body.buffer.byteLength <= body.byteLength + 64 ? body : Uint8Array.prototype.slice.call(body);

function unsupported(publisher: Publisher<BrowserItem>, list: boolean): StatusError {
  publisher.skip(1, 'content-type');
  return new StatusError(
    'UNSUPPORTED_MEDIA_TYPE',
    `expected ${list ? 'a JSON array, application/json' : 'application/json or application/x-protobuf'}`,
  );
}

function elements({ body }: HttpRequest, publisher: Publisher<BrowserItem>): readonly unknown[] {
  let problem: string;
  try {
    const document = parseJson(body);
    if (Array.isArray(document)) return document;
    problem = 'expected an array';
  } catch (error) {
    problem = (error as Error).message;
  }
  publisher.skip(1, 'malformed');
  throw new StatusError('INVALID_ARGUMENT', problem);
}
