import type { Clock, Logger } from '@skein/core';
import type { Document, Storage } from '@skein/telemetry/storage';
import { serviceOfTask, type Task } from './task.js';

/** Documents that hold the tasks of one kind; a service's tasks are all in one, so that its version guards them. */
const BUCKETS = 64;
/** Tasks of one service that are kept; the oldest go. */
const MAX_PER_SERVICE = 100;
/** Tasks in one document. */
const MAX_PER_BUCKET = 1000;
/** How often a task is tried to be added while others write to the same document. */
const ATTEMPTS = 20;

/** What a creator says of the task that it wants. */
export interface Draft<T extends Task> {
  readonly serviceId: string;
  /** Why it cannot be, by what the service has; undefined if it can. */
  readonly refusal: (existing: readonly T[]) => string | undefined;
  /** `createTime` is later than that of every task of the service. */
  readonly make: (id: string, createTime: number) => T;
}
/** The new task, or why there is none. */
export type Created<T> = { readonly task: T } | { readonly refusal: string };

/** Settings of a board. */
export interface TaskBoardOptions {
  /** Kind of its documents. */
  readonly kind: string;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The tasks of one kind, as documents that several servers share. Agents are answered from memory, which is at most one refresh behind;
 * what makes or looks for one task reads the document. Tasks are forgotten when their data is: after the retention of records.
 */
export class TaskBoard<T extends Task> {
  private readonly buckets = new Map<string, readonly T[]>();

  constructor(private readonly options: TaskBoardOptions) {}

  /** Tasks of a service as far as this server knows, latest first. */
  known(serviceId: string): readonly T[] {
    return this.kept(this.buckets.get(bucketOf(serviceId)) ?? []).filter((task) => task.serviceId === serviceId);
  }

  /** Tasks of a service, or of all, latest first. */
  async list(serviceId?: string): Promise<readonly T[]> {
    if (serviceId === undefined) await this.refresh();
    else await this.load(bucketOf(serviceId));
    return serviceId === undefined ? this.kept([...this.buckets.values()].flat()) : this.known(serviceId);
  }

  /** A task by its id; undefined if there is none or it is forgotten. */
  async find(taskId: string): Promise<T | undefined> {
    const serviceId = serviceOfTask(taskId);
    if (serviceId === undefined) return undefined;
    const known = this.known(serviceId).find(({ id }) => id === taskId);
    if (known !== undefined) return known;
    await this.load(bucketOf(serviceId));
    return this.known(serviceId).find(({ id }) => id === taskId);
  }

  /** Reads all tasks anew. */
  async refresh(): Promise<void> {
    const documents = await this.options.storage.documents(this.options.kind, { limit: BUCKETS });
    for (const document of documents) this.buckets.set(document.id, this.tasksIn(document));
  }

  /** Adds a task. Of two servers that add one for the same service at a time, the second sees the task of the first before it decides. */
  async create(draft: Draft<T>): Promise<Created<T>> {
    const { storage, kind } = this.options;
    const bucket = bucketOf(draft.serviceId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const document = await this.load(bucket);
      const all = this.kept(this.buckets.get(bucket) ?? []);
      const own = all.filter(({ serviceId }) => serviceId === draft.serviceId);
      const refusal = draft.refusal(own);
      if (refusal !== undefined) return { refusal };
      const task = this.made(draft, own);
      const tasks = [task, ...all.filter((other) => !own.includes(other)), ...own.slice(0, MAX_PER_SERVICE - 1)];
      if (tasks.length > MAX_PER_BUCKET) return { refusal: 'too many tasks are kept; try again when older ones are forgotten' };
      if (!(await storage.put({ kind, id: bucket, value: { tasks }, ifVersion: document?.version ?? 0 }))) continue;
      this.buckets.set(bucket, tasks);
      return { task };
    }
    return { refusal: 'too many tasks are being created at once; try again' };
  }

  private made({ serviceId, make }: Draft<T>, own: readonly T[]): T {
    const createTime = own.reduce((time, task) => Math.max(time, task.createTime + 1), this.options.clock.now());
    return make(`${createTime}_${serviceId}`, createTime);
  }

  private async load(bucket: string): Promise<Document | undefined> {
    const document = await this.options.storage.document(this.options.kind, bucket);
    this.buckets.set(bucket, document === undefined ? [] : this.tasksIn(document));
    return document;
  }

  private tasksIn({ id, kind, value }: Document): readonly T[] {
    const tasks = (value as { readonly tasks?: unknown } | null)?.tasks;
    if (Array.isArray(tasks)) return tasks as readonly T[];
    this.options.logger.error('a stored list of tasks cannot be read', { kind, id });
    return [];
  }

  /** What is not forgotten, latest first. */
  private kept(tasks: readonly T[]): readonly T[] {
    const { clock, storage } = this.options;
    const oldest = clock.now() - storage.traits.retention.records;
    return tasks.filter(({ endTime }) => endTime >= oldest).sort((a, b) => b.createTime - a.createTime);
  }
}

/** The name of the document that holds a service's tasks: a hash that never changes (FNV-1a). */
function bucketOf(serviceId: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < serviceId.length; i++) hash = Math.imul(hash ^ serviceId.charCodeAt(i), 0x01000193);
  return String((hash >>> 0) % BUCKETS);
}
