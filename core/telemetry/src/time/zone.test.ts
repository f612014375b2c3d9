import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DurationError, parseDuration } from './duration.js';
import { formatBucket, formatOffset, parseWallClock } from './wire.js';
import { Zone } from './zone.js';

const HOUR = 3_600_000;
const NAMES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'America/Sao_Paulo',
  'Africa/Cairo',
];
const zones = new Map(NAMES.map((name) => [name, new Zone(name)]));
const anyZone = fc.constantFrom(...NAMES).map((name) => zones.get(name)!);
const anyInstant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) });
const at = (text: string): number => Date.parse(text);

/** What the platform says that clocks show: `2024-03-31 02:15:00`. */
const clocks = new Map<string, Intl.DateTimeFormat>();
function clock(zone: string, instant: number): string {
  let format = clocks.get(zone);
  if (!format) {
    const two = '2-digit';
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    clocks.set(zone, format);
  }
  return format.format(instant);
}
const digits = (text: string): number => Number(text.replace(/\D/g, ''));

describe('Zone', () => {
  it('agrees with the platform about the clock at any instant', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, instant) => {
        expect(formatBucket(zone, instant, 'second')).toBe(digits(clock(zone.name, instant)));
      }),
      { numRuns: 1500 },
    );
  });

  it('cuts time into buckets without gap or overlap, each within one local hour or day', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, fc.constantFrom('minute', 'hour', 'day'), (zone, instant, precision) => {
        const start = zone.floor(instant, precision);
        const end = zone.next(instant, precision);
        expect(start).toBeLessThanOrEqual(instant);
        expect(end).toBeGreaterThan(instant);
        const fresh = new Zone(zone.name);
        for (const inside of [start, end - 1]) {
          expect(fresh.floor(inside, precision)).toBe(start);
          expect(fresh.next(inside, precision)).toBe(end);
        }
        expect(fresh.floor(end, precision)).toBe(end);
        const shown = precision === 'day' ? 10 : 13;
        if (precision !== 'day' || zone.name !== 'America/St_Johns') {
          expect(clock(zone.name, start).slice(0, shown)).toBe(clock(zone.name, end - 1).slice(0, shown));
        }
        if (precision === 'day') expect(clock(zone.name, start - 1).slice(0, 10) < clock(zone.name, start).slice(0, 10)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('cuts the hours around every change of the offset as the clock shows them', () => {
    for (const [name, from, expected] of [
      // 02:00 is put back from 03:00: the hour comes twice.
      ['Europe/Berlin', '2024-10-26T23:00Z', [60, 60, 60, 60]],
      // Clocks go from 02:00 back to 01:30.
      ['Australia/Lord_Howe', '2024-04-06T14:00Z', [60, 30, 60, 60]],
      // Clocks go from 02:00 to 02:30.
      ['Australia/Lord_Howe', '2024-10-05T14:30Z', [60, 30, 60, 60]],
      ['Asia/Kolkata', '2024-04-06T13:30Z', [60, 60]],
      // Clocks went from 00:01 back to 23:01.
      ['America/St_Johns', '2006-10-29T01:30Z', [60, 1, 59, 60]],
    ] as const) {
      const zone = new Zone(name);
      const starts = zone.starts({ precision: 'hour', from: at(from), count: expected.length });
      expect(starts[0]).toBe(at(from));
      expect(starts.map((start) => zone.minutes(start, 'hour'))).toEqual(expected);
    }
  });

  it('gives the same buckets whichever instant it is asked about first', () => {
    const changes = [
      ['Europe/Berlin', '2024-10-27T01:00Z'],
      ['Europe/Berlin', '2024-03-31T01:00Z'],
      ['Australia/Lord_Howe', '2024-04-06T15:00Z'],
      ['Australia/Lord_Howe', '2024-10-05T15:30Z'],
      ['Pacific/Apia', '2011-12-30T10:00Z'],
      ['America/St_Johns', '2006-10-29T02:31Z'],
      ['Asia/Pyongyang', '2015-08-14T15:00Z'],
      ['Asia/Kathmandu', '1985-12-31T18:30Z'],
      ['America/Caracas', '2007-12-09T07:00Z'],
    ] as const;
    const spans = [
      ['hour', 2.25 * HOUR, HOUR / 4],
      ['day', 26 * HOUR, 4 * HOUR],
    ] as const;
    for (const [name, change] of changes) {
      const inOrder = new Zone(name);
      for (const [precision, around, step] of spans) {
        for (let instant = at(change) - around; instant < at(change) + around; instant += step) {
          const [start, end] = [inOrder.floor(instant, precision), inOrder.next(instant, precision)];
          const fresh = new Zone(name);
          expect([name, instant, fresh.floor(instant, precision), fresh.next(instant, precision)]).toEqual([name, instant, start, end]);
          expect(new Zone(name).next(start - 1, precision)).toBe(start);
        }
      }
    }
  });

  it('gives days of 23, 24 and 25 hours, and leaves out a date that a zone left out', () => {
    const berlin = new Zone('Europe/Berlin');
    expect(berlin.minutes(at('2024-03-31T12:00Z'), 'day') / 60).toBe(23);
    expect(berlin.minutes(at('2024-10-27T12:00Z'), 'day') / 60).toBe(25);
    expect(berlin.floor(at('2024-10-27T12:00Z'), 'day')).toBe(at('2024-10-26T22:00Z'));
    // Midnight did not exist: the day began at one o'clock.
    expect(new Zone('America/Sao_Paulo').floor(at('2018-11-04T12:00Z'), 'day')).toBe(at('2018-11-04T03:00Z'));
    const apia = new Zone('Pacific/Apia');
    const days = apia.starts({ precision: 'day', from: at('2011-12-29T12:00Z'), count: 3 });
    expect(days.map((day) => formatBucket(apia, day, 'day'))).toEqual([20111229, 20111231, 20120101]);
    expect(apia.end({ precision: 'day', from: days[0]!, count: 1 })).toBe(days[1]);
  });

  it('reads local times back, also those that come twice or never', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, instant) => {
        const second = Math.floor(instant / 1000) * 1000;
        const text = clock(zone.name, second).replace(/(\d\d):(\d\d):(\d\d)$/, '$1$2$3');
        const found = (['earlier', 'later'] as const).map((choose) => parseWallClock(zone, text, 'second', choose));
        expect(found).toContain(second);
        expect(found[0]!).toBeLessThanOrEqual(found[1]!);
      }),
      { numRuns: 1000 },
    );
    const berlin = new Zone('Europe/Berlin');
    expect(parseWallClock(berlin, '2024-10-27 0230', 'minute')).toBe(at('2024-10-27T00:30Z'));
    expect(parseWallClock(berlin, '2024-10-27 0230', 'minute', 'later')).toBe(at('2024-10-27T01:30Z'));
    expect(parseWallClock(berlin, '2024-03-31 0230', 'minute')).toBe(at('2024-03-31T01:30Z'));
  });

  it('refuses names that are no zone and says what to write', () => {
    for (const name of ['', 'Mars/Olympus', '+05:30', 'Europe/Berlin\n', 'x'.repeat(1000)])
      expect(() => new Zone(name)).toThrow(/Europe\/Berlin/);
  });

  it('writes buckets and offsets as clients expect them', () => {
    const utc = new Zone('UTC');
    expect(formatBucket(utc, at('2024-01-02T03:04:05Z'), 'minute')).toBe(202401020304);
    expect(formatBucket(utc, at('2024-01-02T03:04:05Z'), 'hour')).toBe(2024010203);
    expect(formatBucket(utc, at('2024-01-02T03:04:05Z'), 'day')).toBe(20240102);
    expect(formatOffset(utc, 0)).toBe('+0000');
    expect(formatOffset(new Zone('Asia/Shanghai'), at('2024-01-02T00:00Z'))).toBe('+0800');
    expect(formatOffset(new Zone('Asia/Kolkata'), at('2024-01-02T00:00Z'))).toBe('+0530');
    expect(formatOffset(new Zone('America/St_Johns'), at('2024-01-02T00:00Z'))).toBe('-0330');
  });
});

