import type { Span, TraceFilter } from '@skein/query/contract';
import { endpointId, instanceId, serviceId } from '@skein/telemetry';
import type { Condition, Field, SpanFilter } from '../traceql/syntax-tree.js';
import { refuse } from './api-error.js';

const NANOS = 1e6;

/** What is asked of a span; all must hold. */
export interface SpanConditions {
  readonly service?: string;
  readonly instance?: string;
  readonly name?: string;
  readonly isError?: boolean;
  /** `key=value`. */
  readonly tags: readonly string[];
  /** ns; each must hold. */
  readonly durations: ReadonlyArray<{ readonly op: Condition['op']; readonly nanoseconds: number }>;
}

type Draft = { -readonly [K in keyof SpanConditions]: SpanConditions[K] } & {
  tags: string[];
  durations: SpanConditions['durations'][number][];
};

const SERVICE = 'service.name';
/** As OpenTelemetry and SkyWalking call it. */
const INSTANCES = ['service.instance.id', 'instance'];

/** Throws ApiError for what cannot be searched: nothing that was asked is left out. */
export function spanConditions(filter: SpanFilter): SpanConditions {
  const draft: Draft = { tags: [], durations: [] };
  for (const condition of filter) add(draft, condition);
  if (draft.service === undefined && (draft.instance !== undefined || draft.name !== undefined)) {
    refuse(`${draft.name === undefined ? 'an instance' : 'name'} needs resource.service.name, too`);
  }
  return draft;
}

function add(draft: Draft, condition: Condition): void {
  const { field, op, value } = condition;
  if (field.scope === 'intrinsic' && field.name === 'duration') {
    if (op === '!=' || op === '=~' || op === '!~') refuse(`duration cannot be compared with ${op}`);
    // A number without a unit is in microseconds.
    if (value.kind === 'duration') draft.durations.push({ op, nanoseconds: value.nanoseconds });
    else if (value.kind === 'number') draft.durations.push({ op, nanoseconds: value.number * 1000 });
    else refuse('duration is compared with a duration, such as 100ms');
    return;
  }
  if (op !== '=') refuse(`${shown(field)} can only be compared with = (got ${op})`);
  if (field.scope === 'intrinsic') intrinsic(draft, condition);
  else attribute(draft, condition);
}

function intrinsic(draft: Draft, { field, value }: Condition): void {
  if (field.name === 'name') set(draft, 'name', textOf(field, value));
  else if (field.name === 'status' && value.kind === 'word' && (value.word === 'error' || value.word === 'ok')) {
    set(draft, 'isError', value.word === 'error');
  } else refuse(field.name === 'status' ? 'status is error or ok' : `${shown(field)} cannot be searched`);
}

function attribute(draft: Draft, { field, value }: Condition): void {
  const text = textOf(field, value);
  const ofSpan = field.scope === 'span';
  if (!ofSpan && field.name === SERVICE) set(draft, 'service', text);
  else if (!ofSpan && INSTANCES.includes(field.name)) set(draft, 'instance', text);
  else if (field.scope === 'resource') refuse(`${shown(field)} cannot be searched`);
  else draft.tags.push(`${field.name}=${text}`);
}

function textOf(field: Field, value: Condition['value']): string {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'number') return String(value.number);
  return value.kind === 'word' ? value.word : refuse(`${shown(field)} is compared with a text`);
}

function set<K extends 'service' | 'instance' | 'name' | 'isError'>(draft: Draft, key: K, value: NonNullable<SpanConditions[K]>): void {
  if (draft[key] !== undefined && draft[key] !== value) refuse(`${key} cannot be two values at once`);
  draft[key] = value as Draft[K];
}

const shown = ({ scope, name }: Field): string => (scope === 'intrinsic' ? name : `${scope === 'any' ? '' : scope}.${name}`);

/** The conditions as the lists of segments know them; a segment that it leaves out has no span that meets them all, as far as segments can tell. */
export function traceFilter(
  c: SpanConditions,
): Pick<TraceFilter, 'serviceId' | 'instanceId' | 'endpointId' | 'minLatency' | 'maxLatency' | 'state' | 'tags'> {
  const service = c.service === undefined ? undefined : serviceId(c.service, true);
  // No span lasts longer than its segment, but many are shorter: an upper bound is for the spans only.
  const minLatency = Math.max(
    0,
    ...c.durations.map(({ op, nanoseconds }) => (op === '<' || op === '<=' ? 0 : Math.ceil(nanoseconds / NANOS))),
  );
  return {
    ...(service !== undefined && { serviceId: service }),
    ...(service !== undefined && c.instance !== undefined && { instanceId: instanceId(service, c.instance) }),
    ...(service !== undefined && c.name !== undefined && { endpointId: endpointId(service, c.name) }),
    ...(minLatency > 0 && { minLatency }),
    // What is no error may be in a segment that has one elsewhere.
    state: c.isError === true ? 'ERROR' : 'ALL',
    tags: c.tags,
  };
}

/** Whether a span meets all conditions. */
export function meets(span: Span, c: SpanConditions): boolean {
  const nanoseconds = (span.endTime - span.startTime) * NANOS;
  return (
    (c.service === undefined || span.service === c.service) &&
    (c.instance === undefined || span.instance === c.instance) &&
    (c.name === undefined || span.operationName === c.name) &&
    (c.isError === undefined || span.isError === c.isError) &&
    c.durations.every((d) => compares(nanoseconds, d.op, d.nanoseconds)) &&
    c.tags.every((tag) => span.tags.some((own) => says(own, tag)))
  );
}

/** Whether a tag is `key=value`, without making that text for each of many tags. */
const says = ({ key, value }: Span['tags'][number], tag: string): boolean =>
  tag.length === key.length + 1 + value.length && tag.startsWith(key) && tag[key.length] === '=' && tag.endsWith(value);

function compares(left: number, op: Condition['op'], right: number): boolean {
  switch (op) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    default:
      return left === right;
  }
}
