import type { Commit } from '../storage/commit.js';
import { MetricDelta } from '../storage/metric-delta.js';
import type { EntityModel, Instant, MetricModel, MetricState, Model, Precision, RecordModel, Row } from '../storage/models.js';
import type { Limits } from '../storage/query.js';
import type { Storage } from '../storage/storage.js';
import { CHECK_MODELS } from './check-models.js';

/** A storage to check, not yet opened, with nothing stored. */
export interface StorageUnderTest {
  readonly storage: Storage;
  /** Closes the storage and makes another one, not yet opened, on the same data. Absent: nothing survives. */
  readonly reopen?: () => Promise<Storage>;
  /** Closes what is still open and removes the data. */
  dispose(): Promise<void>;
}
export type CreateStorage = () => Promise<StorageUnderTest>;

/** One behaviour that every storage has. `run` rejects with an AssertionError where it has not. */
export interface StorageCheck {
  readonly name: string;
  run(create: CreateStorage): Promise<void>;
}

export const LIMITS: Limits = { signal: new AbortController().signal, deadlineMs: 60_000 };

export type Content = Partial<Omit<Commit, 'id'>>;
export type Delta = Commit['deltas'][number];
export type Update = Commit['entities'][number];

export const recordRows = (model: RecordModel, ...rows: readonly Row[]): Content => ({ records: [{ model, rows }] });
export const entityUpdate = (model: EntityModel, id: string, at: Instant, row: Row): Update => ({ model, id, at, row });
export const delta = (
  entity: string,
  minute: Instant,
  metrics: ReadonlyArray<readonly [MetricModel, MetricState]> = [],
  scope = 'check_entity',
): Delta => MetricDelta.of(scope, entity, minute, metrics);
export const slots = (...values: readonly number[]): MetricState => ({ slots: values });
export const table = (entries: Readonly<Record<string, number>> | ReadonlyArray<readonly [number | string, number]>): MetricState => ({
  slots: [],
  table: new Map(
    (Array.isArray(entries) ? entries : Object.entries(entries)).map(([key, sum]) => [key as number | string, [sum as number]]),
  ),
});

/** An open storage, and what checks do with it all the time. */
export class StorageDesk {
  #sequence = 0;
  #storage: Storage;

  private constructor(
    private readonly tested: StorageUnderTest,
    private readonly zone: string,
    private readonly models: readonly Model[],
  ) {
    this.#storage = tested.storage;
  }

  /** Opens a storage, runs the body and disposes of the storage. */
  static async with(
    create: CreateStorage,
    body: (desk: StorageDesk) => Promise<void>,
    zone = 'UTC',
    models: readonly Model[] = CHECK_MODELS,
  ): Promise<void> {
    const desk = new StorageDesk(await create(), zone, models);
    try {
      await desk.#open();
      await body(desk);
    } finally {
      await desk.tested.dispose();
    }
  }

  get storage(): Storage {
    return this.#storage;
  }

  get survives(): boolean {
    return this.tested.reopen !== undefined;
  }

  /** Closes and opens again; only where the data survive that. */
  async reopen(): Promise<void> {
    if (!this.tested.reopen) return;
    this.#storage = await this.tested.reopen();
    await this.#open();
  }

  /** Commits under the next id of the writer `check`. */
  async commit(content: Content): Promise<Commit> {
    const commit = this.made(content);
    await this.#storage.commit(commit, LIMITS.signal);
    return commit;
  }

  made(content: Content): Commit {
    return { id: { writer: 'check', sequence: ++this.#sequence }, records: [], entities: [], deltas: [], documents: [], ...content };
  }

  /** States of one metric of one entity. */
  async series(
    metric: MetricModel,
    entity: string,
    precision: Precision,
    from: Instant,
    count: number,
  ): Promise<ReadonlyArray<MetricState | undefined>> {
    const query = { scope: metric.scope, entities: [entity], metrics: [metric], buckets: { precision, from, count } };
    return (await this.#storage.series(query, LIMITS))[0]![0]!;
  }

  async entity(model: EntityModel, id: string): Promise<Row | undefined> {
    return (await this.#storage.entities({ model, ids: [id], limit: 10 }, LIMITS)).items[0];
  }

  async #open(): Promise<void> {
    const problems = await this.#storage.open(this.models, { zone: this.zone });
    if (problems.length > 0) throw new Error(`the storage does not serve ${problems.map((p) => `${p.model}: ${p.reason}`).join('; ')}`);
  }
}
