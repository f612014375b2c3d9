import { type Clock, deliver, type GrpcMethod, type HttpReply, type HttpRoute, type Publisher, StatusError } from '@skein/core';
import { bodyFormat, parseJson } from '@skein/proto';
import type { Observation } from '@skein/telemetry';
import type { EventIntake } from './event-intake.js';

/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);
const OK: HttpReply = { status: 200, headers: { 'content-type': 'application/protobuf' } };

/** What both doors deliver with. */
export interface EventDelivery {
  readonly intake: EventIntake;
  readonly publisher: Publisher<Observation>;
  readonly clock: Clock;
}

/** EventService, receivers.md 3.2; it never came without a package. */
export const eventMethod = (listener: string, { intake, publisher, clock }: EventDelivery): GrpcMethod => ({
  listener,
  path: '/skywalking.v3.EventService/collect',
  kind: 'client-stream',
  handle: async (messages, call) => {
    await deliver({ messages, read: intake.fromProtobuf, publisher, call, clock });
    return NO_COMMANDS;
  },
});

/** POST /v3/events, a JSON array. What is wrong with one of them does not keep the others from being stored: receivers.md 7. */
export const eventRoute = (listener: string, { intake, publisher, clock }: EventDelivery): HttpRoute => ({
  listener,
  method: 'POST',
  path: '/v3/events',
  handle: async (call) => {
    if (bodyFormat(call.headers.get('content-type')) !== 'json') {
      publisher.skip(1, 'content-type');
      throw new StatusError('UNSUPPORTED_MEDIA_TYPE', 'expected a JSON array, application/json');
    }
    const messages = [elements(call.body, publisher)];
    await deliver<Observation, unknown>({ messages, read: intake.fromJson, publisher, call, clock });
    return OK;
  },
});

function elements(body: Uint8Array, publisher: Publisher<Observation>): readonly unknown[] {
  let problem: string;
  try {
    const document = parseJson(body);
    if (Array.isArray(document)) return document;
    problem = 'expected an array of events';
  } catch (error) {
    problem = (error as Error).message;
  }
  publisher.skip(1, 'malformed');
  throw new StatusError('INVALID_ARGUMENT', problem);
}
