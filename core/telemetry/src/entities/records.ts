import type { RecordModel } from '../storage/models.js';

const id = { type: 'string', maxBytes: 2048 } as const;

/** One stored trace segment, analysis.md 5.7. `data` is the original protobuf SegmentObject. */
export const SegmentModel: RecordModel = {
  kind: 'record',
  name: 'segment',
  version: 1,
  ttl: 'traces',
  fields: {
    segmentId: id,
    traceId: id,
    service: id,
    instance: id,
    endpoint: id,
    startTime: { type: 'instant' },
    latency: { type: 'int' },
    isError: { type: 'bool' },
    tags: { type: 'strings', maxBytes: 65_536 },
    data: { type: 'bytes', maxBytes: 64 * 1024 * 1024 },
  },
  time: 'startTime',
  id: 'segmentId',
  group: 'traceId',
  filter: ['traceId', 'service', 'instance', 'endpoint', 'isError', 'latency'],
  order: ['latency'],
  tags: 'tags',
  body: 'data',
};

const topN = (name: string): RecordModel => ({
  kind: 'record',
  name,
  version: 1,
  ttl: 'records',
  fields: {
    id,
    entity: id,
    statement: { type: 'string', maxBytes: 8192 },
    latency: { type: 'int' },
    traceId: id,
    timestamp: { type: 'instant' },
  },
  time: 'timestamp',
  id: 'id',
  filter: ['entity', 'traceId'],
  order: ['latency'],
});

/** Slow statements and commands; `entity` is a service id, `id` is `<segmentId>-<spanId>`. */
export const DatabaseStatementModel = topN('top_n_database_statement');
export const ServiceDatabaseStatementModel = topN('top_n_service_database_statement');
export const CacheReadCommandModel = topN('top_n_cache_read_command');
export const CacheWriteCommandModel = topN('top_n_cache_write_command');

/** All records of slow statements and commands. */
export const TOP_N_MODELS: readonly RecordModel[] = [
  DatabaseStatementModel,
  ServiceDatabaseStatementModel,
  CacheReadCommandModel,
  CacheWriteCommandModel,
];
