import { createStream } from '@skein/core';

/** Host and service at one side of a Zipkin span. Empty or absent: unknown. */
export interface ZipkinEndpoint {
  readonly serviceName?: string | undefined;
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly port?: number | undefined;
}

/** `CLIENT` and `SERVER` are two views of one request; no kind: work inside a process. */
export type ZipkinKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

/** A Zipkin v2 span, whatever encoding it came in, receivers.md 10.1. Ids are lower-case hex text, since JavaScript numbers cannot hold them. */
export interface ZipkinSpan {
  /** 16 or 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly kind?: ZipkinKind | undefined;
  readonly name?: string | undefined;
  /** Start, microseconds since the epoch (exact below 2^53); 0: unknown. */
  readonly timestamp: number;
  /** Microseconds; 0: unknown. */
  readonly duration: number;
  readonly localEndpoint?: ZipkinEndpoint | undefined;
  readonly remoteEndpoint?: ZipkinEndpoint | undefined;
  readonly annotations: readonly { readonly timestamp: number; readonly value: string }[];
  readonly tags: ReadonlyMap<string, string>;
  readonly debug: boolean;
  readonly shared: boolean;
  /** Bytes that it holds in memory, roughly. */
  readonly weight: number;
}

/** Spans in Zipkin's form, from every receiver that has such to the Zipkin analyzer. */
export const zipkinSpans = createStream<ZipkinSpan>({ id: 'zipkin-spans', weigh: (s) => s.weight });
