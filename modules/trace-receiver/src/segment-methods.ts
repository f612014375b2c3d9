import { type Clock, deliver, type GrpcMethod, type Publisher, StatusError } from '@skein/core';
import { splitSegmentCollection } from '@skein/proto';
import { type SegmentItem, segmentItem } from './segment-item.js';

/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

const read = (bytes: Uint8Array): readonly SegmentItem[] => [segmentItem(bytes)];

/**
 * The trace service of agents since 8.4, and the same without a package for agents 8.0 to 8.3, receivers.md 3.2 and 3.3. The reply comes when
 * the segments are durable.
 */
export function segmentMethods(listener: string, publisher: Publisher<SegmentItem>, clock: Clock): readonly GrpcMethod[] {
  return ['/skywalking.v3.TraceSegmentReportService', '/TraceSegmentReportService'].flatMap((service): GrpcMethod[] => [
    {
      listener,
      path: `${service}/collect`,
      kind: 'client-stream',
      handle: async (messages, call) => {
        await deliver({ messages, read, publisher, call, clock });
        return NO_COMMANDS;
      },
    },
    {
      listener,
      path: `${service}/collectInSync`,
      kind: 'unary',
      handle: async (request, call) => {
        await deliver({ messages: [split(request, publisher)], read, publisher, call, clock });
        return NO_COMMANDS;
      },
    },
  ]);
}

function split(request: Uint8Array, publisher: Publisher<SegmentItem>): readonly Uint8Array[] {
  try {
    return splitSegmentCollection(request);
  } catch (error) {
    publisher.skip(1, 'malformed');
    throw new StatusError('INVALID_ARGUMENT', `the collection is malformed: ${(error as Error).message}`, { cause: error });
  }
}
