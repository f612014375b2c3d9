import { type DurationInput, QueryError, type TimeQuery } from '@skein/query/contract';
import type { GraphqlResolverMap } from '@skein/query-graphql/contract';
import type { EventQuery } from './event-query.js';

/** The input type EventQueryCondition. */
interface EventQueryCondition {
  readonly uuid?: string | null;
  readonly source?: {
    readonly service?: string | null;
    readonly serviceInstance?: string | null;
    readonly endpoint?: string | null;
  } | null;
  readonly name?: string | null;
  readonly type?: string | null;
  readonly time?: DurationInput | null;
  readonly order?: 'ASC' | 'DES' | null;
  readonly layer?: string | null;
  readonly paging: { readonly pageNum?: number | null; readonly pageSize: number };
}

/** An event has many fields; it counts as this many values. */
const EVENT_COST = 5;

/** queryEvents; the fields of an event are answered by their names. */
export const eventResolvers = (events: EventQuery, time: TimeQuery): GraphqlResolverMap => ({
  Query: {
    queryEvents: async (_, { condition: c }: { readonly condition?: EventQueryCondition | null }, o) => {
      if (c === undefined || c === null) throw new QueryError('a query for events needs a condition with uuid or time');
      const found = await events.list(
        {
          uuid: c.uuid ?? undefined,
          service: c.source?.service ?? undefined,
          instance: c.source?.serviceInstance ?? undefined,
          endpoint: c.source?.endpoint ?? undefined,
          name: c.name ?? undefined,
          type: c.type ?? undefined,
          layer: c.layer ?? undefined,
          duration: c.time ? time.parse(c.time) : undefined,
          ascending: c.order === 'ASC',
          page: { page: c.paging.pageNum ?? 1, size: c.paging.pageSize },
        },
        o,
      );
      o.spend(EVENT_COST * found.length);
      return { events: found };
    },
  },
});
