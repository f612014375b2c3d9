import type { ZipkinEndpoint, ZipkinKind } from '@skein/telemetry';
import type { Row } from '@skein/telemetry/storage';

/** A span as it is stored and answered: Zipkin's JSON v2. */
export interface StoredSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind?: ZipkinKind;
  readonly name?: string;
  /** Microseconds. */
  readonly timestamp?: number;
  readonly duration?: number;
  readonly localEndpoint?: ZipkinEndpoint;
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly annotations?: ReadonlyArray<{ readonly timestamp: number; readonly value: string }>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly shared?: boolean;
}

/** The JSON text of a stored span; '' if the row has none. */
export function spanText({ data }: Row): string {
  if (!(data instanceof Uint8Array)) return '';
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}

/** Undefined for a row that holds no span. */
export function storedSpan(row: Row): StoredSpan | undefined {
  try {
    return JSON.parse(spanText(row)) as StoredSpan;
  } catch {
    return undefined;
  }
}

/** Parts of one span that were reported one after another, as one: the earliest start, the longest duration, all tags and annotations. */
export function merged(a: StoredSpan, b: StoredSpan): StoredSpan {
  const starts = [a.timestamp, b.timestamp].filter((start) => start !== undefined);
  const durations = [a.duration, b.duration].filter((duration) => duration !== undefined);
  const annotations = new Map([...(a.annotations ?? []), ...(b.annotations ?? [])].map((one) => [`${one.timestamp} ${one.value}`, one]));
  return {
    ...b,
    ...a,
    ...(starts.length > 0 && { timestamp: Math.min(...starts) }),
    ...(durations.length > 0 && { duration: Math.max(...durations) }),
    annotations: [...annotations.values()].sort((x, y) => x.timestamp - y.timestamp),
    tags: { ...b.tags, ...a.tags },
  };
}
