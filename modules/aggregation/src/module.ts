import { ByteSize, contribution, Duration, defineModule, HostSettingsToken, HostStatusToken, Type } from '@skein/core';
import { MetricAliases, MetricCatalogToken, MetricRegistryToken, OalScripts, observations, Sources, StorageModels } from '@skein/telemetry';
import { DEFAULT_APDEX_THRESHOLD, LabelLimits } from '@skein/telemetry/oal';
import { StorageToken } from '@skein/telemetry/storage';
import { AggregationMetrics } from './aggregation-metrics.js';
import { checkSources } from './check-sources.js';
import { Compilations } from './compilation.js';
import { disabledModels } from './disabled-models.js';
import { METRIC_ALIASES } from './metric-aliases.js';
import { createCatalog, LateCatalog, recordMetrics } from './metric-catalog.js';
import { MetricRegistrations } from './metric-registrations.js';
import { createPipeline, type Pipeline } from './pipeline.js';
import { compileAll, distinct, namedAfterModules, readUserScripts } from './scripts.js';

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

/**
 * Compiles OAL, turns observations into metrics and rows in short windows, and commits them. Provides the catalogue of metrics, and takes metrics
 * that modules know only when they are activated; so scripts are compiled after that.
 */
export default defineModule({
  name: 'aggregation',
  config,
  needs: { storage: StorageToken, settings: HostSettingsToken, status: HostStatusToken },
  provides: [MetricCatalogToken, MetricRegistryToken],
  handles: [observations],
  owns: [Sources, OalScripts, MetricAliases, StorageModels, Compilations],
  contributes: [contribution(MetricAliases, ...METRIC_ALIASES), Compilations],
  activate(context) {
    const { config: settings, services, logger, meter } = context;
    const metrics = new AggregationMetrics(meter, logger);
    const labelLimits = new LabelLimits();
    const stored = distinct(context.contributions(StorageModels), 'storage model');
    const scripts = readUserScripts(settings);
    const registrations = new MetricRegistrations();
    const catalog = new LateCatalog();
    context.provide(MetricRegistryToken, registrations);
    context.provide(MetricCatalogToken, catalog);

    let made: Pipeline | undefined;
    const pipeline = (): Pipeline => {
      if (made === undefined) throw new Error('the pipeline is used before the metrics are compiled');
      return made;
    };
    const compile = (): void => {
      registrations.close();
      const sources = [...context.contributions(Sources), ...registrations.sources];
      checkSources(sources, stored);
      const compiled = compileAll({
        scripts: [...namedAfterModules([...context.contributions(OalScripts), ...registrations.scripts]), ...scripts],
        sources: distinct(sources, 'source'),
        disabled: settings.disable,
        apdexThreshold: apdexThresholds(settings.apdexThresholds),
        onSkip: metrics.inputSkipped,
        labelLimits,
      });
      const disabled = disabledModels(compiled.disabledOther, stored, logger);
      const records = recordMetrics(new Set(stored.filter(({ name }) => !disabled.has(name))));
      const aliases = context.contributions(MetricAliases).map(({ value }) => value);
      catalog.fill(createCatalog([...compiled.metrics, ...records], aliases));
      made = createPipeline({
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
      metrics.watch({ marks: made.marks, tracks: made.tracks, forgottenLabels: () => labelLimits.forgotten });
    };
    context.contribute(Compilations, { compile });

    context.handle(observations, (batch) => {
      const stored = pipeline().intake.take(batch.items);
      // The window has taken what it needs; sources by the thousand need not wait for the commit.
      batch.release();
      return stored;
    });
    context.onReady(() => pipeline().door.start());

    // The host empties the stream before it calls onDrain, and only closing windows empty it.
    const { draining } = services.status;
    const hurry = (): void => made?.intake.hurry();
    draining.addEventListener('abort', hurry, { once: true });
    context.onDrain(async (deadline) => {
      const giveUp = (): void => made?.stop(deadline.reason);
      deadline.addEventListener('abort', giveUp, { once: true });
      if (deadline.aborted) giveUp();
      await made?.intake.idle();
    });
    context.own(() => {
      draining.removeEventListener('abort', hurry);
      made?.stop(new Error('the host stops'));
      made?.door.close();
    });
  },
});

function apdexThresholds(settings: Readonly<Record<string, number>>): (service: string) => number {
  const thresholds = new Map(Object.entries(settings));
  const fallback = thresholds.get('default') ?? DEFAULT_APDEX_THRESHOLD;
  return (service) => thresholds.get(service) ?? fallback;
}
