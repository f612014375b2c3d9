import { createStream } from '@skein/core';

/** One log as a receiver took it from the wire, receivers.md 6.7. Texts are empty where the sender gave none. */
export interface LogMessage {
  /** ms since the epoch; 0: none was given. */
  readonly timestamp: number;
  readonly service: string;
  readonly serviceInstance: string;
  readonly endpoint: string;
  /** Name of a layer; empty: none was given. */
  readonly layer: string;
  /** What the sender calls the kind of body; informational. */
  readonly type: string;
  readonly body: LogBody;
  /** Absent where the log belongs to no trace. */
  readonly trace?: { readonly traceId: string; readonly segmentId: string; readonly spanId: number };
  /** In the order in which they came; keys may repeat. */
  readonly tags: readonly LogTag[];
  /** Attributes of whoever sent it (an OpenTelemetry resource), for `sourceAttribute("k")`. */
  readonly source?: ReadonlyMap<string, string>;
  /** Bytes that it holds in memory, roughly. */
  readonly weight: number;
}

/** Content of a log; `none`: it has no body. */
export interface LogBody {
  readonly format: 'none' | 'text' | 'json' | 'yaml';
  readonly content: string;
}

/** A key and value that a log carries. */
export interface LogTag {
  readonly key: string;
  readonly value: string;
}

/** Logs, from every receiver that takes them to the log analyzer. Settles when what the rules keep is durable. */
export const logs = createStream<LogMessage>({ id: 'logs', weigh: (m) => m.weight });
