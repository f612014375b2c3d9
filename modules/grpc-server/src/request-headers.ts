import type { IncomingHttpHeaders } from 'node:http2';
import type { Headers } from '@skein/core';

/** What concerns the transport only. */
const OWN = new Set(['grpc-timeout', 'grpc-encoding', 'grpc-accept-encoding', 'accept-encoding', 'te', 'content-type']);

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `grpc-timeout` header, at least 0; undefined when it is none. */
export function parseTimeout(text: string): number | undefined {
  const unit = UNITS[text.slice(-1)];
  const digits = text.slice(0, -1);
  return unit !== undefined && /^\d{1,8}$/.test(digits) ? Math.ceil(Number(digits) * unit) : undefined;
}

/** Lower-case names; repeated values joined by `, `; binary values (names ending in -bin) as padded base64. */
export function metadataOf(headers: IncomingHttpHeaders): Headers {
  const metadata = new Map<string, string>();
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined || name.startsWith(':') || OWN.has(name)) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    metadata.set(name, name.endsWith('-bin') ? text.split(',').map(padded).join(', ') : text);
  }
  return metadata;
}

const padded = (base64: string): string => Buffer.from(base64, 'base64').toString('base64');
