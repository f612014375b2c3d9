import type { IncomingMessage, Server } from 'node:http';
import { FairTurns, type HttpReply, type HttpRoute, type Logger, STATUS, StatusError, statusOf } from '@skein/core';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { CrossOrigin } from './cross-origin.js';
import { IncomingRequest } from './incoming-request.js';
import { type BodyLimits, readBody } from './request-body.js';
import type { RequestMetrics } from './request-metrics.js';

/**
 * A route at its full path. One that ends in `/*` takes every path below it, for which no other route is there, and finds the path that
 * was asked for in its request. `tokenMatches`: undefined when no token is asked for. */
export interface MountedRoute {
  readonly route: HttpRoute;
  readonly fullPath: string;
  readonly tokenMatches: ((given: string) => boolean) | undefined;
  /** What pages of other origins may do; undefined: nothing. */
  readonly crossOrigin?: CrossOrigin | undefined;
}

export interface AppContext {
  readonly limits: BodyLimits;
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
  /** Requests whose handler runs. */
  readonly open: Set<IncomingRequest>;
}

/** Clients that were refused for a moment may come again after this many seconds. */
const RETRY_AFTER = '2';

/** The end of the path of a route that takes all paths below. */
const BELOW = '/*';

/** Counted for requests whose client went away before the answer; never sent. */
const CLIENT_GONE = 499;

/** Routes have no schemas. Without this fastify would read its compilers of schemas, 110 files, at every start. */
const withoutSchemas = (): never => {
  throw new Error('routes have no schemas');
};

/** The routes of one socket as a fastify application that answers for `server`. Binding and closing is not its business. */
export function routedApp(server: Server, routes: readonly MountedRoute[], context: AppContext): FastifyInstance {
  const app = Fastify({
    exposeHeadRoutes: false,
    schemaController: { compilersFactory: { buildValidator: withoutSchemas, buildSerializer: withoutSchemas } },
    serverFactory: (handler) => server.on('request', handler),
    frameworkErrors: (_error, _request, reply) => refuse(reply, new StatusError('INVALID_ARGUMENT', 'the path cannot be decoded')),
  });
  const known = new Map<string, KnownPath>();
  const paths = new WeakMap<IncomingMessage, string>();
  const byMessage = (message: IncomingMessage): string => paths.get(message) ?? 'unknown';

  // Every content type is taken as it is: routes know what they understand. The body is read in `answer`, because fastify closes the
  // connection when a parser fails, and a client that is still sending then misses its answer.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', (request, reply, done) => {
    context.metrics.started();
    // Always comes, also when the client went away before the answer.
    reply.raw.once('close', () => {
      context.metrics.finished(byMessage(request.raw), reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_GONE);
    });
    if (!request.is404) {
      done();
      return;
    }
    const path = pathAt(withoutQuery(request.raw.url ?? ''), known);
    const allowed = preflight(request, known.get(path));
    if (allowed === undefined) {
      done(unrouted(known.get(path)));
      return;
    }
    paths.set(request.raw, path);
    void reply.code(204).headers(allowed).send();
  });
  app.setErrorHandler((error, request, reply) => {
    if (httpCode(error) === 500) {
      context.logger.error(`HTTP ${request.method} ${byMessage(request.raw)} failed`, { error, peer: request.ip });
    }
    refuse(reply, error);
  });

  for (const { route, fullPath, tokenMatches, crossOrigin } of routes) {
    known.set(fullPath, { methods: [...(known.get(fullPath)?.methods ?? []), route.method], crossOrigin });
    app.route({
      method: route.method,
      // A colon begins a parameter in fastify's paths, which ours do not have.
      url: fullPath.replaceAll(':', '::'),
      onRequest: (request, reply, done) => {
        paths.set(request.raw, fullPath);
        // A page may know that it was refused, too.
        const readable = crossOrigin?.answerHeaders(request.headers.origin);
        if (readable !== undefined) void reply.headers(readable);
        done(tokenMatches === undefined || carriesToken(request, tokenMatches) ? undefined : unauthenticated());
      },
      handler: (request, reply) => answer(route, fullPath, request, reply, context),
    });
  }
  return app;
}

