import { ByteSize, Duration, defineModule, HealthReport, Type } from '@skein/core';
import { BootError } from '@skein/core/host';
import { StorageToken } from '@skein/telemetry/storage';
import { DataDirectoryError } from './level/data-directory-error.js';
import { LevelStorage } from './level-storage.js';
import { contributeMetrics } from './self-metrics.js';

const FIRST_PRUNE_MS = 30_000;
const PRUNE_EVERY_MS = 300_000;
/** Rows wait so many times longer than records to be flushed, up to the longest time that may be configured. */
const ROWS_LATER = 2;
const LONGEST_FLUSH_MS = 30_000;
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
      description:
        'How long records stay in journal and memory before they are put in order; metrics stay twice as long, but no longer than 30s',
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
    const report = new HealthReport(health);
    const storage = new LevelStorage({
      path: config.path,
      sync: config.sync,
      flushMs: config.flush,
      rowFlushMs: Math.min(config.flush * ROWS_LATER, LONGEST_FLUSH_MS),
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
          report.good(`flush of ${name}`);
        },
        failed(name, error) {
          metrics.failed(name);
          logger.error(`flush of ${name} failed, trying again`, { error });
          report.bad(`flush of ${name}`, `cannot flush ${name} to ${config.path}`, error);
        },
      },
      zoneChanged(before, now) {
        logger.warn(
          `the time zone is now ${now}: hours and days stored before were cut at the hours and days of ${before}, and may be shifted or missing in queries`,
        );
      },
      replayed({ entries, bytes, torn, damages }) {
        metrics.replayed({ entries, torn, damages });
        if (torn > 0) logger.warn('the journal had a torn tail, which was cut off', { torn });
        for (const damage of damages)
          logger.error('the journal is damaged: acknowledged data is lost, and a copy of the file is kept', { ...damage });
        if (entries > 0) logger.info('replayed the journal', { entries, bytes });
      },
    });
    provide(StorageToken, storage);
    own(() => storage.close());

    // The lock is taken here and not in `open`, which another module calls, so that a directory in use is this module's error.
    onReady(() => storage.lock().catch(refuse));

    let timer: Disposable | undefined;
    let stopped = false;
    const prune = async (): Promise<void> => {
      try {
        if (storage.isOpen) {
          const pruned = await storage.prune(clock.now());
          for (const entry of pruned) logger.info('deleted old data', { ...entry });
          metrics.pruned(pruned);
          if (storage.overBudget) report.bad('budget', `what may not be deleted yet exceeds retention.maxBytes of ${maxBytes}`);
          else report.good('budget');
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
