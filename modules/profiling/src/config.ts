import { ByteSize, Duration, Type } from '@skein/core';

/** 30 MB, what SkyWalking takes. */
const USUAL_MAX = 31_457_280;

export const ProfilingConfig = Type.Object({
  listener: Type.String({ default: 'grpc', description: 'gRPC listener that carries the profiling services' }),
  maxJfrSize: ByteSize({ default: USUAL_MAX, minimum: 1024, maximum: '256MiB', description: 'Largest recording of async-profiler' }),
  maxPprofSize: ByteSize({ default: USUAL_MAX, minimum: 1024, maximum: '256MiB', description: 'Largest pprof file' }),
  maxUploads: ByteSize({
    default: '128MiB',
    minimum: '1MiB',
    description: 'Memory for all files that are being uploaded. Agents beyond it are refused and may try again',
  }),
  idle: Duration({ default: '60s', minimum: '1s', maximum: '10m', description: 'Longest silence of an agent in the middle of an upload' }),
  parseTime: Duration({ default: '60s', minimum: '1s', maximum: '10m', description: 'Longest time to parse one file' }),
  refresh: Duration({
    default: '2s',
    minimum: '100ms',
    maximum: '60s',
    description: 'How often tasks are read again where several servers share a storage',
  }),
  maxSnapshots: Type.Integer({ default: 12_000, minimum: 100, maximum: 200_000, description: 'Most snapshots of threads in one analysis' }),
});
