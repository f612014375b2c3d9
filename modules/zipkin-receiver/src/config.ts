import { Duration, type Static, Type } from '@skein/core';

/** `sampleRate` and `maxSpansPerSecond` carry the names and meanings that SkyWalking gives them. */
export const ZipkinReceiverConfig = Type.Object(
  {
    listeners: Type.Array(Type.String({ minLength: 1 }), {
      default: ['zipkin'],
      minItems: 1,
      uniqueItems: true,
      description: 'HTTP listeners that carry /api/v1/spans and /api/v2/spans',
    }),
    sampleRate: Type.Integer({
      default: 10_000,
      minimum: 0,
      maximum: 10_000,
      description: 'Traces of 10 000 whose spans are taken, chosen by trace id; debug spans always are',
    }),
    maxSpansPerSecond: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 1_000_000_000,
      description: 'Spans above this number within a second are dropped, but for debug spans; 0: no limit',
    }),
    dedupe: Duration({
      default: '60s',
      maximum: '1h',
      description: 'For how long a span that is sent again, with the same content, is recognised; 0 switches it off',
    }),
    dedupeLimit: Type.Integer({
      default: 200_000,
      minimum: 2,
      maximum: 10_000_000,
      description: 'Spans that are remembered for that; with more, the older half is forgotten before its time',
    }),
  },
  { additionalProperties: false },
);

export type ZipkinReceiverConfig = Static<typeof ZipkinReceiverConfig>;
