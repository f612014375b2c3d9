import { ByteSize, contribution, Duration, defineModule, HostSettingsToken, HostStatusToken, Type } from '@skein/core';
import { MetricAliases, MetricCatalogToken, OalScripts, observations, Sources, StorageModels } from '@skein/telemetry';
import { DEFAULT_APDEX_THRESHOLD, LabelLimits } from '@skein/telemetry/oal';
import { StorageToken } from '@skein/telemetry/storage';
import { AggregationMetrics } from './aggregation-metrics.js';
import { checkSources } from './check-sources.js';
import { disabledModels } from './disabled-models.js';
import { METRIC_ALIASES } from './metric-aliases.js';
import { createCatalog, recordMetrics } from './metric-catalog.js';
import { createPipeline } from './pipeline.js';
import { compileAll, distinct, gatherScripts } from './scripts.js';

const config = Type.Object(
  {
    window: Duration({
      default: '100ms',
      maximum: '60s',
      description:
        'How long observations are gathered into one commit. The time that a durable reply takes is this and the commit. 0: as short as possible',
    }),
    maxWindowBytes: ByteSize({ default: '8MiB', minimum: '64KiB', description: 'A window that holds this much is committed at once' }),
    retry: Duration({ default: '20s', description: 'How long a commit that fails is tried again before its senders are refused' }),
    disable: Type.Array(Type.String(), {
      default: [],
      description: 'Names of metrics, records and entities that are not kept, as disable(name) in a script',
    }),
    scripts: Type.Array(Type.String(), { default: [], description: 'OAL files of your own, relative to the working directory' }),
    oal: Type.String({ default: '', description: 'OAL of your own, written here' }),
    apdexThresholds: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      default: {},
      description: `Apdex thresholds in ms by service name; "default" for all others (${DEFAULT_APDEX_THRESHOLD})`,
    }),
  },
  { additionalProperties: false },
);

/** Compiles OAL, turns observations into metrics and rows in short windows, and commits them. Provides the catalogue of metrics. */
export default defineModule({
  name: 'aggregation',
  config,
  needs: { storage: StorageToken, settings: HostSettingsToken, status: HostStatusToken },
  provides: [MetricCatalogToken],
  handles: [observations],
  owns: [Sources, OalScripts, MetricAliases, StorageModels],
  contributes: [contribution(MetricAliases, ...METRIC_ALIASES)],
  activate(context) {
    const { config: settings, services, logger, meter } = context;
    const metrics = new AggregationMetrics(meter, logger);
    const labelLimits = new LabelLimits();
    const stored = distinct(context.contributions(StorageModels), 'storage model');
    checkSources(context.contributions(Sources), stored);
    const compiled = compileAll({
      scripts: gatherScripts(context.contributions(OalScripts), settings),
      sources: distinct(context.contributions(Sources), 'source'),
      disabled: settings.disable,
      apdexThreshold: apdexThresholds(settings.apdexThresholds),
      onSkip: metrics.inputSkipped,
      labelLimits,
    });
    const disabled = disabledModels(compiled.disabledOther, stored, logger);
    const records = recordMetrics(new Set(stored.filter(({ name }) => !disabled.has(name))));
    const aliases = context.contributions(MetricAliases).map(({ value }) => value);
    context.provide(MetricCatalogToken, createCatalog([...compiled.metrics, ...records], aliases));

    const { intake, door, marks, tracks, stop } = createPipeline({
      storage: services.storage,
      compiled,
      stored,
      disabled,
      zone: services.settings.zone,
      windowMs: settings.window,
      maxWindowBytes: settings.maxWindowBytes,
      retryMs: settings.retry,
      metrics,
      clock: context.clock,
      logger,
      health: context.health,
    });
    metrics.watch({ marks, tracks, forgottenLabels: () => labelLimits.forgotten });
    context.handle(observations, (batch) => {
      const stored = intake.take(batch.items);
      // The window has taken what it needs; sources by the thousand need not wait for the commit.
      batch.release();
      return stored;
    });
    context.onReady(() => door.start());

    // The host empties the stream before it calls onDrain, and only closing windows empty it.
    const { draining } = services.status;
    const hurry = (): void => intake.hurry();
    draining.addEventListener('abort', hurry, { once: true });
    context.onDrain(async (deadline) => {
      const giveUp = (): void => stop(deadline.reason);
      deadline.addEventListener('abort', giveUp, { once: true });
      if (deadline.aborted) giveUp();
      await intake.idle();
    });
    context.own(() => {
      draining.removeEventListener('abort', hurry);
      stop(new Error('the host stops'));
      door.close();
    });
  },
});

function apdexThresholds(settings: Readonly<Record<string, number>>): (service: string) => number {
  const thresholds = new Map(Object.entries(settings));
  const fallback = thresholds.get('default') ?? DEFAULT_APDEX_THRESHOLD;
  return (service) => thresholds.get(service) ?? fallback;
}
