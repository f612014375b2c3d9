import { fromBase64, toBase64 } from './base64-text.js';
import { int32, integer } from './decimal.js';

/** Names of the headers of protocols v2 and v1. */
export const SW6_HEADER = 'sw6';
export const SW3_HEADER = 'sw3';

/** Longest header that is looked at, characters. */
const MAX_HEADER = 8192;

/** Something that is named by text, or by the number that the server of protocols v1 and v2 gave it at registration. */
export type Registered = { readonly name: string } | { readonly id: number };

/** What a caller that speaks protocol v1 or v2 tells of itself. Source: receivers.md 9.3, 9.4. */
export interface RegisteredContext {
  /** Three numbers joined by `.`, as is `segmentId`. */
  readonly traceId: string;
  readonly segmentId: string;
  readonly spanId: number;
  readonly parentInstanceId: number;
  readonly entryInstanceId: number;
  readonly address: Registered;
  /** First endpoint of the trace; absent where there is none. */
  readonly entryEndpoint?: Registered;
  readonly parentEndpoint?: Registered;
}

/** As {@link RegisteredContext}, with the flag that protocol v2 has. */
export interface Sw6Context extends RegisteredContext {
  readonly sampled: boolean;
}

const written = (value: Registered): string => ('name' in value ? `#${value.name}` : String(value.id));

/** Number -1 and an empty name say that there is none. */
function readEndpoint(text: string): Registered | undefined | 'malformed' {
  const value = read(text);
  if (value === undefined) return text === '#' || text === '' ? undefined : 'malformed';
  return 'id' in value && value.id < 0 ? undefined : value;
}

function read(text: string): Registered | undefined {
  if (text.startsWith('#')) return text.length > 1 ? { name: text.slice(1) } : undefined;
  const id = int32(text);
  return id === undefined ? undefined : { id };
}

/** Writes the long form, of nine parts, which every agent reads. An endpoint that is absent is the number -1. */
export function encodeSw6(context: Sw6Context): string {
  const { sampled, traceId, segmentId, spanId, parentInstanceId, entryInstanceId, address } = context;
  const endpoints = [context.entryEndpoint, context.parentEndpoint].map((endpoint) => toBase64(written(endpoint ?? { id: -1 })));
  const ids = [spanId, parentInstanceId, entryInstanceId];
  return [sampled ? '1' : '0', toBase64(traceId), toBase64(segmentId), ...ids, toBase64(written(address)), ...endpoints].join('-');
}

/** Reads the long form and the short one of seven parts. Undefined for anything else. */
export function decodeSw6(header: string): Sw6Context | undefined {
  if (header.length > MAX_HEADER) return undefined;
  const parts = header.split('-');
  if ((parts.length !== 9 && parts.length !== 7) || (parts[0] !== '0' && parts[0] !== '1')) return undefined;
  const [traceId, segmentId, address, entry, parent] = [1, 2, 6, 7, 8].map((i) => fromBase64(parts[i] ?? ''));
  if (address === undefined || entry === undefined || parent === undefined) return undefined;
  const context = checked({ traceId, segmentId, ids: parts.slice(3, 6), address, entry, parent });
  return context && { sampled: parts[0] === '1', ...context };
}

/** Names must hold no `|`, since nothing in this header is encoded; throws a RangeError otherwise. */
export function encodeSw3(context: RegisteredContext): string {
  const { traceId, segmentId, spanId, parentInstanceId, entryInstanceId, address } = context;
  const endpoints = [context.entryEndpoint, context.parentEndpoint].map((endpoint) => written(endpoint ?? { id: -1 }));
  const parts = [segmentId, spanId, parentInstanceId, entryInstanceId, written(address), ...endpoints, traceId].map(String);
  const unfit = parts.find((part) => part.includes('|'));
  if (unfit !== undefined) throw new RangeError(`an sw3 header cannot carry ${JSON.stringify(unfit)}: it separates by "|"`);
  return parts.join('|');
}

/** Undefined for what is not eight parts of the right kinds. */
export function decodeSw3(header: string): RegisteredContext | undefined {
  if (header.length > MAX_HEADER) return undefined;
  const parts = header.split('|');
  if (parts.length !== 8) return undefined;
  const [segmentId, , , , address = '', entry = '', parent = '', traceId] = parts;
  return checked({ traceId, segmentId, ids: parts.slice(1, 4), address, entry, parent });
}

interface Texts {
  readonly traceId: string | undefined;
  readonly segmentId: string | undefined;
  /** Span, parent instance, entry instance. */
  readonly ids: readonly string[];
  readonly address: string;
  readonly entry: string;
  readonly parent: string;
}

function checked({ traceId, segmentId, ids, address, entry, parent }: Texts): RegisteredContext | undefined {
  const [spanId, parentInstanceId, entryInstanceId] = ids.map(integer);
  const target = read(address);
  const entryEndpoint = readEndpoint(entry);
  const parentEndpoint = readEndpoint(parent);
  if (!traceId || !segmentId || target === undefined || entryEndpoint === 'malformed' || parentEndpoint === 'malformed') return undefined;
  if (spanId === undefined || parentInstanceId === undefined || entryInstanceId === undefined) return undefined;
  const endpoints = { ...(entryEndpoint && { entryEndpoint }), ...(parentEndpoint && { parentEndpoint }) };
  return { traceId, segmentId, spanId, parentInstanceId, entryInstanceId, address: target, ...endpoints };
}
