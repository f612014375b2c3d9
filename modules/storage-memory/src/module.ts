import { ByteSize, Duration, defineModule, Type } from '@skein/core';
import { StorageToken } from '@skein/telemetry/storage';
import { MemoryStorage } from './memory-storage.js';

const PRUNE_EVERY_MS = 60_000;

/** Storage in memory: nothing survives a stop. For tests and trials. */
export default defineModule({
  name: 'storage-memory',
  config: Type.Object({
    retention: Type.Object(
      {
        records: Duration({ default: '3d', description: 'How long alarms, events and slow statements are kept' }),
        traces: Duration({ default: '3d', description: 'How long trace segments are kept' }),
        logs: Duration({ default: '3d', description: 'How long logs are kept' }),
        metrics: Duration({ default: '7d', description: 'How long metrics, services, instances and endpoints are kept' }),
      },
      { default: {} },
    ),
    maxBytes: ByteSize({
      default: '512MiB',
      minimum: '1MiB',
      description: 'Memory that data may take, estimated. Beyond it the oldest minutes go, records before metrics',
    }),
  }),
  provides: [StorageToken],
  activate({ config, clock, logger, meter, onReady, own, provide }) {
    const storage = new MemoryStorage(config);
    const dropped = meter.counter('storage_pruned_bytes_total', 'Bytes that retention took, by reason: age or budget');
    let timer: Disposable | undefined;
    const keep = (): void => {
      storage.prune(clock.now()).then(
        (pruned) => {
          for (const { bytes, reason } of pruned) dropped.add(bytes, { reason });
        },
        (error: unknown) => logger.error('could not drop old data', { error }),
      );
      timer = clock.setTimeout(keep, PRUNE_EVERY_MS);
    };
    own(() => storage.close());
    own(() => timer?.[Symbol.dispose]());
    onReady(keep);
    provide(StorageToken, storage);
  },
});
