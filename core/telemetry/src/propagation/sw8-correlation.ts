import { fromBase64, toBase64 } from './base64-text.js';

/** Name of the header. */
export const SW8_CORRELATION_HEADER = 'sw8-correlation';

/** What agents keep of a correlation context; they are settings there. Source: receivers.md 9.2. */
export interface CorrelationLimits {
  /** Keys that are kept, the first ones. */
  readonly maxKeys: number;
  /** Characters of a value; a longer one is left out. */
  readonly maxValue: number;
}
/** As agents have them unless they are told otherwise. */
export const CORRELATION_LIMITS: CorrelationLimits = { maxKeys: 3, maxValue: 128 };

/** Longest header that is looked at, characters. */
const MAX_HEADER = 8192;

/** Writes keys and values. An empty value is no value; what is beyond the limits is left out. Empty text: there is nothing to send. */
export function encodeSw8Correlation(context: ReadonlyMap<string, string>, limits = CORRELATION_LIMITS): string {
  const kept = [...context].filter(([key, value]) => key !== '' && value !== '' && value.length <= limits.maxValue);
  return kept
    .slice(0, limits.maxKeys)
    .map(([key, value]) => `${toBase64(key)}:${toBase64(value)}`)
    .join(',');
}

/** Reads keys and values. Items that are none are skipped, as are those beyond the limits. */
export function decodeSw8Correlation(header: string, limits = CORRELATION_LIMITS): ReadonlyMap<string, string> {
  const context = new Map<string, string>();
  if (header.length > MAX_HEADER) return context;
  for (const item of header.split(',')) {
    const parts = item.trim().split(':');
    if (parts.length !== 2) continue;
    const key = fromBase64(parts[0]!);
    const value = fromBase64(parts[1]!);
    if (!key || !value || value.length > limits.maxValue) continue;
    if (context.size < limits.maxKeys || context.has(key)) context.set(key, value);
  }
  return context;
}
