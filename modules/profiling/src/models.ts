import type { Field, RecordModel } from '@skein/telemetry/storage';

const id: Field = { type: 'string', maxBytes: 2048 };
/** Uploads and trees are cut into records of this size. */
export const PART_BYTES = 1024 * 1024;

const record = (model: Omit<RecordModel, 'kind' | 'version' | 'ttl'>): RecordModel => ({
  kind: 'record',
  version: 1,
  ttl: 'records',
  ...model,
});

/**
 * One dump of a thread. `stack`, by `language`: JAVA: the message ThreadStack; GO: the tree that a whole profile has of
 * the segment, behind the time between two samples.
 */
export const ThreadSnapshotModel = record({
  name: 'profile_task_segment_snapshot',
  fields: {
    id,
    taskId: id,
    segmentId: id,
    dumpTime: { type: 'instant' },
    sequence: { type: 'int' },
    language: { type: 'string', maxBytes: 16 },
    stack: { type: 'bytes', maxBytes: PART_BYTES },
  },
  time: 'dumpTime',
  id: 'id',
  group: 'segmentId',
  filter: ['taskId', 'segmentId', 'language'],
  body: 'stack',
});

const taskLog = (name: string): RecordModel =>
  record({
    name,
    fields: { id, taskId: id, instanceId: id, operation: { type: 'string', maxBytes: 64 }, operationTime: { type: 'instant' } },
    time: 'operationTime',
    id: 'id',
    group: 'taskId',
    filter: ['taskId', 'instanceId'],
  });

/** What became of a task at each instance; `operation` is a name of the query protocol. */
export const ProfileTaskLogModel = taskLog('profile_task_log');
export const AsyncProfilerTaskLogModel = taskLog('async_profiler_task_log');
export const PprofTaskLogModel = taskLog('pprof_task_log');

const parts = (name: string): RecordModel =>
  record({
    name,
    fields: {
      id,
      /** One for each upload. */
      uploadId: id,
      taskId: id,
      instanceId: id,
      /** Of trees: the type of event. */
      key: id,
      part: { type: 'int' },
      /** How many parts there are. */
      parts: { type: 'int' },
      uploadTime: { type: 'instant' },
      data: { type: 'bytes', maxBytes: PART_BYTES },
    },
    time: 'uploadTime',
    id: 'id',
    group: 'uploadId',
    filter: ['taskId', 'instanceId', 'key'],
    body: 'data',
  });

/** Uploads as they came but compressed by gzip, in parts. */
export const JfrContentModel = parts('jfr_profiling_content');
export const PprofContentModel = parts('pprof_profiling_content');
/** The stack trees of uploads, in parts. */
export const JfrTreeModel = parts('jfr_profiling_data');
export const PprofTreeModel = parts('pprof_profiling_data');

/** All records of this module. */
export const PROFILING_MODELS: readonly RecordModel[] = [
  ThreadSnapshotModel,
  ProfileTaskLogModel,
  AsyncProfilerTaskLogModel,
  PprofTaskLogModel,
  JfrContentModel,
  PprofContentModel,
  JfrTreeModel,
  PprofTreeModel,
];
