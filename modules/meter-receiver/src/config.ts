import { ByteSize, type Static, Type } from '@skein/core';

export const MeterReceiverConfig = Type.Object(
  {
    listener: Type.String({ default: 'grpc', description: 'gRPC listener that carries the meter service' }),
    maxSetBytes: ByteSize({
      default: '8MiB',
      minimum: '64KiB',
      description: 'Memory that the meters of one report may take, estimated; what is beyond it is refused',
    }),
  },
  { additionalProperties: false },
);

export type MeterReceiverConfig = Static<typeof MeterReceiverConfig>;
