import { Type } from '@skein/core';

export const ManagementConfig = Type.Object({
  listeners: Type.Object(
    {
      grpc: Type.String({ default: 'grpc', description: 'gRPC listener that carries the management services' }),
      http: Type.String({ default: 'rest', description: 'HTTP listener that carries /v3/management' }),
    },
    { default: {} },
  ),
  disableMessageDigest: Type.Boolean({
    default: false,
    description: 'Send agents their settings with every reply, and not only when they are other ones than they have',
  }),
});
