import type { Clock, HealthReport, Logger } from '@skein/core';
import type { Commit, Model, Storage } from '@skein/telemetry/storage';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

export interface StorageDoorOptions {
  readonly storage: Storage;
  readonly models: readonly Model[];
  /** Names of records and entities that are switched off. */
  readonly disabled: ReadonlySet<string>;
  readonly zone: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: HealthReport;
}

export type Exclusion = 'unknown' | 'unserved' | 'disabled';

/** The way to the storage: opens it, as often as it takes, before anything is committed, and knows which models it serves. */
export class StorageDoor {
  private opened = false;
  private opening: Promise<void> | undefined;
  private retry: Disposable | undefined;
  private closed = false;
  /** By kind and name: a model is the same one whichever copy of a package defines it. */
  private readonly exclusions: Readonly<Record<Model['kind'], Map<string, Exclusion | undefined>>> = {
    record: new Map(),
    entity: new Map(),
    metric: new Map(),
  };
  private someUnserved = false;

  constructor(private readonly options: StorageDoorOptions) {
    for (const { kind, name } of options.models) {
      this.exclusions[kind].set(name, kind !== 'metric' && options.disabled.has(name) ? 'disabled' : undefined);
    }
  }

  /** Why nothing of this model is written; undefined if it is written. */
  excluded({ kind, name }: Model): Exclusion | undefined {
    const known = this.exclusions[kind];
    return known.has(name) ? known.get(name) : 'unknown';
  }

  /** Tries once, and goes on trying in the background: a storage that is down makes the host degraded, not a failed start. */
  async start(pause = FIRST_PAUSE): Promise<void> {
    try {
      await this.open();
    } catch {
      // open() has told the operator.
      if (this.closed || this.opened) return;
      this.retry = this.options.clock.setTimeout(() => void this.start(Math.min(pause * 2, LONGEST_PAUSE)), pause);
    }
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<void> {
    if (!this.opened) await this.open();
    await this.options.storage.commit(this.someUnserved ? this.servable(commit) : commit, signal);
  }

  /** Without what the storage cannot serve: a window may have been filled before it was open and could say so. */
  private servable(commit: Commit): Commit {
    const served = (model: Model): boolean => this.excluded(model) === undefined;
    return {
      ...commit,
      records: commit.records.filter(({ model }) => served(model)),
      entities: commit.entities.filter(({ model }) => served(model)),
      deltas: commit.deltas.map((delta) => delta.only(served)),
    };
  }

  close(): void {
    this.closed = true;
    this.retry?.[Symbol.dispose]();
  }

  private open(): Promise<void> {
    this.opening ??= this.openOnce().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async openOnce(): Promise<void> {
    if (this.opened) return;
    const { storage, models, disabled, zone, health } = this.options;
    try {
      this.report(
        await storage.open(
          models.filter((m) => !disabled.has(m.name) || m.kind === 'entity'),
          { zone },
        ),
      );
    } catch (error) {
      health.bad('open', 'the storage cannot be opened', error);
      throw error;
    }
    this.opened = true;
    this.retry?.[Symbol.dispose]();
    health.good('open');
  }

  private report(unserved: Awaited<ReturnType<Storage['open']>>): void {
    for (const { model, reason } of unserved) {
      for (const known of Object.values(this.exclusions)) if (known.has(model)) known.set(model, 'unserved');
      this.someUnserved = true;
      this.options.logger.error(`the storage cannot serve ${model}: ${reason}`, { model, reason });
    }
    if (unserved.length > 0) this.options.health.bad('models', `the storage cannot serve ${unserved.map((u) => u.model).join(', ')}`);
  }
}
