import { Type } from '@skein/core';

export const EventsConfig = Type.Object({
  listeners: Type.Object(
    {
      grpc: Type.String({ default: 'grpc', description: 'gRPC listener that carries the event service' }),
      http: Type.String({ default: 'rest', description: 'HTTP listener that carries /v3/events' }),
    },
    { default: {} },
  ),
});
