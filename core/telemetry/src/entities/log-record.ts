import type { RecordModel } from '../storage/models.js';

const id = { type: 'string', maxBytes: 2048 } as const;

/** Longest content of a stored log, UTF-8 bytes. */
export const MAX_LOG_CONTENT_BYTES = 1_048_576;
/** Largest list of all tags of a stored log, as JSON, UTF-8 bytes. */
export const MAX_LOG_TAGS_BYTES = 262_144;

/** One stored log, analysis.md 11.3. */
export const LogModel: RecordModel = {
  kind: 'record',
  name: 'log',
  version: 1,
  ttl: 'logs',
  fields: {
    /** 32 random hexadecimal digits. */
    id,
    /** A service id, of a normal service whatever its layer. */
    service: id,
    instance: id,
    endpoint: id,
    traceId: id,
    segmentId: id,
    /** Only with a segment. */
    spanId: { type: 'int' },
    timestamp: { type: 'instant' },
    /** TEXT, JSON or YAML; absent for a log without content. */
    contentType: { type: 'string', maxBytes: 16 },
    content: { type: 'string', maxBytes: MAX_LOG_CONTENT_BYTES },
    /** Those that can be searched. */
    tags: { type: 'strings', maxBytes: 65_536 },
    /** All tags, as a JSON array of keys and values in turn; absent where there are none. */
    allTags: { type: 'string', maxBytes: MAX_LOG_TAGS_BYTES },
  },
  time: 'timestamp',
  id: 'id',
  filter: ['service', 'instance', 'endpoint', 'traceId', 'segmentId', 'spanId'],
  tags: 'tags',
  text: 'content',
};
