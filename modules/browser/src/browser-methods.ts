import { type Clock, deliver, type GrpcMethod, type Publisher } from '@skein/core';
import type { BrowserItem, Report } from './report.js';

const SERVICE = '/skywalking.v3.BrowserPerfService';
/** The same for agents of before protocol 8.4. */
const COMPAT_SERVICE = '/BrowserPerfService';
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

/** The gRPC methods of a report. The reply comes when what was sent is durable. */
export function browserMethods(listener: string, report: Report, publisher: Publisher<BrowserItem>, clock: Clock): readonly GrpcMethod[] {
  const { method, kind, compat, fromProtobuf: read } = report;
  const methodOf = (service: string): GrpcMethod => {
    const at = { listener, path: `${service}/${method}` };
    if (kind === 'unary') {
      return {
        ...at,
        kind,
        handle: async (request, call) => {
          await deliver({ messages: [[request]], read, publisher, call, clock });
          return NO_COMMANDS;
        },
      };
    }
    return {
      ...at,
      kind,
      handle: async (messages, call) => {
        await deliver({ messages, read, publisher, call, clock });
        return NO_COMMANDS;
      },
    };
  };
  return (compat ? [SERVICE, COMPAT_SERVICE] : [SERVICE]).map(methodOf);
}
