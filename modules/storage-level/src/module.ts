import { ByteSize, Duration, defineModule, Type } from '@skein/core';
import { BootError } from '@skein/core/host';
import { StorageToken } from '@skein/telemetry/storage';
import { DataDirectoryError } from './level/data-directory-error.js';
import { LevelStorage } from './level-storage.js';
import { contributeMetrics } from './self-metrics.js';

const FIRST_PRUNE_MS = 30_000;
const PRUNE_EVERY_MS = 300_000;
const MEBIBYTE = 1024 * 1024;

/** The durable embedded storage: what is acknowledged survives the end of the process, and with `sync` a power loss. */
export default defineModule({
  name: 'storage-level',
  config: Type.Object({
    path: Type.String({ default: './data', minLength: 1, description: 'Directory of the data; made when it is missing' }),
    sync: Type.Boolean({
      default: true,
      description: 'Wait for the disk at each commit. false: data survives the end of the process, but not a power loss',
    }),
    flush: Duration({
      default: '10s',
      minimum: '100ms',
      maximum: '30s',
      description: 'How long data stays in journal and memory before it is put in order',
    }),
    dedupe: Duration({ default: '60s', description: 'How long a record that is sent again is recognised by its id' }),
    cache: ByteSize({ default: '16MiB', description: 'Memory for unpacked blocks of records' }),
    retention: Type.Object(
      {
        records: Duration({ default: '3d', description: 'How long alarms, events and slow statements are kept' }),
        traces: Duration({ default: '3d', description: 'How long trace segments are kept' }),
        logs: Duration({ default: '3d', description: 'How long logs are kept' }),
        metrics: Duration({ default: '7d', description: 'How long metrics, services, instances and endpoints are kept' }),
        maxBytes: ByteSize({
          default: '20GiB',
          minimum: '64MiB',
          description: 'Size of the data on disk. Beyond it the oldest days go, records before metrics',
        }),
      },
      { default: {} },
    ),
  }),
  provides: [StorageToken],
  activate({ config, clock, health, logger, meter, own, provide, onReady }) {
    const { maxBytes, ...retention } = config.retention;
    const metrics = contributeMetrics(meter, () => storage);
    const storage = new LevelStorage({
      path: config.path,
      sync: config.sync,
      flushMs: config.flush,
      dedupeMs: config.dedupe,
      cacheBytes: config.cache,
      journalFileBytes: 32 * MEBIBYTE,
      backlog: { memoryBytes: 96 * MEBIBYTE, journalBytes: 256 * MEBIBYTE, ageMs: 60_000 },
      retention,
      maxBytes,
      clock,
      events: {
        flushed(name, ms) {
          metrics.flushed(name, ms);
          if (metrics.recovered(name)) health.ok();
        },
        failed(name, error) {
          metrics.failed(name);
          logger.error(`flush of ${name} failed, trying again`, { error });
          health.degraded(`cannot flush ${name} to ${config.path}`, error);
        },
      },
      replayed(report) {
        metrics.replayed(report);
        if (report.torn > 0) logger.warn('the journal had a torn tail, which was cut off', { torn: report.torn });
        for (const damage of report.damages)
          logger.error('the journal is damaged: acknowledged data is lost, and a copy of the file is kept', { ...damage });
        if (report.entries > 0) logger.info('replayed the journal', { entries: report.entries, bytes: report.bytes });
      },
    });
    provide(StorageToken, storage);
    own(() => storage.close());

    // The lock is taken here and not in `open`, which another module calls, so that a directory in use is this module's error.
    onReady(() => storage.lock().catch(refuse));

    let timer: Disposable | undefined;
    let overBudget = false;
    let stopped = false;
    const prune = async (): Promise<void> => {
      try {
        if (storage.isOpen) {
          const pruned = await storage.prune(clock.now());
          for (const entry of pruned) logger.info('deleted old data', { ...entry });
          metrics.pruned(pruned);
          if (storage.overBudget) health.degraded(`what may not be deleted yet exceeds retention.maxBytes of ${maxBytes}`);
          else if (overBudget) health.ok();
          overBudget = storage.overBudget;
        }
      } catch (error) {
        logger.error('deleting old data failed, trying again later', { error });
      }
      schedule(PRUNE_EVERY_MS);
    };
    const schedule = (ms: number): void => {
      if (!stopped) timer = clock.setTimeout(() => void prune(), ms);
    };
    onReady(() => schedule(FIRST_PRUNE_MS));
    own(() => {
      stopped = true;
      timer?.[Symbol.dispose]();
    });
  },
});

function refuse(error: unknown): never {
  if (!(error instanceof DataDirectoryError)) throw error;
  throw new BootError([{ subject: 'modules.storage-level.path', message: error.message, fix: error.fix }], { cause: error });
}
