import { createHash } from 'node:crypto';
import type { EntityModel, RecordModel } from '@skein/telemetry/storage';

const id = { type: 'string', maxBytes: 2048, merge: 'first' } as const;

/** Longest list of symbols of one stack, with what the message has around it, bytes. A real one has a few thousand: at most 254 functions. */
export const MAX_STACK_BYTES = 65_536;

/** id: scheduleId. One run of a task on one process: when it began, and when it last sent something. */
export const ScheduleModel: EntityModel = {
  kind: 'entity',
  name: 'ebpf_profiling_schedule',
  version: 1,
  ttl: 'records',
  fields: { taskId: id, process: id, startTime: { type: 'instant', merge: 'min' }, endTime: { type: 'instant', merge: 'max' } },
  filter: ['taskId', 'startTime'],
};

/** One stack as it was sent. `data` is an EBPFOnCPUProfiling or EBPFOffCPUProfiling message by `target`, kernel stacks first. */
export const StackModel: RecordModel = {
  kind: 'record',
  name: 'ebpf_profiling_data',
  version: 1,
  ttl: 'records',
  fields: {
    schedule: { type: 'string', maxBytes: 2048 },
    taskId: { type: 'string', maxBytes: 2048 },
    target: { type: 'string', maxBytes: 64 },
    uploadTime: { type: 'instant' },
    data: { type: 'bytes', maxBytes: MAX_STACK_BYTES },
  },
  time: 'uploadTime',
  filter: ['schedule', 'taskId'],
  body: 'data',
};

/** The id of a run: lower-case hex SHA-256 of `<task>_<process>_<start>`. */
export const scheduleId = (task: string, process: string, startTime: number): string =>
  createHash('sha256').update(`${task}_${process}_${startTime}`, 'utf8').digest('hex');
