import { Duration, Type } from '@skein/core';

export const EbpfProfilingConfig = Type.Object({
  listener: Type.String({ default: 'grpc', description: 'gRPC listener that carries the services of eBPF agents' }),
  taskCache: Duration({
    default: '2s',
    maximum: '5m',
    description: 'How old the profiling tasks that agents are told of may be, when another server changed them',
  }),
  policyCache: Duration({
    default: '10s',
    maximum: '10m',
    description: 'How old the policies of continuous profiling that agents are told of may be, when another server changed them',
  }),
});
