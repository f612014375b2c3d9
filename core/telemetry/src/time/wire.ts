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

/**
 * Reads `yyyy-MM-dd`, `yyyy-MM-dd HH`, `yyyy-MM-dd HHmm` or `yyyy-MM-dd HHmmss` in the zone, years 1970 to 9998; undefined if the text is
 * none. `choose`: which instant is meant when clocks show the time twice.
 */
export function parseWallClock(zone: Zone, text: string, step: Step, choose: 'earlier' | 'later' = 'earlier'): Instant | undefined {
  const match = FORMATS[step].exec(text);
  if (!match) return undefined;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number?,
    number?,
    number?,
  ];
  if (year < 1970 || year > 9998 || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(local);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? zone.fromLocal(local, choose) : undefined;
}
