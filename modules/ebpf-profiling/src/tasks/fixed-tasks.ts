import type { Clock } from '@skein/core';
import type { Storage } from '@skein/telemetry/storage';
import { CachedDocuments, MAX_DOCUMENTS } from '../cached-documents.js';
import { endOf, type FixedTask } from './task.js';

/** One document for each service, by its id, so that two servers cannot both put a task into the same time. */
const KIND = 'ebpf-profiling-tasks';
/** Most tasks of a service that are kept. */
const MAX_TASKS = 100;
const ATTEMPTS = 10;

/** The tasks of a service after a change, or why there is none, in words for whoever wanted it. */
export type TaskChange = { readonly tasks: readonly FixedTask[] } | { readonly refused: string };

/** The tasks that were ordered, in documents that all servers of a storage share. They are kept as long as records are. */
export class FixedTasks {
  readonly #cache: CachedDocuments<readonly FixedTask[]>;

  constructor(
    private readonly storage: Storage,
    private readonly clock: Clock,
    cacheMs: number,
  ) {
    this.#cache = new CachedDocuments(storage, KIND, clock, cacheMs);
  }

  /** Of a service, as of a few seconds ago at most. */
  async ofService(service: string): Promise<readonly FixedTask[]> {
    return (await this.#cache.all()).get(service) ?? [];
  }

  /** Of all services. */
  async all(): Promise<readonly FixedTask[]> {
    return [...(await this.#cache.all()).values()].flat();
  }

  /** Looks again at what other servers wrote, when it is not known. */
  async find(id: string): Promise<FixedTask | undefined> {
    const known = (await this.all()).find((task) => task.id === id);
    if (known !== undefined) return known;
    this.#cache.changed();
    return (await this.all()).find((task) => task.id === id);
  }

  /**
   * Changes the tasks of a service. `change` sees the tasks as they are stored and may be called again when somebody else was faster.
   * Returns why nothing was changed; undefined when it was.
   */
  async change(service: string, change: (tasks: readonly FixedTask[]) => TaskChange): Promise<string | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await this.storage.document(KIND, service);
      if (stored === undefined && (await this.#cache.all()).size >= MAX_DOCUMENTS) {
        return `there are profiling tasks of ${MAX_DOCUMENTS} services already`;
      }
      const changed = change((stored?.value ?? []) as readonly FixedTask[]);
      if ('refused' in changed) return changed.refused;
      const tasks = this.#kept(changed.tasks);
      if (tasks.length > MAX_TASKS) return `the service has ${MAX_TASKS} profiling tasks that have not ended`;
      const done = await this.storage.put({ kind: KIND, id: service, value: tasks, ifVersion: stored?.version ?? 0 });
      if (done) {
        this.#cache.changed();
        return undefined;
      }
    }
    return 'the tasks of the service are being changed by others; try again';
  }

  /** Without tasks whose data is gone; of too many, without those that ended first. */
  #kept(tasks: readonly FixedTask[]): readonly FixedTask[] {
    const now = this.clock.now();
    const young = tasks.filter((task) => endOf(task) >= now - this.storage.traits.retention.records);
    if (young.length <= MAX_TASKS) return young;
    const ended = young.filter((task) => endOf(task) < now).sort((a, b) => endOf(a) - endOf(b));
    const dropped = new Set(ended.slice(0, young.length - MAX_TASKS));
    return young.filter((task) => !dropped.has(task));
  }
}
