import { ByteSize, Duration, type Static, Type } from '@skein/core';

const door = (listener: string, basePath: string, what: string) =>
  Type.Object(
    {
      enabled: Type.Boolean({ default: true, description: `Serve the API ${what}` }),
      listener: Type.String({ default: listener, minLength: 1, description: 'Listener of the http-server' }),
      basePath: Type.String({ default: basePath, pattern: '^(/[!-~]*[^/])?$', description: 'Before /api/v2 and /config.json' }),
    },
    { default: {}, additionalProperties: false },
  );

export const QueryZipkinConfig = Type.Object(
  {
    own: door('zipkin-query', '', 'on a listener of its own, whose context path is that of the user interface, /zipkin'),
    shared: door('rest', '/zipkin', 'on the listener of the other queries'),
    deadline: Duration({ default: '10s', minimum: '100ms', maximum: '10m', description: 'Longest search of the storage for one answer' }),
    queryLimit: Type.Integer({ default: 10, minimum: 1, maximum: 1000, description: 'Traces that a list has when nobody says how many' }),
    maxTraces: Type.Integer({ default: 1000, minimum: 1, maximum: 10_000, description: 'Most traces that a list may be asked for' }),
    maxSpans: Type.Integer({ default: 50_000, minimum: 100, maximum: 1_000_000, description: 'Most spans in one answer' }),
    maxAnswer: ByteSize({
      default: '32MiB',
      minimum: '64KiB',
      maximum: '256MiB',
      description: 'Longest answer; what does not fit is left out',
    }),
    maxNames: Type.Integer({
      default: 10_000,
      minimum: 10,
      maximum: 1_000_000,
      description: 'Most names in a list of services, spans or tags',
    }),
    maxDependencySpans: Type.Integer({
      default: 50_000,
      minimum: 100,
      maximum: 1_000_000,
      description: 'Latest spans from which the dependencies of a time range are computed',
    }),
    lookback: Duration({ default: '1d', minimum: '1m', maximum: '365d', description: 'Time range of searches that name none' }),
    defaultLookback: Duration({
      default: '15m',
      minimum: '1m',
      maximum: '365d',
      description: 'Time range that the user interface begins with',
    }),
  },
  { additionalProperties: false },
);

export type QueryZipkinConfig = Static<typeof QueryZipkinConfig>;
