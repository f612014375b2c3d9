import type { Instant, Precision } from '../storage/models.js';
import type { Buckets } from '../storage/query.js';
import { ZoneOffsets } from './zone-offsets.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const MAX_DAYS = 1024;

interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * Time buckets of a zone, each named by the instant of its start. Exact from 1970 to 9999.
 *
 * - Minutes are those of UTC.
 * - An hour begins where the local clock shows a whole hour, and where the zone's offset changes. So an hour that is repeated at the
 *   end of daylight saving is two buckets, and in a zone that shifts by half an hour one bucket lasts 30 minutes.
 * - A day begins at the first instant of its local date and lasts 23, 24 or 25 hours, rarely something else.
 */
export class Zone {
  readonly #offsets: ZoneOffsets;
  readonly #dayStarts = new Map<number, Instant>();
  readonly #days = new Map<number, Span>();
  // The last answers: most questions are about the same hour and day.
  #hour: Span = { start: 0, end: 0 };
  #day: Span = { start: 0, end: 0 };

  /** @throws RangeError if the platform does not know `name`. */
  constructor(readonly name: string) {
    this.#offsets = new ZoneOffsets(name);
  }

  /** Local time minus UTC in ms. */
  offset(instant: Instant): number {
    return this.#offsets.at(instant);
  }

  /** Start of the bucket that holds the instant. */
  floor(instant: Instant, precision: Precision): Instant {
    if (precision === 'minute') return Math.floor(instant / MINUTE) * MINUTE;
    const bucket = precision === 'hour' ? this.#hourOf(instant) : this.#dayOf(instant);
    return bucket.start;
  }

  /** Start of the bucket after the one that holds the instant. */
  next(instant: Instant, precision: Precision): Instant {
    if (precision === 'minute') return (Math.floor(instant / MINUTE) + 1) * MINUTE;
    const bucket = precision === 'hour' ? this.#hourOf(instant) : this.#dayOf(instant);
    return bucket.end;
  }

  /** Length in minutes of the bucket that holds the instant: 1, nearly always 60, nearly always 1440. */
  minutes(instant: Instant, precision: Precision): number {
    return precision === 'minute' ? 1 : (this.next(instant, precision) - this.floor(instant, precision)) / MINUTE;
  }

  /** Starts of all buckets, in order. The first is the one that holds `buckets.from`. */
  starts(buckets: Buckets): Instant[] {
    const starts: Instant[] = [];
    let start = this.floor(buckets.from, buckets.precision);
    for (let i = 0; i < buckets.count; i++) {
      starts.push(start);
      start = this.next(start, buckets.precision);
    }
    return starts;
  }

  /** The instant at which the last of the buckets ends. */
  end(buckets: Buckets): Instant {
    if (buckets.precision === 'minute') return this.floor(buckets.from, 'minute') + buckets.count * MINUTE;
    const last = this.starts(buckets).at(-1);
    return last === undefined ? this.floor(buckets.from, buckets.precision) : this.next(last, buckets.precision);
  }

  /**
   * The instant at which local clocks show `local` (ms since 1970-01-01 00:00 of the local calendar). Where they show it twice, the one
   * asked for; where they jump over it, the instant as if they had not jumped.
   */
  fromLocal(local: number, choose: 'earlier' | 'later' = 'earlier'): Instant {
    const before = local - this.offset(local - DAY);
    const after = local - this.offset(local + DAY);
    const valid = [before, after].filter((instant) => instant + this.offset(instant) === local);
    if (valid.length === 0) return before;
    return choose === 'earlier' ? Math.min(...valid) : Math.max(...valid);
  }

  #hourOf(instant: Instant): Span {
    if (instant >= this.#hour.start && instant < this.#hour.end) return this.#hour;
    if (this.#offsets.isPlainHour(instant)) {
      const start = Math.floor(instant / HOUR) * HOUR;
      this.#hour = { start, end: start + HOUR };
      return this.#hour;
    }
    const offset = this.#offsets.at(instant);
    const whole = Math.floor((instant + offset) / HOUR) * HOUR - offset;
    const start = this.#offsets.lastChange(whole, instant) ?? whole;
    const end = this.#offsets.firstChange(instant, whole + HOUR) ?? whole + HOUR;
    this.#hour = { start, end };
    return this.#hour;
  }

  #dayOf(instant: Instant): Span {
    if (instant >= this.#day.start && instant < this.#day.end) return this.#day;
    let date = Math.floor((instant + this.#offsets.at(instant)) / DAY);
    const known = this.#days.get(date);
    if (known !== undefined && instant >= known.start && instant < known.end) {
      this.#day = known;
      return known;
    }
    // A clock that is put back just after midnight shows yesterday's date again: it stays today.
    while (this.#dayStart(date + 1) <= instant) date++;
    const start = this.#dayStart(date);
    let next = date + 1;
    // Where a date was left out, the next one begins at the same instant.
    while (this.#dayStart(next) === start) next++;
    this.#day = { start, end: this.#dayStart(next) };
    keep(this.#days, date, this.#day);
    return this.#day;
  }

  /** First instant with this local date (days since 1970) or a later one. Offsets lie between -12 and +14 hours. */
  #dayStart(date: number): Instant {
    const known = this.#dayStarts.get(date);
    if (known !== undefined) return known;
    const start = this.#offsets.firstReaching(date * DAY, date * DAY - 15 * HOUR, date * DAY + 13 * HOUR);
    keep(this.#dayStarts, date, start);
    return start;
  }
}

/** The oldest entry makes room. */
function keep<T>(days: Map<number, T>, date: number, value: T): void {
  if (days.size >= MAX_DAYS) days.delete(days.keys().next().value!);
  days.set(date, value);
}
