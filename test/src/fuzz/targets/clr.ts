import { MalformedError } from '@skein/proto';
import { decodeClrReport, skywalking } from '@skein/proto/clr';
import type { FuzzTarget } from '../target.js';

const { CLRMetricCollection } = skywalking.v3;

const REPORT = {
  service: 'shop',
  serviceInstance: 'shop-1',
  metrics: [
    {
      time: 1734221650012,
      cpu: { usagePercent: 12.5 },
      gc: { Gen0CollectCount: 3, HeapMemory: 1_000_000 },
      thread: { AvailableWorkerThreads: 100, MaxWorkerThreads: 32_767 },
    },
  ],
};

export const target: FuzzTarget = {
  name: 'clr',
  seeds: () => [CLRMetricCollection.encode(REPORT).finish()],
  run(input) {
    try {
      decodeClrReport(Buffer.from(input));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
  },
};
