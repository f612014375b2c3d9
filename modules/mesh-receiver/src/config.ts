import { Type } from '@skein/core';

export const MeshReceiverConfig = Type.Object({
  listener: Type.String({ default: 'grpc', description: 'gRPC listener that carries the service mesh service' }),
  tcpMetrics: Type.Boolean({
    default: true,
    description: 'Whether TCP connections give metrics (tcp.oal). Without them they still give services, instances and topology',
  }),
});
