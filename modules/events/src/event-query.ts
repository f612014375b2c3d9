import { type LimitedReads, type Page, QueryError, type ReadOptions, type TimeQuery } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';
import type { Condition, Range, Row } from '@skein/telemetry/storage';
import { EventModel } from './event-model.js';
import { type Event, joinReports } from './join-reports.js';

const DAY_MS = 86_400_000;
/** Clocks of senders may be ahead, ms. */
const AHEAD = 10 * 60_000;
/** Reports that are read for each event of a page; an ordinary one has two. */
const REPORTS_EACH = 20;

/** Which events are wanted. Absent and empty texts do not limit. */
export interface EventFilter {
  readonly uuid?: string | undefined;
  /** Names. */
  readonly service?: string | undefined;
  readonly instance?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly layer?: string | undefined;
  readonly duration?: Duration | undefined;
  /** By the time of the start, or of the end where no start was told. */
  readonly ascending: boolean;
  readonly page: Page;
}

/** Reads events, each with all its reports: query.md 3.8. */
export class EventQuery {
  constructor(
    private readonly reads: LimitedReads,
    private readonly time: TimeQuery,
  ) {}

  /** Throws QueryError unless a uuid or a duration is given. An event stands on one page only, however many reports it has. */
  async list(filter: EventFilter, o?: ReadOptions): Promise<readonly Event[]> {
    if (!filter.uuid && filter.duration === undefined) throw new QueryError('a query for events needs uuid or time');
    const found = await this.reads.records(
      {
        model: EventModel,
        range: filter.duration?.range ?? this.everything(),
        where: conditions(filter),
        order: { by: EventModel.time, descending: !filter.ascending },
        distinct: 'uuid',
        ...this.reads.page(filter.page),
      },
      o,
    );
    if (found.length === 0) return [];
    const keys = found.map((row) => String(row.uuid));
    const limit = Math.max(1000, REPORTS_EACH * keys.length);
    const reports = byUuid(await this.reads.group({ model: EventModel, keys, limit }, o));
    return found.map((row) => joinReports(reports.get(String(row.uuid)) ?? [row]));
  }

  /** As far back as events are kept. */
  private everything(): Range {
    const { now } = this.time.info();
    const { records } = this.time.retention();
    return { from: records < 0 ? 0 : now - records * DAY_MS, to: now + AHEAD };
  }
}

function byUuid(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const uuid = String(row.uuid);
    const group = groups.get(uuid);
    if (group === undefined) groups.set(uuid, [row]);
    else group.push(row);
  }
  return groups;
}

function conditions(filter: EventFilter): readonly Condition[] {
  const where: Condition[] = [];
  for (const field of ['uuid', 'service', 'instance', 'endpoint', 'name', 'type', 'layer'] as const) {
    const value = filter[field];
    if (value) where.push([field, '=', value]);
  }
  return where;
}
