import type { TimeQuery } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';

const DAY = 86_400_000;
/** Days of which tags are listed; of a longer range the last ones. */
const MAX_DAYS = 366;

interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** A range for lists of segments, which look at nothing else of it. */
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
