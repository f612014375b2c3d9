import { fromBase64, toBase64 } from './base64-text.js';
import { int32 } from './decimal.js';

/** Name of the header, by which carriers are searched whatever their case. */
export const SW8_HEADER = 'sw8';
/** A header is shorter than this many characters. Source: receivers.md 9.1. */
export const MAX_SW8 = 2048;
const MAX_NAME = 50;
const MAX_ENDPOINT = 149;

/** What a caller that speaks protocol v3 tells of itself; the fields of a SegmentReference. */
export interface Sw8Context {
  /** Agents write it and trace whatever it says. */
  readonly sampled: boolean;
  readonly traceId: string;
  readonly segmentId: string;
  readonly spanId: number;
  readonly service: string;
  /** May be empty, as may `address`: agents for Node.js send that. */
  readonly instance: string;
  readonly endpoint: string;
  /** The address at which the caller sees the callee. */
  readonly address: string;
}

/**
 * Writes the header. Service and instance are cut to 50 characters, the endpoint to 149. Throws a RangeError where the result would not be
 * shorter than {@link MAX_SW8}, or the span id is no 32-bit integer: no agent would read it.
 */
export function encodeSw8({ sampled, traceId, segmentId, spanId, service, instance, endpoint, address }: Sw8Context): string {
  if ((spanId | 0) !== spanId) throw new RangeError(`spanId must be a 32-bit integer (got ${spanId})`);
  const names = [cut(service, MAX_NAME), cut(instance, MAX_NAME), cut(endpoint, MAX_ENDPOINT), address];
  const text = [sampled ? '1' : '0', toBase64(traceId), toBase64(segmentId), spanId, ...names.map(toBase64)].join('-');
  if (text.length >= MAX_SW8) throw new RangeError(`an sw8 header is shorter than ${MAX_SW8} characters (this one has ${text.length})`);
  return text;
}

/** Reads the header. Undefined where agents would ignore it: not eight parts, text that does not decode, no trace, segment, service or endpoint. */
export function decodeSw8(header: string): Sw8Context | undefined {
  if (header.length >= MAX_SW8) return undefined;
  const parts = header.split('-');
  // A span id below zero brings a hyphen of its own.
  if (parts.length === 9 && parts[3] === '') parts.splice(3, 2, `-${parts[4]}`);
  if (parts.length !== 8 || (parts[0] !== '0' && parts[0] !== '1')) return undefined;
  const spanId = int32(parts[3]!);
  const [traceId, segmentId, service, instance, endpoint, address] = [1, 2, 4, 5, 6, 7].map((i) => fromBase64(parts[i]!));
  if (spanId === undefined || !traceId || !segmentId || !service || !endpoint) return undefined;
  if (instance === undefined || address === undefined) return undefined;
  return { sampled: parts[0] === '1', traceId, segmentId, spanId, service, instance, endpoint, address };
}

/** Not in the middle of a character that takes two units. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
