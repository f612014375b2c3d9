import { refuse } from './api-error.js';

/** Longest value, UTF-16 units. */
const LONGEST = 10_000;
/** Later instants are none that anybody means. */
const LAST_SECOND = 253_402_300_799;
const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const DURATION = /^(\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)$/;

/** Parameters of a query string. All reads throw ApiError. */
export class Parameters {
  constructor(private readonly query: URLSearchParams) {}

  /** Undefined when it is absent or empty. */
  text(name: string): string | undefined {
    const given = this.query.get(name) || undefined;
    if (given !== undefined && given.length > LONGEST) refuse(`the parameter ${name} is longer than ${LONGEST} characters`);
    return given;
  }

  /** A count from 1; more than `most` is `most`. */
  count(name: string, most: number): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    if (!/^\d{1,9}$/.test(given) || Number(given) === 0)
      refuse(`the parameter ${name} must be a positive number (got "${given.slice(0, 20)}")`);
    return Math.min(Number(given), most);
  }

  /** A duration such as 100ms or 1.5s, in ns. */
  duration(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const [, number, unit] =
      DURATION.exec(given) ?? refuse(`the parameter ${name} must be a duration such as 100ms (got "${given.slice(0, 20)}")`);
    return Number(number) * NANOSECONDS[unit!]!;
  }

  /** From `start` to `end`, unix seconds, both within it, as ms: the first is inclusive, the second exclusive. */
  range(now: number, lookback: number): { readonly from: number; readonly to: number } {
    const end = this.#second('end');
    const to = end === undefined ? now + 1 : (end + 1) * 1000;
    const start = this.#second('start');
    const from = start === undefined ? Math.max(0, to - lookback) : start * 1000;
    return from < to ? { from, to } : refuse('the start is after the end');
  }

  #second(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const seconds = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN;
    if (!(seconds <= LAST_SECOND)) refuse(`the parameter ${name} must be a unix time in seconds (got "${given.slice(0, 20)}")`);
    // Clients send 0 where they name no time.
    return seconds === 0 ? undefined : seconds;
  }
}