/** Handlers of all listeners together begin for so long in one round, ms. */
const turns = new FairTurns(10);

async function answer(
  route: HttpRoute,
  fullPath: string,
  { raw }: FastifyRequest,
  reply: FastifyReply,
  { limits, metrics, open }: AppContext,
): Promise<FastifyReply> {
  const body = await readBody(raw, limits);
  // A commit lets many senders go at once, and all that they send next is read in one round of the event loop.
  await turns.take();
  metrics.receivedBytes(fullPath, body.length);
  const request = new IncomingRequest(raw, reply.raw, pathOf(route, fullPath, raw), body);
  open.add(request);
  try {
    return send(reply, await route.handle(request));
  } finally {
    open.delete(request);
  }
}

/** As the route knows it: without the context path of the listener. Below a prefix it is what was asked for, not decoded. */
function pathOf({ path }: HttpRoute, fullPath: string, { url = '' }: IncomingMessage): string {
  return path.endsWith(BELOW) ? withoutQuery(url).slice(fullPath.length - path.length) : path;
}

const withoutQuery = (url: string): string => url.split('?', 1)[0]!;

function send(reply: FastifyReply, { status, headers, body }: HttpReply): FastifyReply {
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  return reply.send(
    body instanceof Uint8Array && !Buffer.isBuffer(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : body,
  );
}

class NotAllowed extends StatusError {
  constructor(readonly allow: string) {
    super('UNIMPLEMENTED', `the path takes ${allow}`);
  }
}

interface KnownPath {
  readonly methods: readonly string[];
  readonly crossOrigin: CrossOrigin | undefined;
}

const unrouted = (path: KnownPath | undefined): Error =>
  path === undefined ? new StatusError('NOT_FOUND', 'no such path') : new NotAllowed(path.methods.join(', '));

/** Headers of the answer to a browser that asks whether a page of another origin may send; undefined when it may not, or nobody asks. */
function preflight({ method, headers }: FastifyRequest, path: KnownPath | undefined): Readonly<Record<string, string>> | undefined {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined;
  return path?.crossOrigin?.preflightHeaders(headers.origin, headers['access-control-request-headers'], path.methods);
}

/** The path of the routes that a request is for: its own, or the prefix below which it is. */
function pathAt(path: string, known: ReadonlyMap<string, KnownPath>): string {
  if (known.has(path)) return path;
  for (const route of known.keys()) if (route.endsWith(BELOW) && path.startsWith(route.slice(0, -1))) return route;
  return path;
}

const unauthenticated = (): Error => new StatusError('UNAUTHENTICATED', 'a token is needed');

/** `Authorization: Bearer <token>`, or the token alone in `Authentication`, as agents name it. */
function carriesToken(request: FastifyRequest, matches: (given: string) => boolean): boolean {
  const { authentication, authorization } = request.headers;
  if (typeof authentication === 'string' && matches(authentication)) return true;
  return authorization !== undefined && /^bearer /i.test(authorization) && matches(authorization.slice(7));
}

/** Answers an error with its status as `{ "error": "..." }`. */
function refuse(reply: FastifyReply, error: unknown): void {
  const { message, retryable } = statusOf(error);
  const code = httpCode(error);
  if (error instanceof NotAllowed) reply.header('allow', error.allow);
  if (retryable) reply.header('retry-after', RETRY_AFTER);
  if (code === 401) reply.header('www-authenticate', 'Bearer');
  if (code === 415) reply.header('accept-encoding', 'gzip, deflate, br');
  void reply
    .code(code)
    .type('application/json')
    .send(JSON.stringify({ error: message }));
}

/** Fastify's own errors say their status: 415 for a content type that is none. */
function httpCode(error: unknown): number {
  if (error instanceof NotAllowed) return 405;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  const isFastify = typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number';
  return isFastify ? statusCode : STATUS[statusOf(error).status].http;
}