describe('parseDuration', () => {
  const kolkata = new Zone('Asia/Kolkata');

  it('includes start and end', () => {
    const minutes = parseDuration(kolkata, { start: '2024-05-01 0930', end: '2024-05-01 0959', step: 'MINUTE' });
    expect(minutes.range).toEqual({ from: at('2024-05-01T04:00Z'), to: at('2024-05-01T04:30Z') });
    expect(minutes.buckets).toEqual({ precision: 'minute', from: at('2024-05-01T04:00Z'), count: 30 });
    const days = parseDuration(kolkata, { start: '2024-05-01', end: '2024-05-02', step: 'DAY' });
    expect(days.range).toEqual({ from: at('2024-04-30T18:30Z'), to: at('2024-05-02T18:30Z') });
    expect(days.buckets).toEqual({ precision: 'day', from: at('2024-04-30T18:30Z'), count: 2 });
  });

  it('counts every hour of a day on which an hour is repeated', () => {
    const berlin = new Zone('Europe/Berlin');
    const hours = parseDuration(berlin, { start: '2024-10-27 00', end: '2024-10-27 23', step: 'HOUR' });
    expect(hours.buckets.count).toBe(25);
    const repeated = parseDuration(berlin, { start: '2024-10-27 02', end: '2024-10-27 02', step: 'HOUR' });
    expect(repeated.range.to - repeated.range.from).toBe(2 * HOUR);
  });

  it('covers seconds by minute buckets', () => {
    const seconds = parseDuration(kolkata, { start: '2024-05-01 093030', end: '2024-05-01 093101', step: 'SECOND' });
    expect(seconds.range).toEqual({ from: at('2024-05-01T04:00:30Z'), to: at('2024-05-01T04:01:02Z') });
    expect(seconds.buckets).toEqual({ precision: 'minute', from: at('2024-05-01T04:00Z'), count: 2 });
  });

  it('refuses what it cannot read, in words', () => {
    const refuse = (start: string, end: string, step: string): unknown => {
      try {
        return parseDuration(kolkata, { start, end, step });
      } catch (error) {
        expect(error).toBeInstanceOf(DurationError);
        return (error as Error).message;
      }
    };
    expect(refuse('2024-05-01', '2024-05-02', 'WEEK')).toMatch('unknown step "WEEK"');
    expect(refuse('2024-05-01', '2024-05-02', 'toString')).toMatch('unknown step');
    expect(refuse('2024-05-01', '2024-05-02', 'HOUR')).toMatch('start "2024-05-01" is not a time of the form "yyyy-MM-dd HH"');
    expect(refuse('1900-01-01', '2024-05-02', 'DAY')).toBe('start "1900-01-01" is out of range: years 1970 to 9998 can be asked for');
    expect(refuse('0099-02-28', '2024-05-02', 'DAY')).toMatch('is out of range');
    expect(refuse('2024-05-01', '9999-01-01', 'DAY')).toMatch('end "9999-01-01" is out of range');
    expect(refuse('2023-02-29', '2024-05-02', 'DAY')).toMatch('start "2023-02-29" does not exist');
    expect(refuse('2024-05-01 2460', '2024-05-02 0000', 'MINUTE')).toMatch('does not exist');
    expect(refuse('2024-02-30', '2024-05-02', 'DAY')).toMatch('start');
    expect(refuse('2024-05-03', '2024-05-02', 'DAY')).toMatch('later than');
    expect(refuse('2024-05-01 0000', '9998-12-31 2359', 'MINUTE')).toMatch('more than');
    expect(refuse('1970-01-01 00', '9998-12-31 23', 'HOUR')).toMatch('more than');
  });
});
