import { ByteSize, contribution, Duration, defineModule, HostSettingsToken, HostStatusToken, Type } from '@skein/core';
import { MetricAliases, MetricCatalogToken, OalScripts, observations, Sources, StorageModels } from '@skein/telemetry';
import { DEFAULT_APDEX_THRESHOLD, LabelLimits } from '@skein/telemetry/oal';
import { StorageToken } from '@skein/telemetry/storage';
import { AggregationMetrics } from './aggregation-metrics.js';
import { Committer } from './committer.js';
import { disabledModels } from './disabled-models.js';
import { HealthReport } from './health-report.js';
import { Intake } from './intake.js';
import { METRIC_ALIASES } from './metric-aliases.js';
import { createCatalog, recordMetrics } from './metric-catalog.js';
import { compileAll, distinct, gatherScripts } from './scripts.js';
import { StorageDoor } from './storage-door.js';
import { WrittenMarks } from './written-marks.js';

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

export default defineModule({
  name: 'aggregation',
  config,
  needs: { storage: StorageToken, settings: HostSettingsToken, status: HostStatusToken },
  provides: [MetricCatalogToken],
  handles: [observations],
  owns: [Sources, OalScripts, MetricAliases, StorageModels],
  contributes: [contribution(MetricAliases, ...METRIC_ALIASES)],
  activate(context) {
    const { config: settings, services, clock, logger, meter } = context;
    const { storage } = services;
    const metrics = new AggregationMetrics(meter, logger);
    const labelLimits = new LabelLimits();
    const thresholds = new Map(Object.entries(settings.apdexThresholds));
    const fallback = thresholds.get('default') ?? DEFAULT_APDEX_THRESHOLD;

    const compiled = compileAll({
      scripts: gatherScripts(context.contributions(OalScripts), settings),
      sources: distinct(context.contributions(Sources), 'source'),
      disabled: settings.disable,
      apdexThreshold: (service) => thresholds.get(service) ?? fallback,
      onSkip: metrics.inputSkipped,
      labelLimits,
    });
    const stored = distinct(context.contributions(StorageModels), 'storage model');
    const disabled = disabledModels(compiled.disabledOther, stored, logger);
    const kept = stored.filter(({ name }) => !disabled.has(name));
    context.provide(
      MetricCatalogToken,
      createCatalog(
        [...compiled.metrics, ...recordMetrics(new Set(kept))],
        context.contributions(MetricAliases).map(({ value }) => value),
      ),
    );

    const health = new HealthReport(context.health);
    const door = new StorageDoor({
      storage,
      models: [...stored, ...compiled.metrics.map(({ model }) => model)],
      disabled,
      zone: services.settings.zone,
      clock,
      logger,
      health,
    });
    const written = new WrittenMarks();
    const stop = new AbortController();
    const committer = new Committer({
      store: (commit, signal) => door.commit(commit, signal),
      clock,
      retryMs: settings.retry,
      signal: stop.signal,
      onRetry: (error) => {
        metrics.commitRetried();
        health.bad('commit', 'the storage does not take commits', error);
      },
      onStored: () => {
        metrics.commitStored();
        health.good('commit');
      },
      onFailed: metrics.commitFailed,
      onIdle: () => intake.committerIdle(),
    });
    const intake: Intake = new Intake(committer, {
      clock,
      windowMs: () => (settings.window === 0 ? 0 : Math.max(settings.window, storage.traits.commitWindow.minMs)),
      maxBytes: () => Math.min(settings.maxWindowBytes, storage.traits.commitWindow.maxBytes),
      context: {
        plans: compiled.plans,
        excluded: (model) => door.excluded(model),
        retention: (ttl) => storage.traits.retention[ttl],
        written,
        onLeftOut: metrics.leftOut,
      },
    });
    metrics.watch({ marks: () => written.size, forgottenLabels: () => labelLimits.forgotten });

    context.handle(observations, ({ items }) => intake.take(items));
    context.onReady(() => door.start());
    const { draining } = services.status;
    const hurry = (): void => intake.hurry();
    draining.addEventListener('abort', hurry, { once: true });
    context.onDrain(async (deadline) => {
      const giveUp = (): void => stop.abort(deadline.reason);
      deadline.addEventListener('abort', giveUp, { once: true });
      if (deadline.aborted) giveUp();
      await intake.idle();
    });
    context.own(() => {
      draining.removeEventListener('abort', hurry);
      stop.abort(new Error('the host stops'));
      door.close();
    });
  },
});
