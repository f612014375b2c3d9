import { type Clock, deliver, type HttpReply, type HttpRoute, type Publisher, StatusError } from '@skein/core';
import { bodyFormat, parseJson } from '@skein/proto';
import { logFromJson } from '@skein/proto/logging';
import type { LogMessage } from '@skein/telemetry';
import { logMessage } from './log-message.js';

/** What upstream answers: 200, and an empty `Commands` message. */
const OK: HttpReply = { status: 200, headers: { 'content-type': 'application/protobuf' } };

/** POST /v3/logs, receivers.md 7: a JSON array. Each log counts to the service that it names itself. */
export const logRoute = (listener: string, publisher: Publisher<LogMessage>, clock: Clock): HttpRoute => ({
  listener,
  method: 'POST',
  path: '/v3/logs',
  handle: async (call) => {
    if (bodyFormat(call.headers.get('content-type')) !== 'json') {
      publisher.skip(1, 'content-type');
      throw new StatusError('UNSUPPORTED_MEDIA_TYPE', 'expected a JSON array, application/json');
    }
    const messages = [elements(call.body, publisher)];
    const read = (element: unknown): readonly LogMessage[] => readElement(element, publisher);
    await deliver<LogMessage, unknown>({ messages, read, publisher, call, clock });
    return OK;
  },
});

function readElement(element: unknown, publisher: Publisher<LogMessage>): readonly LogMessage[] {
  const log = logFromJson(element);
  if (log.service.trim() !== '') return [logMessage(log, log.service)];
  publisher.skip(1, 'no-service');
  return [];
}

function elements(body: Uint8Array, publisher: Publisher<LogMessage>): readonly unknown[] {
  let problem: string;
  try {
    const document = parseJson(body);
    if (Array.isArray(document)) return document;
    problem = 'expected an array of logs';
  } catch (error) {
    problem = (error as Error).message;
  }
  publisher.skip(1, 'malformed');
  throw new StatusError('INVALID_ARGUMENT', problem);
}
