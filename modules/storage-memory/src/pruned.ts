import type { Storage } from '@skein/telemetry/storage';

/** One thing that `prune` reports. */
export type Pruned = Awaited<ReturnType<Storage['prune']>>[number];
