import { ByteSize, Duration, type Static, TlsConfig, Type } from '@skein/core';

const Cors = Type.Object(
  {
    origins: Type.Array(Type.String({ pattern: '^(\\*|[a-zA-Z][a-zA-Z0-9+.-]*://(\\*\\.)?[^/*\\s]+)$' }), {
      default: ['*'],
      maxItems: 1000,
      description:
        'Web sites whose pages may send data here, such as https://shop.example.com or https://*.example.com; an asterisk alone: all; an empty list: none. ' +
        'Pages without it cannot read answers; it does not keep anybody from sending, which takes a token',
    }),
    paths: Type.Array(Type.String({ pattern: '^/[!-~]*$' }), {
      default: ['/browser/*', '/v3/segment', '/v3/segments'],
      maxItems: 1000,
      description:
        'Paths, below the context path, that answer such pages; a path that ends with /* stands for all below it. ' +
        'Those of queries are left out, so that no web site can read what is stored here through the browser of somebody who may',
    }),
  },
  { default: {}, description: 'What pages of other origins may do (CORS). As it is, skywalking-client-js can report from any web site' },
);

export type CorsConfig = Static<typeof Cors>;

const settings = {
  host: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address to listen on; 0.0.0.0 or :: for all' }),
  contextPath: Type.String({
    default: '/',
    pattern: '^/[!-~]*$',
    description: 'Prefix of every path of this listener',
  }),
  maxBodyBytes: ByteSize({
    default: '10MiB',
    minimum: 1024,
    maximum: '1GiB',
    description: 'Largest request body, before and after it is inflated; larger ones are answered with 413',
  }),
  maxInflateRatio: Type.Integer({
    default: 200,
    minimum: 1,
    maximum: 10_000,
    description: 'A compressed body that grows by more than this, and above 1 MiB, is answered with 400',
  }),
  maxHeaderBytes: ByteSize({ default: 8192, minimum: 1024, maximum: '1MiB', description: 'Largest request head; larger ones get 431' }),
  requestTimeout: Duration({
    default: '30s',
    minimum: '100ms',
    maximum: '1h',
    description: 'Time for a client to send a whole request; slower ones get 408',
  }),
  idleTimeout: Duration({
    default: '30s',
    minimum: '100ms',
    maximum: '1d',
    description: 'A connection without a request for this long is closed',
  }),
  maxConnections: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Connections at a time; further ones are closed at once',
  }),
  token: Type.Optional(
    Type.String({
      minLength: 1,
      writeOnly: true,
      description:
        'When set, requests must carry it as `Authorization: Bearer <token>` or as `Authentication: <token>`; health answers need none',
    }),
  ),
  tls: Type.Optional(TlsConfig),
  cors: Cors,
};

const port = { minimum: 0, maximum: 65_535, description: 'TCP port; 0 picks a free one' };
const Listener = Type.Object({ ...settings, port: Type.Integer(port) });

export type ListenerConfig = Static<typeof Listener>;

/** A map of listeners by name; `rest` is always there. */
export const HttpServerConfig = Type.Object({
  listeners: Type.Object(
    { rest: Type.Object({ ...settings, port: Type.Integer({ ...port, default: 12_800 }) }, { default: {} }) },
    {
      additionalProperties: Listener,
      default: {},
      description:
        'Listeners by name. Two with one address share the socket. But for `rest`, those on which no module has a route stay closed.',
    },
  ),
});
