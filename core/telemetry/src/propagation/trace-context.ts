/** Where a request comes from, as the W3C recommendation Trace Context tells it. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** Of the caller's span: 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** All eight bits; `sampled` is the lowest. */
  readonly flags: number;
}

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;

/**
 * Reads a `traceparent` header. A version that is not known yet is read as far as version 00 goes, which the recommendation asks for; `ff`
 * and anything malformed is undefined.
 */
export function decodeTraceParent(header: string): TraceContext | undefined {
  const text = header.trim();
  if (text.length > 512) return undefined;
  const match = TRACE_PARENT.exec(text);
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags, more] = match as unknown as [string, string, string, string, string, string | undefined];
  if (version === 'ff' || (version === '00' && more !== undefined) || ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  const bits = Number.parseInt(flags, 16);
  return { traceId, spanId, flags: bits, sampled: (bits & 1) === 1 };
}

const MAX_MEMBERS = 32;
const MAX_STATE = 8192;
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * Reads a `tracestate` header: vendors' own words, in order. Undefined for a malformed or repeated member or more than 32 of them, since
 * the whole header counts as absent then.
 */
export function decodeTraceState(header: string): ReadonlyMap<string, string> | undefined {
  if (header.length > MAX_STATE) return undefined;
  const members = new Map<string, string>();
  for (const item of header.split(',')) {
    const member = item.trim();
    if (member === '') continue;
    const at = member.indexOf('=');
    const key = member.slice(0, Math.max(at, 0));
    const value = member.slice(at + 1);
    if (at < 0 || members.has(key) || members.size >= MAX_MEMBERS || !KEY.test(key) || !VALUE.test(value)) return undefined;
    members.set(key, value);
  }
  return members;
}
