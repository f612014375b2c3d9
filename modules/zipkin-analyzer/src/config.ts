import { Duration, type Static, Type } from '@skein/core';

export const ZipkinAnalyzerConfig = Type.Object(
  {
    analyse: Type.Boolean({
      default: true,
      description: 'Services, endpoints, topology and metrics from spans, as from native segments; false: spans are only stored',
    }),
    searchableTracesTags: Type.Array(Type.String({ minLength: 1, maxLength: 250 }), {
      default: ['http.method'],
      maxItems: 200,
      description: 'Keys of the tags that are offered with their values to complete a search; all tags can be searched by',
    }),
    joinWindow: Duration({
      default: '30s',
      minimum: '1s',
      maximum: '10m',
      description: 'How long the two sides of a call may come apart and still be found to belong together',
    }),
    joinLimit: Type.Integer({
      default: 100_000,
      minimum: 100,
      maximum: 10_000_000,
      description:
        'Spans that are remembered for that, and at most half as many calls that wait; with more, the oldest go before their time',
    }),
  },
  { additionalProperties: false },
);

export type ZipkinAnalyzerConfig = Static<typeof ZipkinAnalyzerConfig>;
