import type { Instant } from '../storage/models.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Outside of these instants a zone keeps the offset it has there: 1970 to 9999. */
const FIRST = 0;
const LAST = 253_402_300_799_000;
/** About half a year of hours. */
const MAX_CELLS = 4096;

/** The offset during one hour of UTC: one value, or two and the instant between them. */
interface Cell {
  readonly before: number;
  readonly after: number;
  /** The instant from which `after` holds; Infinity in all but a few hours of the year. */
  readonly change: Instant;
}

/**
 * Offsets of an IANA zone from UTC in ms. The platform knows them, but takes microseconds to say, so they are kept for each hour;
 * the oldest kept hour makes room. Assumes at most one change in an hour.
 */
export class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat;
  readonly #cells = new Map<number, Cell>();

  constructor(zone: string) {
    this.#format = zoneFormat(zone);
  }

  at(instant: Instant): number {
    const cell = this.#cell(Math.floor(instant / HOUR));
    return instant < cell.change ? cell.before : cell.after;
  }

  /** Whether nothing changes in the hour of UTC that holds the instant and its start is a whole hour of the zone. */
  isPlainHour(instant: Instant): boolean {
    const cell = this.#cell(Math.floor(instant / HOUR));
    return cell.change === Number.POSITIVE_INFINITY && cell.before % HOUR === 0;
  }

  /** The last change of the offset in (after, upTo], which may be at most an hour apart. */
  lastChange(after: Instant, upTo: Instant): Instant | undefined {
    const last = Math.floor(upTo / HOUR);
    for (let hour = last; hour >= Math.floor(after / HOUR); hour--) {
      const { change } = this.#cell(hour);
      if (change > after && change <= upTo) return change;
    }
    return undefined;
  }

  /** The first change of the offset in (after, before), which may be at most an hour apart. */
  firstChange(after: Instant, before: Instant): Instant | undefined {
    for (let hour = Math.floor(after / HOUR); hour * HOUR < before; hour++) {
      const { change } = this.#cell(hour);
      if (change > after && change < before) return change;
    }
    return undefined;
  }

  /** The first instant of [from, to) whose local time is `local` or later; `to` if there is none. */
  firstReaching(local: number, from: Instant, to: Instant): Instant {
    for (let start = from; start < to; start = (Math.floor(start / HOUR) + 1) * HOUR) {
      const cell = this.#cell(Math.floor(start / HOUR));
      const end = (Math.floor(start / HOUR) + 1) * HOUR;
      const early = Math.max(start, local - cell.before);
      if (early < Math.min(cell.change, end)) return early;
      const late = Math.max(start, cell.change, local - cell.after);
      if (late < end) return late;
    }
    return to;
  }

  #cell(hour: number): Cell {
    return this.#cells.get(hour) ?? this.#learn(hour);
  }

  #learn(hour: number): Cell {
    const start = hour * HOUR;
    const end = start + HOUR;
    // Of the moment before the hour, so that a change at its very start is seen.
    const before = this.#cells.get(hour - 1)?.after ?? this.#ask(start - 1);
    const after = this.#ask(end - 1);
    const cell = { before, after, change: before === after ? Number.POSITIVE_INFINITY : this.#search(start, end, before) };
    if (this.#cells.size >= MAX_CELLS) this.#cells.delete(this.#cells.keys().next().value!);
    this.#cells.set(hour, cell);
    return cell;
  }

  /** The first minute in [start, end) whose offset is not `before`. */
  #search(start: Instant, end: Instant, before: number): Instant {
    let low = 0;
    let high = (end - start) / MINUTE - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ask(start + middle * MINUTE) === before) low = middle + 1;
      else high = middle;
    }
    return start + low * MINUTE;
  }

  #ask(instant: Instant): number {
    const text = this.#format.format(Math.min(Math.max(instant, FIRST), LAST));
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(text);
    if (!match?.[1]) return 0;
    const size = Number(match[2]) * HOUR + Number(match[3]) * MINUTE + Number(match[4] ?? 0) * 1000;
    return match[1] === '-' ? -size : size;
  }
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  // Fixed offsets such as `+05:30` are accepted by newer platforms only.
  if (/^[A-Za-z][\w/+-]{0,63}$/.test(zone)) {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', year: 'numeric' });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new RangeError(`unknown time zone "${zone.slice(0, 64)}": use a name of the IANA database, for example "Europe/Berlin" or "UTC"`);
}
