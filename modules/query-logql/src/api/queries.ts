import type { LogQuery, TimeQuery } from '@skein/query/contract';
import type { QueryLogqlConfig } from '../config.js';
import { constantValue, numberText } from '../logql/evaluate.js';
import { parseLogs, parseQuery } from '../logql/parse.js';
import { refuse } from './api-error.js';
import { logConditions } from './log-conditions.js';
import { readLogs } from './log-pages.js';
import type { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';
import { labelsOf, type StreamLabels, streamsOf } from './streams.js';
import { exactly, timeRange } from './time-range.js';

/** Logs that a query gives which does not say how many. */
const DEFAULT_ENTRIES = 100;
/** The latest logs whose streams are listed. */
const SERIES_LOGS = 1000;

/** Answers queries of logs. */
export class Queries {
  constructor(
    private readonly logs: LogQuery,
    private readonly time: Pick<TimeQuery, 'info'>,
    private readonly config: Pick<QueryLogqlConfig, 'maxEntries' | 'maxAnswer' | 'lookback'>,
  ) {}

  /** `query_range`: the first logs of a range by the direction, as streams. `byCategory`: the client tells labels from tags. */
  async range(parameters: Parameters, byCategory: boolean, o: ApiReadOptions): Promise<object> {
    const expression = parseQuery(parameters.required('query'));
    if (expression.kind !== 'logs') refuse('a constant is no query of a range; ask for it at an instant');
    const { maxEntries, maxAnswer } = this.config;
    const filter = {
      ...logConditions(expression),
      duration: exactly(this.#range(parameters)),
      order: parameters.direction() === 'FORWARD' ? ('earliest-first' as const) : ('latest-first' as const),
    };
    const entries = parameters.limit(maxEntries) ?? Math.min(DEFAULT_ENTRIES, maxEntries);
    const found = await readLogs(this.logs, filter, { entries, size: maxAnswer }, o);
    // Clients read the members in this order: the flags tell what the result looks like.
    return {
      resultType: 'streams',
      ...(byCategory && { encodingFlags: ['categorize-labels'] }),
      result: streamsOf(found, byCategory),
    };
  }

  /** `query`: the value of a constant at a time, in seconds. Grafana tries a connection with it. */
  instant(parameters: Parameters): object {
    const expression = parseQuery(parameters.required('query'));
    if (expression.kind === 'logs') {
      refuse('log queries are not supported as an instant query type, please change your query to a range query type');
    }
    const at = parameters.instant('time') ?? this.time.info().now;
    return { resultType: 'vector', result: [{ metric: {}, value: [at / 1000, numberText(constantValue(expression))] }] };
  }

  /** `series`: the streams of the latest logs that the selectors find. */
  async series(parameters: Parameters, o: ApiReadOptions): Promise<readonly StreamLabels[]> {
    const selectors = parameters.matches();
    if (selectors.length === 0) refuse('the parameter match[] is missing');
    const duration = exactly(this.#range(parameters));
    const found = new Map<string, StreamLabels>();
    for (const selector of selectors) {
      const filter = { ...logConditions(parseLogs(selector)), duration, order: 'latest-first' as const };
      for (const log of await readLogs(this.logs, filter, { entries: SERIES_LOGS, size: this.config.maxAnswer }, o)) {
        const labels = labelsOf(log);
        found.set(JSON.stringify(labels), labels);
      }
    }
    return [...found.values()];
  }

  #range(parameters: Parameters) {
    return timeRange(parameters, this.time.info().now, this.config.lookback);
  }
}
