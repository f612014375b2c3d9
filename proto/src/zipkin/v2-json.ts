import {
  endpoint,
  flagOf,
  listOf,
  type Members,
  microsOf,
  nameOf,
  objectOf,
  parentId,
  spanId,
  tagValue,
  traceId,
  wrong,
} from './json-values.js';
import { DecodedSpan, type SpanKind, wellFormed } from './span.js';

const KINDS: ReadonlySet<unknown> = new Set<SpanKind>(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']);

/** Reads the span at `index` of a parsed JSON v2 list; what is not known is ignored. Throws JsonError. */
export function spanFromJson(value: unknown, index: number): DecodedSpan {
  const json = objectOf(value, index, '');
  if (json.binaryAnnotations !== undefined) wrong(index, 'binaryAnnotations', 'a v2 span, which has tags', json.binaryAnnotations);
  const span = new DecodedSpan(traceId(json.traceId, index), spanId(json.id, index));
  parentId(json.parentId, index, span);
  span.kind = kindOf(json.kind, index);
  span.name = nameOf(json.name, index, 'name');
  span.timestamp = microsOf(json.timestamp, index, 'timestamp');
  span.duration = microsOf(json.duration, index, 'duration');
  span.localEndpoint = endpoint(json.localEndpoint, index, 'localEndpoint');
  span.remoteEndpoint = endpoint(json.remoteEndpoint, index, 'remoteEndpoint');
  if (json.annotations !== undefined) annotations(json, span, index);
  if (json.tags !== undefined && json.tags !== null) tags(objectOf(json.tags, index, 'tags'), span, index);
  span.debug = flagOf(json.debug, index, 'debug');
  span.shared = flagOf(json.shared, index, 'shared');
  return span;
}

function kindOf(value: unknown, index: number): SpanKind | undefined {
  if (value === undefined || value === null) return undefined;
  return KINDS.has(value) ? (value as SpanKind) : wrong(index, 'kind', 'CLIENT, SERVER, PRODUCER or CONSUMER', value);
}

function annotations(json: Members, span: DecodedSpan, index: number): void {
  const list = listOf(json.annotations, index, 'annotations');
  for (let i = 0; i < list.length; i++) {
    const { timestamp, value, endpoint: host } = objectOf(list[i], index, `annotations[${i}]`);
    if (host !== undefined) wrong(index, `annotations[${i}].endpoint`, 'a v2 span, whose annotations have no endpoint', host);
    if (typeof value !== 'string') wrong(index, `annotations[${i}].value`, 'a string', value);
    const at = microsOf(timestamp, index, `annotations[${i}].timestamp`);
    if (at === 0) wrong(index, `annotations[${i}].timestamp`, 'microseconds since the epoch', timestamp);
    span.annotate(at, wellFormed(value));
  }
}

function tags(json: Members, span: DecodedSpan, index: number): void {
  for (const key of Object.keys(json))
    span.tag(
      wellFormed(key),
      tagValue(json[key], index, () => `tags[${JSON.stringify(key.slice(0, 100))}]`),
    );
}
