import { type Clock, type Health, HealthReport, type Logger } from '@skein/core';
import type { CompiledOal } from '@skein/telemetry/oal';
import type { EntityModel, RecordModel, Storage } from '@skein/telemetry/storage';
import type { AggregationMetrics } from './aggregation-metrics.js';
import { Committer } from './committer.js';
import { Intake } from './intake.js';
import { StorageDoor } from './storage-door.js';
import { Tracks } from './tracks.js';
import { WrittenMarks } from './written-marks.js';

export interface PipelineOptions {
  readonly storage: Storage;
  readonly compiled: CompiledOal;
  /** Records and entities that are stored, and the names of those that are switched off. */
  readonly stored: ReadonlyArray<RecordModel | EntityModel>;
  readonly disabled: ReadonlySet<string>;
  readonly zone: string;
  /** ms; 0 = until the next turn of the event loop. */
  readonly windowMs: number;
  readonly maxWindowBytes: number;
  readonly retryMs: number;
  readonly metrics: AggregationMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
}

export interface Pipeline {
  readonly intake: Intake;
  readonly door: StorageDoor;
  /** Rows known to be stored already, besides those of tracked entities. */
  readonly marks: () => number;
  /** Entities by minute whose traffic is followed. */
  readonly tracks: () => number;
  /** Gives up whatever is not stored yet. */
  readonly stop: (reason: unknown) => void;
}

/** Wires the way of an observation: intake, window, committer, the door to the storage. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { storage, compiled, stored, disabled, zone, metrics, clock, logger } = options;
  const health = new HealthReport(options.health);
  const models = [...stored, ...compiled.metrics.map(({ model }) => model)];
  const door = new StorageDoor({ storage, models, disabled, zone, clock, logger, health });
  const written = new WrittenMarks();
  const tracks = new Tracks();
  const stop = new AbortController();
  const trouble = (error: unknown): void => health.bad('commit', 'the storage does not take commits', error);
  const committer = new Committer({
    store: (commit, signal) => door.commit(commit, signal),
    clock,
    retryMs: options.retryMs,
    signal: stop.signal,
    onRetry: (error) => {
      metrics.commitRetried();
      trouble(error);
    },
    onStored: () => {
      metrics.commitStored();
      health.good('commit');
    },
    onFailed: (error) => {
      metrics.commitFailed();
      trouble(error);
    },
    onIdle: () => intake.committerIdle(),
  });
  const intake: Intake = new Intake(committer, {
    clock,
    windowMs: () => (options.windowMs === 0 ? 0 : Math.max(options.windowMs, storage.traits.commitWindow.minMs)),
    maxBytes: () => Math.min(options.maxWindowBytes, storage.traits.commitWindow.maxBytes),
    context: {
      plans: compiled.plans,
      excluded: (model) => door.excluded(model),
      retention: (ttl) => storage.traits.retention[ttl],
      tracks,
      written,
      onLeftOut: metrics.leftOut,
    },
  });
  return { intake, door, marks: () => written.size, tracks: () => tracks.size, stop: (reason) => stop.abort(reason) };
}
