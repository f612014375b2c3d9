import { type Clock, deliver, type GrpcMethod, type Publisher } from '@skein/core';
import { decodeLog } from '@skein/proto/logging';
import type { LogMessage } from '@skein/telemetry';
import { logMessage } from './log-message.js';

/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

/** LogReportService, receivers.md 6.7; it has no name without a package. The reply comes when what is kept of the logs is durable. */
export const logMethod = (listener: string, publisher: Publisher<LogMessage>, clock: Clock): GrpcMethod => ({
  listener,
  path: '/skywalking.v3.LogReportService/collect',
  kind: 'client-stream',
  handle: async (messages, call) => {
    await deliver({ messages, read: streamReader(publisher), publisher, call, clock });
    return NO_COMMANDS;
  },
});

/** Reads the messages of one stream: the first service that is named is the service of all that follow, whatever they say. */
function streamReader(publisher: Publisher<LogMessage>): (bytes: Uint8Array) => readonly LogMessage[] {
  let service = '';
  return (bytes) => {
    const log = decodeLog(bytes);
    if (service === '') service = log.service.trim() === '' ? '' : log.service;
    if (service !== '') return [logMessage(log, service)];
    publisher.skip(1, 'no-service');
    return [];
  };
}
