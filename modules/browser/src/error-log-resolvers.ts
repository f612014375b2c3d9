import { type DurationInput, QueryError, type TimeQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolverMap } from '@skein/query-graphql/contract';
import { BrowserErrorCategory } from './enums.js';
import type { ErrorLogQuery, StoredErrorLog } from './error-log-query.js';

interface Condition {
  readonly serviceId?: string | null;
  readonly serviceVersionId?: string | null;
  readonly pagePathId?: string | null;
  readonly category?: keyof typeof BrowserErrorCategory | 'ALL' | null;
  readonly queryDuration?: DurationInput | null;
  readonly paging: { readonly pageNum?: number | null; readonly pageSize: number };
}

const CATEGORY_NAMES = Object.keys(BrowserErrorCategory);
const shown = (log: StoredErrorLog) => ({ ...log, category: CATEGORY_NAMES[log.category] ?? 'UNKNOWN' });

/** queryBrowserErrorLogs, query.md 3.8. */
export function errorLogResolvers(logs: ErrorLogQuery, time: TimeQuery): GraphqlResolverMap {
  return {
    Query: {
      queryBrowserErrorLogs: async (_, { condition }: { condition?: Condition | null }, o: GraphqlContext) => {
        if (condition === null || condition === undefined) throw new QueryError('a query for error logs needs a condition with paging');
        const { serviceId, serviceVersionId, pagePathId, category, queryDuration, paging } = condition;
        const found = await logs.list(
          {
            ...(serviceId && { serviceId }),
            ...(serviceVersionId && { versionId: serviceVersionId }),
            ...(pagePathId && { pageId: pagePathId }),
            ...(category && category !== 'ALL' && { category: BrowserErrorCategory[category] }),
            ...(queryDuration && { duration: time.parse(queryDuration) }),
            page: { page: paging.pageNum ?? 1, size: paging.pageSize },
          },
          o,
        );
        o.spend(found.length);
        return { logs: found.map(shown) };
      },
    },
  };
}
