import type { EntityModel, RecordModel } from '@skein/telemetry/storage';

const id = { type: 'string', maxBytes: 2048 } as const;
const name = { type: 'string', maxBytes: 1024, merge: 'first' } as const;

/** Longest name of a service, remote service or span that can be searched, in UTF-8 bytes; longer ones are cut in the index. */
export const MAX_NAME_BYTES = 1024;
/** Largest stored span, bytes of JSON. */
export const MAX_SPAN_BYTES = 4 * 1024 * 1024;
/** UTF-8 bytes of the texts of one span that can be searched. */
export const MAX_TAG_BYTES = 65_536;

/**
 * One Zipkin span. `data` is the span as it was sent, in Zipkin's JSON v2. `startTime` is its start, or when it came if it has none.
 * `duration` is in microseconds. `isEntry`: it is where a service was entered, or the first of its trace; lists of traces that are not
 * Zipkin's show these; there it is called `segmentId`. `tags`: values of annotations, keys of tags, and `key=value`.
 */
export const ZipkinSpanModel: RecordModel = {
  kind: 'record',
  name: 'zipkin_span',
  version: 1,
  ttl: 'traces',
  fields: {
    traceId: id,
    segmentId: id,
    service: id,
    instance: id,
    name: id,
    remoteService: id,
    startTime: { type: 'instant' },
    duration: { type: 'int' },
    isEntry: { type: 'bool' },
    isError: { type: 'bool' },
    tags: { type: 'strings', maxBytes: MAX_TAG_BYTES },
    data: { type: 'bytes', maxBytes: MAX_SPAN_BYTES },
  },
  time: 'startTime',
  group: 'traceId',
  filter: ['traceId', 'service', 'instance', 'name', 'remoteService', 'duration', 'isEntry', 'isError'],
  order: ['duration'],
  tags: 'tags',
  body: 'data',
};

const inventory = (model: string, fields: Readonly<Record<string, typeof name>>): EntityModel => ({
  kind: 'entity',
  version: 1,
  ttl: 'metrics',
  name: model,
  fields,
  filter: Object.keys(fields),
});

/** Services that sent spans. */
export const ZipkinServiceModel = inventory('zipkin_service', { name });
/** Names of the spans of a service. */
export const ZipkinSpanNameModel = inventory('zipkin_span_name', { service: name, name });
/** Services that a service calls, as its spans name them. */
export const ZipkinRemoteServiceModel = inventory('zipkin_remote_service', { service: name, name });

export const ZIPKIN_MODELS: readonly (RecordModel | EntityModel)[] = [
  ZipkinSpanModel,
  ZipkinServiceModel,
  ZipkinSpanNameModel,
  ZipkinRemoteServiceModel,
];

/** `type` of the rows in `tag_autocomplete` that complete tags of Zipkin spans. */
export const ZIPKIN_TAG = 'ZIPKIN';

/** Under which spans without a local service are stored; SkyWalking calls them so too. */
export const UNKNOWN_SERVICE = 'Unknown';

/** Longest annotation, tag key or `key=value` that can be searched, in UTF-16 units. */
export const MAX_TAG_LENGTH = 256;
