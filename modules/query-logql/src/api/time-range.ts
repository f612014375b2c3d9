import type { TimeQuery } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';
import { refuse } from './api-error.js';
import type { Parameters } from './parameters.js';

const DAY = 86_400_000;
/** Days of which labels are listed; of a longer range the last ones. */
const MAX_DAYS = 366;

/** From `start`, inclusive, to `end`, exclusive, ms. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The range of a request; without `end` up to now, without `start` the `lookback` before the end. Throws ApiError. */
export function timeRange(parameters: Parameters, now: number, lookback: number): TimeRange {
  // What carries the present millisecond is in.
  const to = parameters.instant('end') ?? now + 1;
  const from = parameters.instant('start') ?? Math.max(0, to - lookback);
  return from < to ? { from, to } : refuse('end timestamp must not be before or equal to start time');
}

/** A range for lists of logs, which look at nothing else of it. */
export const exactly = (range: TimeRange): Duration => ({
  step: 'second',
  range,
  buckets: { precision: 'minute', from: range.from, count: 1 },
});

/** The local days of a range: what tags, instances and endpoints are looked for in. */
export function daysOf({ zone }: Pick<TimeQuery, 'zone'>, range: TimeRange): Duration {
  const first = zone.floor(Math.max(range.from, range.to - MAX_DAYS * DAY), 'day');
  let count = 0;
  let at = first;
  for (; at < range.to; at = zone.next(at, 'day')) count++;
  return { step: 'day', range: { from: first, to: at }, buckets: { precision: 'day', from: first, count } };
}
