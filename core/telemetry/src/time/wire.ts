import type { Instant } from '../storage/models.js';
import type { Zone } from './zone.js';

/** What a query may step by. `second` is for lists of records only: metrics are not kept by the second. */
export type Step = 'day' | 'hour' | 'minute' | 'second';

/** Local wall-clock time as the decimal number that SkyWalking's clients show: yyyyMMdd, yyyyMMddHH, yyyyMMddHHmm, yyyyMMddHHmmss. */
export function formatBucket(zone: Zone, instant: Instant, step: Step): number {
  const local = new Date(instant + zone.offset(instant));
  const day = local.getUTCFullYear() * 10_000 + (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  if (step === 'day') return day;
  const hour = day * 100 + local.getUTCHours();
  if (step === 'hour') return hour;
  const minute = hour * 100 + local.getUTCMinutes();
  return step === 'minute' ? minute : minute * 100 + local.getUTCSeconds();
}

/** Offset of the zone as `getTimeInfo` gives it: `+0800`, `-0330`, `+0000`. */
export function formatOffset(zone: Zone, instant: Instant): string {
  const minutes = Math.trunc(zone.offset(instant) / 60_000);
  const digits = (n: number): string => String(n).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}${digits(size % 60)}`;
}

const FORMATS: Readonly<Record<Step, RegExp>> = {
  day: /^(\d{4})-(\d\d)-(\d\d)$/,
  hour: /^(\d{4})-(\d\d)-(\d\d) (\d\d)$/,
  minute: /^(\d{4})-(\d\d)-(\d\d) (\d\d)(\d\d)$/,
  second: /^(\d{4})-(\d\d)-(\d\d) (\d\d)(\d\d)(\d\d)$/,
};

/** Years that durations may name: no data is older, and the last year of the calendar's four digits leaves room for its end. */
export const WALL_CLOCK_YEARS = { first: 1970, last: 9998 } as const;

/** Why a text is no time of a step: it is not written like one, its year is out of range, or the calendar or the clock has no such time. */
export type WallClockFault = 'malformed' | 'out of range' | 'nonexistent';

type Fields = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

/** The fields of a text, or what is wrong with it. */
function readFields(text: string, step: Step): Fields | WallClockFault {
  const match = FORMATS[step].exec(text);
  if (!match) return 'malformed';
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the 20th century.
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour <= 23 && minute <= 59 && second <= 59;
  if (!exists) return 'nonexistent';
  return year < WALL_CLOCK_YEARS.first || year > WALL_CLOCK_YEARS.last ? 'out of range' : [year, month, day, hour, minute, second];
}

/** What keeps {@link parseWallClock} from reading a text; undefined if nothing does. */
export function wallClockFault(text: string, step: Step): WallClockFault | undefined {
  const fields = readFields(text, step);
  return typeof fields === 'string' ? fields : undefined;
}

/**
 * Reads `yyyy-MM-dd`, `yyyy-MM-dd HH`, `yyyy-MM-dd HHmm` or `yyyy-MM-dd HHmmss` in the zone, years 1970 to 9998; undefined if the text is
 * none. `choose`: which instant is meant when clocks show the time twice.
 */
export function parseWallClock(zone: Zone, text: string, step: Step, choose: 'earlier' | 'later' = 'earlier'): Instant | undefined {
  const fields = readFields(text, step);
  if (typeof fields === 'string') return undefined;
  const [year, month, day, hour, minute, second] = fields;
  return zone.fromLocal(Date.UTC(year, month - 1, day, hour, minute, second), choose);
}
