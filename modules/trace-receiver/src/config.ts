import { Duration, type Static, Type } from '@skein/core';

export const TraceReceiverConfig = Type.Object({
  listeners: Type.Object(
    {
      grpc: Type.String({ default: 'grpc', description: 'gRPC listener that carries the trace services' }),
      http: Type.String({ default: 'rest', description: 'HTTP listener that carries /v3/segment and /v3/segments' }),
    },
    { default: {} },
  ),
  dedupe: Duration({
    default: '60s',
    maximum: '1h',
    description: 'For how long a segment that is sent again is recognised by its id; 0 switches it off',
  }),
  dedupeLimit: Type.Integer({
    default: 100_000,
    minimum: 2,
    maximum: 10_000_000,
    description: 'Segment ids that are remembered; with more, the older half is forgotten before its time',
  }),
});

export type TraceReceiverConfig = Static<typeof TraceReceiverConfig>;
