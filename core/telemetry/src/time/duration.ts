import type { Precision } from '../storage/models.js';
import type { Buckets, Range } from '../storage/query.js';
import { parseWallClock, type Step, WALL_CLOCK_YEARS, type WallClockFault, wallClockFault } from './wire.js';
import type { Zone } from './zone.js';

/**
 * Buckets that one duration may name. Series have a lower limit of their own; this one keeps rankings and lists from endless ranges, and
 * the search for the local boundaries of hours and days short.
 */
const MAX_BUCKETS: Readonly<Record<Precision, number>> = { minute: 200_000, hour: 5_000, day: 1_100 };
/** No bucket is shorter, but for hours cut by a change of the clocks. */
const SHORTEST: Readonly<Record<Precision, number>> = { minute: 60_000, hour: 3_600_000, day: 23 * 3_600_000 };
const STEPS: Readonly<Record<string, Step>> = { DAY: 'day', HOUR: 'hour', MINUTE: 'minute', SECOND: 'second' };
const SHAPES: Readonly<Record<Step, string>> = {
  day: 'yyyy-MM-dd',
  hour: 'yyyy-MM-dd HH',
  minute: 'yyyy-MM-dd HHmm',
  second: 'yyyy-MM-dd HHmmss',
};

/** The message says what is wrong with the duration, in words for whoever sent the query. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** A range of time that a query asks for. */
export interface Duration {
  readonly step: Step;
  /** From the first instant of the start to the last of the end: both are inclusive on the wire. */
  readonly range: Range;
  /** The metric buckets of the duration; minutes when the step is a second. */
  readonly buckets: Buckets;
}

/**
 * Reads a duration of a query: local times in the zone, written by the step (`2024-05-01 1330` by MINUTE). Source: query.md 3.1.
 * @throws DurationError for anything malformed, a start after the end, or more buckets than can be searched.
 */
export function parseDuration(zone: Zone, input: { readonly start: string; readonly end: string; readonly step: string }): Duration {
  const step = Object.hasOwn(STEPS, input.step) ? STEPS[input.step] : undefined;
  if (step === undefined) throw new DurationError(`unknown step "${input.step.slice(0, 20)}": use DAY, HOUR, MINUTE or SECOND`);
  const read = (name: 'start' | 'end', choose: 'earlier' | 'later'): number => {
    const instant = parseWallClock(zone, input[name], step, choose);
    if (instant === undefined) throw new DurationError(`${name} "${input[name].slice(0, 40)}" ${faultText(input[name], step)}`);
    return instant;
  };
  const start = read('start', 'earlier');
  const end = read('end', 'later');
  if (start > end) throw new DurationError(`start "${input.start}" is later than end "${input.end}"`);
  if (step === 'second') return { step, range: { from: start, to: end + 1000 }, buckets: bucketsOf(zone, start, end, 'minute') };
  const range = { from: zone.floor(start, step), to: zone.next(end, step) };
  return { step, range, buckets: bucketsOf(zone, start, end, step) };
}

function faultText(text: string, step: Step): string {
  const texts: Readonly<Record<WallClockFault, string>> = {
    malformed: `is not a time of the form "${SHAPES[step]}"`,
    'out of range': `is out of range: years ${WALL_CLOCK_YEARS.first} to ${WALL_CLOCK_YEARS.last} can be asked for`,
    nonexistent: 'does not exist: no calendar and clock show it',
  };
  return texts[wallClockFault(text, step) ?? 'malformed'];
}

function bucketsOf(zone: Zone, start: number, end: number, precision: Precision): Buckets {
  const from = zone.floor(start, precision);
  const limit = MAX_BUCKETS[precision];
  // A cheap look first: the boundaries of thousands of days take a second to find.
  if ((end - start) / SHORTEST[precision] > limit * 1.1) throw tooLong(precision);
  let count = 0;
  if (precision === 'minute') count = (zone.next(end, 'minute') - from) / 60_000;
  else for (let at = from; at <= end && count <= limit; at = zone.next(at, precision)) count++;
  if (count > limit) throw tooLong(precision);
  return { precision, from, count };
}

const tooLong = (precision: Precision): DurationError =>
  new DurationError(`the duration has more than ${MAX_BUCKETS[precision]} ${precision}s`);
