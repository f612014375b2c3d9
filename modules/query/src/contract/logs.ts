import { createToken } from '@skein/core';
import type { Duration } from '@skein/telemetry';
import type { Page, ReadOptions } from './common.js';
import type { KeyValue } from './traces.js';

/** Which logs to list; all conditions must hold. */
export interface LogFilter {
  readonly serviceId?: string;
  readonly instanceId?: string;
  readonly endpointId?: string;
  readonly traceId?: string;
  readonly segmentId?: string;
  readonly spanId?: number;
  readonly duration?: Duration;
  /** `key=value`, all must be there; only searchable keys are ever found. */
  readonly tags: readonly string[];
  /** Texts that the content must all have, and texts of which it may have none; case counts. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** By time. */
  readonly order: 'latest-first' | 'earliest-first';
  readonly page: Page;
}

/** One log. Texts are undefined where the log has none. */
export interface StoredLog {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly instanceId?: string;
  readonly instanceName?: string;
  readonly endpointId?: string;
  readonly endpointName?: string;
  readonly traceId?: string;
  /** ms since the epoch. */
  readonly timestamp: number;
  /** TEXT for a log without content. */
  readonly contentType: 'TEXT' | 'JSON' | 'YAML';
  /** Cut at 65 536 characters; then it ends with `… [n characters]`. */
  readonly content?: string;
  /** In the order in which they came. */
  readonly tags: readonly KeyValue[];
}

/** Lists of logs, and the tags that can be searched. */
export interface LogQuery {
  /** Whether the storage can look for texts in contents. */
  readonly searchesContent: boolean;
  /** Throws QueryError without a duration and a trace, and for texts where {@link searchesContent} is false. */
  list(filter: LogFilter, options?: ReadOptions): Promise<readonly StoredLog[]>;
  /** Rows of the log model as they are shown. */
  shown(row: Readonly<Record<string, unknown>>): StoredLog;
  /** At most 100 keys seen on the days of the range. */
  tagKeys(duration: Duration, options?: ReadOptions): Promise<readonly string[]>;
  /** At most 100 values of a key seen on the days of the range. */
  tagValues(key: string, duration: Duration, options?: ReadOptions): Promise<readonly string[]>;
}
/** Provided by the module `query`. */
export const LogQueryToken = createToken<LogQuery>('log-query');
