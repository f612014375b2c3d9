import type { skywalking } from '../../gen/logging.js';
import { JsonError } from '../json-error.js';
import { type Fields, fromJson, int32, int64, type JsonReader, list, object, string } from '../json-mapping.js';
import { type LogBodyView, type LogView, MAX_LOG_TAGS, NO_BODY } from './log-view.js';

type V3 = typeof skywalking.v3;
/** The fields of a generated class. */
type Message<K extends keyof V3> = V3[K] extends { create(properties?: infer P): unknown } ? Omit<NonNullable<P>, '$unknowns'> : never;
/** Without the member that only says which of the oneof is set. */
type Body = Omit<Message<'LogDataBody'>, 'content'>;

const message = <K extends keyof V3>(fields: Fields<Message<K>>): JsonReader<Message<K>> => object(fields);

const body: JsonReader<Body> = object<Body>({
  type: string,
  text: message<'TextLog'>({ text: string }),
  json: message<'JSONLog'>({ json: string }),
  yaml: message<'YAMLLog'>({ yaml: string }),
});
const trace = message<'TraceContext'>({ traceId: string, traceSegmentId: string, spanId: int32 });
const tags = message<'LogTags'>({ data: list(message<'KeyStringValuePair'>({ key: string, value: string })) });
const log = message<'LogData'>({
  timestamp: int64,
  service: string,
  serviceInstance: string,
  endpoint: string,
  body,
  traceContext: trace,
  tags,
  layer: string,
});

/** Reads one element of the array that `/v3/logs` takes, as {@link decodeLog} reads a message. Throws {@link JsonError}. */
export function logFromJson(document: unknown): LogView {
  const { traceContext: context, ...fields } = fromJson(log, document);
  const pairs = fields.tags?.data ?? [];
  if (pairs.length > MAX_LOG_TAGS) throw new JsonError('tags.data', `at most ${MAX_LOG_TAGS} tags`, String(pairs.length));
  return {
    timestamp: fields.timestamp ?? 0,
    service: fields.service ?? '',
    serviceInstance: fields.serviceInstance ?? '',
    endpoint: fields.endpoint ?? '',
    layer: fields.layer ?? '',
    type: fields.body?.type ?? '',
    body: bodyOf(fields.body ?? {}),
    trace: context ? { traceId: context.traceId ?? '', segmentId: context.traceSegmentId ?? '', spanId: context.spanId ?? 0 } : undefined,
    tags: pairs.map(({ key, value }) => ({ key: key ?? '', value: value ?? '' })),
  };
}

function bodyOf({ text, json, yaml }: Body): LogBodyView {
  if (text) return { format: 'text', content: text.text ?? '' };
  if (json) return { format: 'json', content: json.json ?? '' };
  return yaml ? { format: 'yaml', content: yaml.yaml ?? '' } : NO_BODY;
}
