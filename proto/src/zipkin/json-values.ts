import { JsonError } from '../json-error.js';
import { addressOf, portOf } from './addresses.js';
import { parentIdOf, spanIdOf, traceIdOf } from './ids.js';
import { type DecodedSpan, endpointOf, type SpanEndpoint, spanName, wellFormed } from './span.js';

/** A parsed JSON object. */
export type Members = Readonly<Record<string, unknown>>;

const SHOWN = 40;
const DECIMAL = /^-?\d{1,20}$/;

/** Throws a {@link JsonError}: what was expected at a member of the span at `index`, and what is there. */
export function wrong(index: number, member: string, expected: string, value: unknown): never {
  throw new JsonError(`[${index}]${member === '' ? '' : `.${member}`}`, expected, describe(value));
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}...` : value);
}

export function objectOf(value: unknown, index: number, member: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(index, member, 'an object', value);
  return value as Members;
}

/** Absent and null are an empty list. */
export function listOf(value: unknown, index: number, member: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : wrong(index, member, 'an array', value);
}

/** Absent and null are ''. */
export function textOf(value: unknown, index: number, member: string): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : wrong(index, member, 'a string', value);
}

export function flagOf(value: unknown, index: number, member: string): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === 'boolean' ? value : wrong(index, member, 'true or false', value);
}

/** Whole microseconds, as a number or as decimal text, below 2^53; absent, null and what is below zero is 0, unknown. */
export function microsOf(value: unknown, index: number, member: string): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number > Number.MAX_SAFE_INTEGER) {
    wrong(index, member, 'whole microseconds below 2^53', value);
  }
  return Math.max(number, 0);
}

export function traceId(value: unknown, index: number): string {
  const id = typeof value === 'string' ? traceIdOf(value) : undefined;
  return id ?? wrong(index, 'traceId', '1 to 32 hex digits, not all zero', value);
}

export function spanId(value: unknown, index: number): string {
  const id = typeof value === 'string' ? spanIdOf(value) : undefined;
  return id ?? wrong(index, 'id', '1 to 16 hex digits, not all zero', value);
}

/** Sets the parent; zeros, and a span that is its own parent, have none. */
export function parentId(value: unknown, index: number, span: Pick<DecodedSpan, 'id' | 'parentId'>): void {
  if (value === undefined || value === null || value === '') return;
  const id = typeof value === 'string' ? parentIdOf(value) : undefined;
  if (id === undefined) wrong(index, 'parentId', '1 to 16 hex digits', value);
  if (id !== '' && id !== span.id) span.parentId = id;
}

/** Absent, null and one without known members is undefined; addresses that are none, and ports out of range, are left out. */
export function endpoint(value: unknown, index: number, member: string): SpanEndpoint | undefined {
  if (value === undefined || value === null) return undefined;
  const json = objectOf(value, index, member);
  const { serviceName, port } = json;
  const first = address(json.ipv4, index, member, 'ipv4');
  const second = address(json.ipv6, index, member, 'ipv6');
  if (port !== undefined && port !== null && typeof port !== 'number') wrong(index, `${member}.port`, 'a number', port);
  return endpointOf(
    serviceName === undefined ? undefined : spanName(serviceText(serviceName, index, member)),
    first?.ipv4 ?? second?.ipv4,
    first?.ipv6 ?? second?.ipv6,
    typeof port === 'number' ? portOf(port) : undefined,
  );
}

function serviceText(value: unknown, index: number, member: string): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : wrong(index, `${member}.serviceName`, 'a string', value);
}

function address(value: unknown, index: number, member: string, name: string): ReturnType<typeof addressOf> | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? addressOf(value) : wrong(index, `${member}.${name}`, 'a string', value);
}

/** A name in lower case; undefined when absent, null or empty. */
export const nameOf = (value: unknown, index: number, member: string): string | undefined => spanName(textOf(value, index, member));

/** A text, which numbers and booleans become too; anything else is wrong. `member` is only read for an error. */
export function tagValue(value: unknown, index: number, member: () => string): string {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return wrong(index, member(), 'a string', value);
}
