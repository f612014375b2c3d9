import { SpanType, type SpanView } from '@skein/proto';
import { int32, LogicFacts, spanLatency } from './span-facts.js';

/** A logic endpoint that a tag `x-le` tells of. */
export interface LogicEndpoint {
  readonly name: string;
  readonly facts: LogicFacts;
}

/** Reads one `x-le` tag, analysis.md 5.5; undefined when it tells of none, 'malformed' when it is not the JSON it should be. */
export function logicEndpoint(text: string, span: SpanView): LogicEndpoint | 'malformed' | undefined {
  const tag = parse(text);
  if (tag === undefined) return 'malformed';
  if (span.spanType === SpanType.Local && isTrue(tag['logic-span'])) {
    return { name: span.operationName, facts: new LogicFacts(span.startTime, spanLatency(span), !span.isError) };
  }
  if (!('name' in tag && 'latency' in tag && 'status' in tag)) return undefined;
  const latency = Number(tag.latency);
  if (typeof tag.name !== 'string' || !Number.isFinite(latency)) return 'malformed';
  // JSON can hold half a surrogate pair, which names cannot.
  const name = Buffer.from(tag.name, 'utf8').toString('utf8');
  return { name, facts: new LogicFacts(span.startTime, int32(latency), isTrue(tag.status)) };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Agents write booleans as such or as text. */
const isTrue = (value: unknown): boolean => value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
