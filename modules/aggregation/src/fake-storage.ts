import {
  type Commit,
  copyMetricState,
  type MetricModel,
  type MetricState,
  type Model,
  mergeMetricState,
  type Storage,
} from '@skein/telemetry/storage';

const DAY = 86_400_000;

/** A storage for tests: keeps commits, and blocks or fails when told to. Applies each commit id once. */
export class FakeStorage {
  readonly traits: Storage['traits'] = {
    writers: 'one',
    atomicCommit: true,
    commitWindow: { minMs: 0, maxBytes: 64 * 1024 * 1024 },
    capabilities: new Set(),
    retention: { records: 3 * DAY, traces: 3 * DAY, logs: 3 * DAY, metrics: 7 * DAY, never: Number.POSITIVE_INFINITY },
  };
  readonly commits: Commit[] = [];
  /** Calls of `open`. */
  opened = 0;
  /** Ids of all calls of `commit`, in order. */
  readonly attempts: string[] = [];
  models: readonly Model[] = [];
  unserved: ReadonlyArray<{ readonly model: string; readonly reason: string }> = [];
  failOpen = 0;
  /** The next calls fail, before or after the commit took effect. */
  failures: ('before' | 'after')[] = [];
  failForever = false;
  overlapping = false;
  private gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  private running = 0;

  readonly open: Storage['open'] = async (models) => {
    this.opened++;
    if (this.failOpen-- > 0) throw new Error('connection refused');
    this.models = models;
    return this.unserved;
  };

  readonly commit: Storage['commit'] = async (commit, signal) => {
    const id = `${commit.id.writer}-${commit.id.sequence}`;
    this.attempts.push(id);
    this.overlapping ||= this.running++ > 0;
    try {
      await this.gate?.opened;
      signal.throwIfAborted();
      const failure = this.failForever ? 'before' : this.failures.shift();
      if (failure === 'before') throw new Error('disk full');
      if (!this.commits.some((c) => `${c.id.writer}-${c.id.sequence}` === id)) this.commits.push(commit);
      if (failure === 'after') throw new Error('connection reset');
    } finally {
      this.running--;
    }
  };

  block(): void {
    if (this.gate !== undefined) return;
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.gate = { opened, open };
  }

  release(): void {
    this.gate?.open();
    this.gate = undefined;
  }

  /** A metric of an entity, merged over all commits and minutes. */
  metric(name: string, entity: string): MetricState | undefined {
    const states = this.deltas()
      .filter((d) => d.entity === entity)
      .flatMap((d) => [...d.metrics])
      .filter(([model]) => model.name === name);
    return states.reduce<ReturnType<typeof copyMetricState> | undefined>(merge, undefined);
  }

  deltas(): Commit['deltas'][number][] {
    return this.commits.flatMap((c) => c.deltas);
  }

  rows(model: string): { readonly id: string; readonly row: object }[] {
    return this.commits.flatMap((c) => c.entities).filter((e) => e.model.name === model);
  }
}

const merge = (
  into: ReturnType<typeof copyMetricState> | undefined,
  [model, state]: readonly [MetricModel, MetricState],
): ReturnType<typeof copyMetricState> => (into === undefined ? copyMetricState(state) : mergeMetricState(model, into, state));
