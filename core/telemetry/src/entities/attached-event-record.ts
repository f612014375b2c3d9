import type { RecordModel } from '../storage/models.js';

const id = { type: 'string', maxBytes: 2048 } as const;

/**
 * What somebody else than its agent saw of a span. `type`: SKYWALKING or ZIPKIN, whose spans `spanId` names; `data` is the original protobuf
 * SpanAttachedEvent. Source: receivers.md 6.2.
 */
export const SpanAttachedEventModel: RecordModel = {
  kind: 'record',
  name: 'span_attached_event',
  version: 1,
  ttl: 'traces',
  fields: {
    id,
    traceId: id,
    type: { type: 'string', maxBytes: 16 },
    startTime: { type: 'instant' },
    data: { type: 'bytes', maxBytes: 1024 * 1024 },
  },
  time: 'startTime',
  id: 'id',
  group: 'traceId',
  filter: ['traceId'],
  body: 'data',
};
