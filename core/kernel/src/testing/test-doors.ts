import type { Clock } from '../api/facilities.js';
import type { Contributed } from '../api/tokens.js';
import type { GrpcCall, GrpcMethod, Headers, HttpReply, HttpRequest, HttpRoute } from '../listeners/contract.js';
import { STATUS, StatusError, statusOf } from '../listeners/status-error.js';
import type { TestHost, TestRequest } from './types.js';

const PEER = '127.0.0.1:40000';

/** Answers as the http-server does: errors become their status with the body `{ "error": "..." }`. */
export async function callRoute(
  routes: readonly Contributed<HttpRoute>[],
  path: string,
  request: TestRequest,
  signal: AbortSignal,
): Promise<HttpReply> {
  const url = new URL(path, 'http://skein.test');
  const { listener = 'rest', method = request.body === undefined ? 'GET' : 'POST' } = request;
  const there = routes.filter(({ value }) => value.listener === listener && value.path === url.pathname);
  const route = there.find(({ value }) => value.method === method)?.value;
  if (route === undefined)
    return errorReply(there.length === 0 ? 404 : 405, there.length === 0 ? 'no such path' : 'the path does not take this method');
  try {
    return await route.handle(httpRequest(url, method, request, signal));
  } catch (error) {
    const { status, message, retryable } = statusOf(error);
    return errorReply(STATUS[status].http, message, retryable ? { 'retry-after': '2' } : {});
  }
}

function httpRequest(url: URL, method: string, { headers = {}, body }: TestRequest, signal: AbortSignal): HttpRequest {
  const json = typeof body === 'object' && !(body instanceof Uint8Array);
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: headerMap({ ...(json ? { 'content-type': 'application/json' } : {}), ...headers }),
    body: bytesOf(body),
    peer: PEER,
    signal,
  };
}

function bytesOf(body: TestRequest['body']): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
}

const errorReply = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ error: message }),
});

/** Calls as the grpc-server does: what the method throws becomes an error with the name of its status; an unexpected one is its cause. */
export async function callMethod(
  methods: readonly Contributed<GrpcMethod>[],
  path: string,
  messages: readonly Uint8Array[],
  { metadata = {}, timeoutMs }: NonNullable<Parameters<TestHost['grpc']>[2]>,
  clock: Clock,
  stopped: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const method = methods.find(({ value }) => value.path === path)?.value;
  if (method === undefined) throw new StatusError('UNIMPLEMENTED', `no module contributes the gRPC method ${path}`);
  const late = new AbortController();
  const timer =
    timeoutMs === undefined
      ? undefined
      : clock.setTimeout(() => late.abort(new StatusError('DEADLINE_EXCEEDED', 'the call took too long')), timeoutMs);
  const call: GrpcCall = {
    path,
    metadata: headerMap(metadata),
    deadline: timeoutMs === undefined ? undefined : clock.now() + timeoutMs,
    peer: PEER,
    signal: AbortSignal.any([late.signal, stopped]),
  };
  try {
    return await invoke(method, messages, call);
  } catch (error) {
    const { status, message } = statusOf(error);
    throw error instanceof StatusError ? error : new StatusError(status, message, { cause: error });
  } finally {
    timer?.[Symbol.dispose]();
  }
}

async function invoke(method: GrpcMethod, messages: readonly Uint8Array[], call: GrpcCall): Promise<readonly Uint8Array[]> {
  if (method.kind === 'client-stream') return [await method.handle(chunksOf(messages), call)];
  if (method.kind === 'bidi') {
    const replies: Uint8Array[] = [];
    for await (const reply of method.handle(chunksOf(messages), call)) replies.push(reply);
    return replies;
  }
  if (messages.length !== 1) throw new StatusError('INVALID_ARGUMENT', `a unary method takes one message, not ${messages.length}`);
  return [await method.handle(messages[0]!.slice(), call)];
}

/** Chunks of one, two, three ... messages, so that a receiver meets chunks of several sizes. Each message owns its bytes. */
async function* chunksOf(messages: readonly Uint8Array[]): AsyncGenerator<readonly Uint8Array[]> {
  let size = 1;
  for (let start = 0; start < messages.length; ) {
    yield messages.slice(start, start + size).map((message) => message.slice());
    start += size;
    size = (size % 3) + 1;
  }
}

const headerMap = (record: Readonly<Record<string, string>>): Headers =>
  new Map(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
