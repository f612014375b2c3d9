import type { Duration, Zone } from '@skein/telemetry';
import { refuse } from '../evaluation/api-error.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A series spans at most 501 steps; the metrics' reads say so, once there is one more. */
const ENOUGH_STEPS = 502;

/**
 * The range from `start` to `end`, ms, both within it: by minutes up to an hour, by hours up to a day, else by days. What steps a client
 * asks for does not matter. Source: query.md 3.1. Throws ApiError `bad_data`.
 */
export function rangeDuration(zone: Zone, start: number, end: number): Duration {
  if (end < start) refuse('the end is before the start');
  const step = end - start <= HOUR ? 'minute' : end - start <= DAY ? 'hour' : 'day';
  const from = zone.floor(start, step);
  const range = { from, to: zone.next(end, step) };
  let count = 0;
  for (let at = from; at < range.to && count < ENOUGH_STEPS; at = zone.next(at, step)) count++;
  return { step, range, buckets: { precision: step, from, count } };
}

/** The local day of an instant: what label names and values are looked for in. */
export function dayOf(zone: Zone, instant: number): Duration {
  const from = zone.floor(instant, 'day');
  return { step: 'day', range: { from, to: zone.next(instant, 'day') }, buckets: { precision: 'day', from, count: 1 } };
}
