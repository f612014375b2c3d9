import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { GrpcMethod } from '@skein/core';
import { Call, type CallContext } from './call.js';
import type { Connection } from './connection.js';
import { trailersOnly } from './response-headers.js';
import { Code } from './status-codes.js';

/** A method as it hangs on a socket. `open`: no token is asked for. */
export interface MountedMethod {
  readonly method: GrpcMethod;
  readonly open: boolean;
}

const WITHOUT_BODY = { endStream: true, sendDate: false } as const;
const NOT_POST = Object.freeze({ ':status': 405, allow: 'POST' });
const NOT_GRPC = Object.freeze({ ':status': 415 });

interface Route {
  readonly method: GrpcMethod;
  readonly tokenMatches: ((given: string) => boolean) | undefined;
}

/** Finds the method of each new stream; what is no gRPC, or nobody contributed, is answered here. */
export class Router {
  private readonly routes: ReadonlyMap<string, Route>;

  /** @param tokens what compares a token, by the listener that has one */
  constructor(
    methods: readonly MountedMethod[],
    tokens: ReadonlyMap<string, ((given: string) => boolean) | undefined>,
    private readonly context: CallContext,
  ) {
    this.routes = new Map(
      methods.map(({ method, open }) => [method.path, { method, tokenMatches: open ? undefined : tokens.get(method.listener) }]),
    );
  }

  route(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection): void {
    // It is followed by `close`, which is where the end of a call is seen.
    stream.on('error', ignore);
    const refusal = refusalOf(headers);
    if (refusal !== undefined) {
      answer(stream, refusal);
      return;
    }
    const path = headers[':path'] ?? '';
    const route = this.routes.get(path);
    if (route === undefined) {
      this.context.metrics.unknownMethod();
      answer(stream, trailersOnly(Code.UNIMPLEMENTED, `the server has no method ${path}`));
      return;
    }
    new Call(stream, headers, route.method, connection, this.context).start(route.tokenMatches);
  }
}

/** What is answered to a request that is no gRPC. */
function refusalOf(headers: IncomingHttpHeaders): OutgoingHttpHeaders | undefined {
  if (headers[':method'] !== 'POST') return NOT_POST;
  return headers['content-type']?.startsWith('application/grpc') === true ? undefined : NOT_GRPC;
}

const ignore = (): void => undefined;

/** Ends a stream that is no call, also when its client wants to send more. */
function answer(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.resume();
  if (stream.destroyed || stream.closed) return;
  stream.respond(headers, WITHOUT_BODY);
  setImmediate(() => {
    if (!stream.readableEnded && !stream.destroyed) stream.close();
  });
}
