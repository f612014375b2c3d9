import { endpoint, flagOf, listOf, microsOf, nameOf, objectOf, parentId, spanId, traceId, wrong } from './json-values.js';
import { wellFormed } from './span.js';
import { V1Span } from './v1-span.js';

/** Reads the span at `index` of a parsed JSON v1 list; what is not known is ignored. Throws JsonError. */
export function v1SpanFromJson(value: unknown, index: number): V1Span {
  const json = objectOf(value, index, '');
  for (const member of ['localEndpoint', 'remoteEndpoint', 'tags']) {
    if (json[member] !== undefined) wrong(index, member, 'a v1 span, which has binaryAnnotations', json[member]);
  }
  const span = new V1Span(traceId(json.traceId, index), spanId(json.id, index));
  parentId(json.parentId, index, span);
  span.name = nameOf(json.name, index, 'name');
  span.timestamp = microsOf(json.timestamp, index, 'timestamp');
  span.duration = microsOf(json.duration, index, 'duration');
  span.debug = flagOf(json.debug, index, 'debug');
  annotations(json.annotations, span, index);
  binaryAnnotations(json.binaryAnnotations, span, index);
  return span;
}

function annotations(value: unknown, span: V1Span, index: number): void {
  const list = listOf(value, index, 'annotations');
  for (let i = 0; i < list.length; i++) {
    const json = objectOf(list[i], index, `annotations[${i}]`);
    if (typeof json.value !== 'string') wrong(index, `annotations[${i}].value`, 'a string', json.value);
    const timestamp = microsOf(json.timestamp, index, `annotations[${i}].timestamp`);
    if (timestamp === 0) wrong(index, `annotations[${i}].timestamp`, 'microseconds since the epoch', json.timestamp);
    span.annotations.push({
      timestamp,
      value: wellFormed(json.value as string),
      endpoint: endpoint(json.endpoint, index, `annotations[${i}].endpoint`),
    });
  }
}

function binaryAnnotations(value: unknown, span: V1Span, index: number): void {
  const list = listOf(value, index, 'binaryAnnotations');
  for (let i = 0; i < list.length; i++) {
    const json = objectOf(list[i], index, `binaryAnnotations[${i}]`);
    if (typeof json.key !== 'string') wrong(index, `binaryAnnotations[${i}].key`, 'a string', json.key);
    if (typeof json.value !== 'string' && typeof json.value !== 'boolean') continue;
    span.binaryAnnotations.push({
      key: wellFormed(json.key as string),
      value: typeof json.value === 'string' ? wellFormed(json.value) : json.value,
      endpoint: endpoint(json.endpoint, index, `binaryAnnotations[${i}].endpoint`),
    });
  }
}
