import { Duration, Type } from '@skein/core';

export const BrowserConfig = Type.Object({
  listeners: Type.Object(
    {
      grpc: Type.String({ default: 'grpc', description: 'gRPC listener that carries the browser service' }),
      http: Type.String({
        default: 'rest',
        description: 'HTTP listener that carries /browser; its `cors` setting says which web pages may send to it',
      }),
    },
    { default: {} },
  ),
  sampleRate: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 10_000,
    description: 'Error logs that are kept, of 10 000; metrics count all errors whatever is set here',
  }),
  dedupe: Duration({
    default: '60s',
    maximum: '1h',
    description: 'For how long an error log that is sent again is recognised by its uniqueId and not counted again; 0 switches it off',
  }),
});
