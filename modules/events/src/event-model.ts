import type { Field, RecordModel } from '@skein/telemetry/storage';

const name: Field = { type: 'string', maxBytes: 2048 };

/**
 * One report of an event. Start and end are often reported apart, with the same uuid; both are kept, and joined when they are read. `service`,
 * `instance` and `endpoint` are names, as queries have them. `startTime` and `endTime` are 0 where the report does not say.
 */
export const EventModel: RecordModel = {
  kind: 'record',
  name: 'event',
  version: 1,
  ttl: 'records',
  fields: {
    /** uuid and both times: a report that is sent again is the same one. */
    id: name,
    uuid: name,
    service: name,
    instance: name,
    endpoint: name,
    name,
    /** Normal or Error. */
    type: name,
    message: { type: 'string', maxBytes: 8192 },
    /** A JSON object of strings. */
    parameters: { type: 'json', maxBytes: 16_384 },
    startTime: { type: 'int' },
    endTime: { type: 'int' },
    layer: name,
    timestamp: { type: 'instant' },
  },
  time: 'timestamp',
  id: 'id',
  group: 'uuid',
  filter: ['uuid', 'service', 'instance', 'endpoint', 'name', 'type', 'layer'],
};
