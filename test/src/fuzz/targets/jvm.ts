import { MalformedError } from '@skein/proto';
import { decodeJvmReport, skywalking } from '@skein/proto/jvm';
import type { FuzzTarget } from '../target.js';

const { JVMMetricCollection } = skywalking.v3;

const SIZES = { init: 1, max: -1, used: 1_000_000, committed: 2_000_000 };
const REPORT = {
  service: 'shop',
  serviceInstance: 'shop-1',
  metrics: [
    {
      time: 1734221650012,
      cpu: { usagePercent: 12.5 },
      memory: [{ isHeap: true, ...SIZES }],
      memoryPool: [{ type: 3, ...SIZES }],
      gc: [{ phase: 1, count: 2, time: 30 }],
      thread: { liveCount: 20, waitingStateThreadCount: 5 },
      clazz: { loadedClassCount: 900, totalLoadedClassCount: 901 },
    },
  ],
};

export const target: FuzzTarget = {
  name: 'jvm',
  seeds: () => [JVMMetricCollection.encode(REPORT).finish()],
  run(input) {
    try {
      decodeJvmReport(Buffer.from(input));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
  },
};
