import { ByteSize, Duration, defineModule, Type } from '@skein/core';
import { StorageToken } from '@skein/telemetry/storage';
import { MemoryStorage } from './memory-storage.js';

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
  activate({ config, own, provide }) {
    const storage = new MemoryStorage(config);
    own(() => storage.close());
    provide(StorageToken, storage);
  },
});
