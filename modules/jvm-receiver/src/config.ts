import { Type } from '@skein/core';

export const JvmReceiverConfig = Type.Object({
  listener: Type.String({ default: 'grpc', description: 'gRPC listener that carries the JVM metric service' }),
});
