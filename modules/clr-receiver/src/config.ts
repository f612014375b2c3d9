import { Type } from '@skein/core';

export const ClrReceiverConfig = Type.Object({
  listener: Type.String({ default: 'grpc', description: 'gRPC listener that carries the CLR metric service' }),
});
