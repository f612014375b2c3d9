import type { Clock, Meter } from '@skein/core';
import { decodeErrorLog, type ErrorLog } from '@skein/proto/browser';
import type { LimitedReads, Page, ReadOptions, TimeQuery } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';
import type { Condition, Range, Row } from '@skein/telemetry/storage';
import { BrowserErrorLogModel } from './error-log-model.js';

/** Which error logs to list; all conditions must hold. */
export interface ErrorLogFilter {
  readonly serviceId?: string;
  readonly versionId?: string;
  readonly pageId?: string;
  /** A BrowserErrorCategory. */
  readonly category?: number;
  /** Absent: all that are kept. */
  readonly duration?: Duration;
  readonly page: Page;
}

/** An error log as it was sent, with the time and category that count. */
export interface StoredErrorLog extends ErrorLog {
  /** ms since the epoch, the server's. */
  readonly time: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Lists of stored error logs. */
export class ErrorLogQuery {
  readonly #unreadable: ReturnType<Meter['counter']>;

  constructor(
    private readonly reads: LimitedReads,
    private readonly time: TimeQuery,
    private readonly clock: Clock,
    meter: Meter,
  ) {
    this.#unreadable = meter.counter(
      'unreadable_error_logs_total',
      'Stored error logs that could not be decoded and were left out of a list',
    );
  }

  /** Latest first. Throws QueryError for a page out of bounds. */
  async list(filter: ErrorLogFilter, o?: ReadOptions): Promise<readonly StoredErrorLog[]> {
    const rows = await this.reads.records(
      {
        model: BrowserErrorLogModel,
        range: filter.duration?.range ?? this.#everything(),
        where: conditions(filter),
        body: true,
        order: { by: BrowserErrorLogModel.time, descending: true },
        ...this.reads.page(filter.page),
      },
      o,
    );
    return rows.flatMap((row) => this.#decode(row));
  }

  #decode({ data, time, category }: Row): readonly StoredErrorLog[] {
    try {
      if (!(data instanceof Uint8Array)) throw new TypeError('the row has no data');
      return [{ ...decodeErrorLog(data), time: Number(time), category: Number(category) }];
    } catch {
      this.#unreadable.add(1);
      return [];
    }
  }

  #everything(): Range {
    const now = this.clock.now();
    const { logs } = this.time.retention();
    return { from: logs < 0 ? 0 : Math.max(0, now - logs * DAY_MS), to: now + MINUTE_MS };
  }
}

function conditions({ serviceId, versionId, pageId, category }: ErrorLogFilter): readonly Condition[] {
  const where: Condition[] = [];
  if (serviceId) where.push(['service', '=', serviceId]);
  if (versionId) where.push(['version', '=', versionId]);
  if (pageId) where.push(['page', '=', pageId]);
  if (category !== undefined) where.push(['category', '=', category]);
  return where;
}
