import { ByteSize, Duration, type Static, TlsConfig, Type } from '@skein/core';

const settings = {
  host: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description: 'Address to listen on; 0.0.0.0 or :: for all',
  }),
  maxMessageBytes: ByteSize({
    default: '50MiB',
    minimum: 1024,
    maximum: '1GiB',
    description: 'Largest message, also after it was inflated; larger ones end the call with RESOURCE_EXHAUSTED',
  }),
  maxConcurrentStreams: Type.Integer({
    default: 1000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Calls at a time on one connection; further ones wait in the client',
  }),
  maxConnections: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Connections at a time; further ones are closed at once',
  }),
  idleTimeout: Duration({
    default: '10m',
    minimum: '1s',
    maximum: '20d',
    description: 'A connection without a call for this long is told to go away; clients connect again when they need to',
  }),
  keepaliveTime: Duration({
    default: '60s',
    minimum: '1s',
    maximum: '20d',
    description: 'Ping a silent client after this long, so that calls of a vanished one do not stay open',
  }),
  keepaliveTimeout: Duration({
    default: '20s',
    minimum: '1s',
    maximum: '1h',
    description: 'Close the connection when a ping is not answered for this long',
  }),
  token: Type.Optional(
    Type.String({
      minLength: 1,
      writeOnly: true,
      description: 'When set, calls must carry exactly this text in the metadata key `authentication`; health checks need none',
    }),
  ),
  tls: Type.Optional(TlsConfig),
};

const port = { minimum: 0, maximum: 65_535, description: 'TCP port; 0 picks a free one' };
const Listener = Type.Object({ ...settings, port: Type.Integer(port) });

export type ListenerConfig = Static<typeof Listener>;

/** A map of listeners by name; `grpc` is always there. */
export const GrpcServerConfig = Type.Object({
  listeners: Type.Object(
    { grpc: Type.Object({ ...settings, port: Type.Integer({ ...port, default: 11_800 }) }, { default: {} }) },
    { additionalProperties: Listener, default: {}, description: 'Listeners by name. Two with one address share the socket.' },
  ),
});
