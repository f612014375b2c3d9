import { createPoint } from '../api/tokens.js';
import type { AbortSource } from './cancellation.js';
import { duplicates } from './duplicates.js';

/** A header map with lower-case names; a repeated header is joined by `, `. */
export type Headers = ReadonlyMap<string, string>;

/** A request that has arrived whole. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Whole body, inflated (gzip, deflate, br), within the listener's limit. */
  readonly body: Uint8Array;
  readonly peer: string;
  /** Aborted when the client goes away or the host must stop. */
  readonly signal: AbortSignal;
  /** The same as `signal` for who only waits, at less cost. */
  readonly cancellation?: AbortSource;
}

/** `body`: text is sent as UTF-8. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One HTTP route. Throwing {@link StatusError} or StreamError gives the matching status; anything else is 500 and is logged. */
export interface HttpRoute {
  /** Name of a listener in the http-server configuration: `rest` is the default one on 12800. */
  readonly listener: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Literal path, beginning with `/`. */
  readonly path: string;
  readonly handle: (request: HttpRequest) => HttpReply | Promise<HttpReply>;
}

/** Routes of all modules; owned by the HTTP server. */
export const HttpRoutes = createPoint<HttpRoute, 'calls'>({
  id: 'http-routes',
  kind: 'calls',
  check: (values) => duplicates(values, (r) => `${r.listener} ${r.method} ${r.path}`, 'HTTP route'),
});

/** What is known of a call besides its messages. */
export interface GrpcCall {
  /** Full method path, `/package.Service/method`. */
  readonly path: string;
  readonly metadata: Headers;
  /** Instant at which the client gives up (from `grpc-timeout`), if it said so. */
  readonly deadline: number | undefined;
  readonly peer: string;
  /** Aborted when the call is cancelled or the host must stop. */
  readonly signal: AbortSignal;
  /** The same as `signal` for who only waits, at less cost. */
  readonly cancellation?: AbortSource;
}

/** Messages as they arrived, raw, in chunks of at least one. Each message owns its bytes. */
export type RawMessages = AsyncIterable<readonly Uint8Array[]>;

/** One gRPC method over raw bytes. Throwing {@link StatusError} or StreamError gives the matching status; anything else is INTERNAL and is logged. */
export type GrpcMethod = {
  /** Name of a listener in the grpc-server configuration: `grpc` is the default one on 11800. */
  readonly listener: string;
  readonly path: string;
} & (
  | { readonly kind: 'unary'; readonly handle: (request: Uint8Array, call: GrpcCall) => Uint8Array | Promise<Uint8Array> }
  | { readonly kind: 'client-stream'; readonly handle: (messages: RawMessages, call: GrpcCall) => Promise<Uint8Array> }
  | { readonly kind: 'bidi'; readonly handle: (messages: RawMessages, call: GrpcCall) => AsyncIterable<Uint8Array> }
);

/** Methods of all modules; owned by the gRPC server. */
export const GrpcMethods = createPoint<GrpcMethod, 'calls'>({
  id: 'grpc-methods',
  kind: 'calls',
  check: (values) => duplicates(values, (m) => `${m.listener} ${m.path}`, 'gRPC method'),
});
