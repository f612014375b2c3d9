import { type Static, Type } from '@skein/core';

export const LogReceiverConfig = Type.Object(
  {
    listeners: Type.Object(
      {
        grpc: Type.String({ default: 'grpc', description: 'gRPC listener that carries the log service' }),
        http: Type.String({ default: 'rest', description: 'HTTP listener that carries /v3/logs' }),
      },
      { default: {}, additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export type LogReceiverConfig = Static<typeof LogReceiverConfig>;
