import { type Clock, deliver, type GrpcMethod, type Publisher } from '@skein/core';
import type { Observation } from '@skein/telemetry';
import { StackReader } from './stack-reader.js';

/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

/** Takes the stacks that a task brings, receivers.md 6.15. What is malformed is counted, and the rest of the stream is kept. */
export function stackMethod(listener: string, publisher: Publisher<Observation>, clock: Clock): GrpcMethod {
  return {
    listener,
    path: '/skywalking.v3.EBPFProfilingService/collectProfilingData',
    kind: 'client-stream',
    handle: async (messages, call) => {
      const reader = new StackReader((reason) => publisher.skip(1, reason));
      await deliver({ messages, read: (bytes) => reader.read(bytes), publisher, call, clock });
      return NO_COMMANDS;
    },
  };
}
