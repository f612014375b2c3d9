import { Duration, type Static, Type } from '@skein/core';

export const QueryTraceqlConfig = Type.Object(
  {
    listener: Type.String({ default: 'tempo', minLength: 1, description: 'Listener of the http-server' }),
    basePath: Type.String({ default: '/skywalking', pattern: '^(/[!-~]*[^/*])?$', description: 'Before /api and /ready' }),
    deadline: Duration({ default: '10s', minimum: '100ms', maximum: '10m', description: 'Longest time that one query may take' }),
    maxTraces: Type.Integer({ default: 200, minimum: 1, maximum: 1000, description: 'Most traces that a search may ask for' }),
    maxSpansPerTrace: Type.Integer({
      default: 100,
      minimum: 1,
      maximum: 10_000,
      description: 'Most spans of each trace that a search may ask for',
    }),
    lookback: Duration({ default: '1h', minimum: '1m', maximum: '365d', description: 'Time range of searches that name no start' }),
  },
  { additionalProperties: false },
);

export type QueryTraceqlConfig = Static<typeof QueryTraceqlConfig>;
