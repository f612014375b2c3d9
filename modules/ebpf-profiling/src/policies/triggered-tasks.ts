import type { Clock } from '@skein/core';
import type { LimitedReads, ReadOptions } from '@skein/query/contract';
import { IncompleteError } from '@skein/query/contract';
import type { Condition, Range, RecordModel, Row } from '@skein/telemetry/storage';
import type { SamplingRule, TargetType } from '../tasks/task.js';
import type { MonitorType } from './policy.js';

const id = { type: 'string', maxBytes: 2048 } as const;

/** Tasks that agents began by themselves, because a policy said so. `causes` is a JSON list of {@link Cause}, `samplings` one of SamplingRule. */
export const TriggeredTaskModel: RecordModel = {
  kind: 'record',
  name: 'ebpf_profiling_task',
  version: 1,
  ttl: 'records',
  fields: {
    taskId: id,
    service: id,
    instance: id,
    process: id,
    processName: { type: 'string', maxBytes: 1024 },
    target: id,
    startTime: { type: 'instant' },
    seconds: { type: 'int' },
    causes: { type: 'json', maxBytes: 262_144 },
    samplings: { type: 'json', maxBytes: 262_144 },
  },
  time: 'startTime',
  id: 'taskId',
  filter: ['taskId', 'service', 'instance', 'target'],
};

/** Why an agent began a task. Values are hundredths of the unit of the threshold, as the query protocol has them. */
export interface Cause {
  readonly type: MonitorType;
  readonly singleValue?: { readonly threshold: number; readonly current: number };
  readonly uri?: { readonly uriRegex?: string; readonly uriPath?: string; readonly threshold: number; readonly current: number };
  readonly message: string;
}

/** A task that an agent began. Times are ms since the epoch. */
export interface TriggeredTask {
  readonly id: string;
  readonly service: string;
  readonly instance: string;
  readonly process: string;
  readonly processName: string;
  readonly target: TargetType;
  readonly startTime: number;
  readonly seconds: number;
  readonly causes: readonly Cause[];
  readonly samplings: readonly SamplingRule[];
}

/** Which tasks; all conditions must hold. */
export interface TriggeredFilter {
  readonly service?: string;
  readonly instance?: string;
  readonly targets?: readonly TargetType[];
  readonly range?: Range;
}

/** Most tasks that one read gives. */
const MAX_TASKS = 5000;
/** Clocks of other servers may be ahead. */
const AHEAD_MS = 600_000;

/** The record of a task. */
export const triggeredRow = ({ id: taskId, causes, samplings, ...task }: TriggeredTask): Row => ({
  taskId,
  ...task,
  causes: JSON.stringify(causes),
  samplings: JSON.stringify(samplings),
});

/** Reads of the tasks that agents began. */
export class TriggeredTasks {
  constructor(
    private readonly reads: LimitedReads,
    private readonly clock: Clock,
    private readonly retentionMs: number,
  ) {}

  /** Latest first. That there are more than 5000 is a cut. */
  async list({ service, instance, targets, range }: TriggeredFilter, o?: ReadOptions): Promise<readonly TriggeredTask[]> {
    const where: Condition[] = [];
    if (service) where.push(['service', '=', service]);
    if (instance) where.push(['instance', '=', instance]);
    if (targets) where.push(['target', 'in', targets]);
    const question = { model: TriggeredTaskModel, range: range ?? this.#kept(), where, offset: 0, limit: MAX_TASKS + 1 };
    const rows = await this.reads.records(question, o);
    if (rows.length > MAX_TASKS) tooMany(o);
    return rows.slice(0, MAX_TASKS).map(taskOf);
  }

  /** All that is kept. */
  #kept(): Range {
    const now = this.clock.now();
    return { from: Math.max(0, now - this.retentionMs), to: now + AHEAD_MS };
  }
}

function tooMany(o: ReadOptions | undefined): void {
  const cut = { what: TriggeredTaskModel.name, limit: `there are more than ${MAX_TASKS} tasks, and no more are given; narrow the range` };
  if (o?.onCut === undefined) throw new IncompleteError(cut);
  o.onCut(cut);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const taskOf = (row: Row): TriggeredTask => ({
  id: text(row.taskId),
  service: text(row.service),
  instance: text(row.instance),
  process: text(row.process),
  processName: text(row.processName),
  target: text(row.target) as TargetType,
  startTime: Number(row.startTime),
  seconds: Number(row.seconds ?? 0),
  causes: JSON.parse(text(row.causes) || '[]') as readonly Cause[],
  samplings: JSON.parse(text(row.samplings) || '[]') as readonly SamplingRule[],
});
