import type { Clock, Logger, Meter, Publisher } from '@skein/core';
import type { LimitedReads, ReadOptions } from '@skein/query/contract';
import { type Observation, parseMemberId } from '@skein/telemetry';
import type { RecordModel, RecordRow } from '@skein/telemetry/storage';

/** What an agent did with a task. The names are those of the query protocol. */
export type Operation =
  | 'NOTIFIED'
  | 'EXECUTION_FINISHED'
  | 'JFR_UPLOAD_FILE_TOO_LARGE_ERROR'
  | 'PPROF_UPLOAD_FILE_TOO_LARGE_ERROR'
  | 'EXECUTION_TASK_ERROR';

/** An entry, as it is shown. */
export interface TaskLogEntry {
  readonly id: string;
  readonly taskId: string;
  readonly instanceId: string;
  readonly instanceName: string;
  readonly operationType: Operation;
  /** ms since the epoch. */
  readonly operationTime: number;
}

/** Entries of one task that are shown. */
const MAX_ENTRIES = 5000;
/** Instances that are remembered as notified, of all tasks. */
const MAX_NOTIFIED = 20_000;
/** What an entry holds in memory, about. */
const ENTRY_BYTES = 600;
/** How long an entry waits for room: agents that poll wait with it. */
const WAIT_MS = 1000;

/** The log of one kind of tasks. */
export class TaskLog {
  private readonly notified = new Set<string>();
  private readonly lost: ReturnType<Meter['counter']>;

  constructor(
    readonly model: RecordModel,
    private readonly publisher: Publisher<Observation>,
    private readonly reads: LimitedReads,
    private readonly clock: Clock,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.lost = meter.counter(`${model.name}_lost_total`, 'Entries of the logs of tasks that could not be stored');
  }

  /** An entry of now, to be stored with what belongs to it. */
  entry(taskId: string, instanceId: string, operation: Operation): RecordRow {
    const operationTime = this.clock.now();
    const id = `${taskId}_${instanceId}_${operation}_${operationTime}`;
    return { model: this.model, row: { id, taskId, instanceId, operation, operationTime } };
  }

  /** Stores an entry. Rejects with StreamError. */
  async write(taskId: string, instanceId: string, operation: Operation): Promise<void> {
    const observation = { sources: [], records: [this.entry(taskId, instanceId, operation)], entities: [], weight: ENTRY_BYTES };
    const { handled } = await this.publisher.publish([observation], { waitMs: WAIT_MS });
    await handled;
  }

  /**
   * Stores that an instance was told of a task, once. Nobody waits for it: agents get their tasks also when nothing can be stored. What is
   * lost then is counted, and written when the instance asks again.
   */
  notify(taskId: string, instanceId: string): void {
    const key = `${taskId} ${instanceId}`;
    if (this.notified.has(key)) return;
    if (this.notified.size >= MAX_NOTIFIED) this.notified.delete(this.notified.values().next().value!);
    this.notified.add(key);
    this.write(taskId, instanceId, 'NOTIFIED').catch((error: unknown) => {
      this.notified.delete(key);
      this.lost.add(1);
      this.logger.warn('that an instance was told of a task is not stored', { taskId, instanceId, error });
    });
  }

  /** Stores what is also told to the agent in another way; a failure is counted. */
  async writeOrCount(taskId: string, instanceId: string, operation: Operation): Promise<void> {
    try {
      await this.write(taskId, instanceId, operation);
    } catch (error) {
      this.lost.add(1);
      this.logger.warn('an entry of the log of a task is not stored', { taskId, instanceId, operation, error });
    }
  }

  /** Entries of tasks, oldest first; that an instance was told is shown once. */
  async entries(taskIds: readonly string[], options: ReadOptions): Promise<readonly TaskLogEntry[]> {
    if (taskIds.length === 0) return [];
    const rows = await this.reads.group({ model: this.model, keys: taskIds, limit: MAX_ENTRIES }, options);
    const entries = rows.map((row): TaskLogEntry => {
      const instanceId = String(row.instanceId);
      return {
        id: String(row.id),
        taskId: String(row.taskId),
        instanceId,
        instanceName: parseMemberId(instanceId)?.name ?? '',
        operationType: row.operation as Operation,
        operationTime: Number(row.operationTime),
      };
    });
    return firstNotices(entries.sort((a, b) => a.operationTime - b.operationTime || (a.id < b.id ? -1 : 1)));
  }
}

function firstNotices(entries: readonly TaskLogEntry[]): readonly TaskLogEntry[] {
  const told = new Set<string>();
  return entries.filter(({ taskId, instanceId, operationType }) => {
    const key = `${taskId} ${instanceId}`;
    if (operationType !== 'NOTIFIED') return true;
    return !told.has(key) && told.add(key);
  });
}
