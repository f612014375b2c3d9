export interface CounterWindowsOptions {
  /** Most series remembered; 100 000 if not given. */
  readonly maximum?: number;
  /** A series that was not seen for this long, in ms, is forgotten; it may stay up to twice as long. 30 min if not given. */
  readonly idle?: number;
}

/** What a counter grew by, and in how long. */
export interface Growth {
  /** 0 or more. */
  readonly increase: number;
  /** ms; more than 0. */
  readonly elapsed: number;
}

/** A window keeps about this many steps of its range; samples that come closer together take the place of the one before. */
const STEPS = 64;

/** Ranges that the sample at the start of a window may be old. What a counter grew by in a longer gap belongs to no single minute. */
const MAX_GAP = 3;
const MINUTE = 60_000;

/**
 * Earlier values of counters, for increase, rate and irate. A value that is lower than the one before means that the counter began anew at 0,
 * as Prometheus takes it; so nothing ever grows by less than 0. Growth is absent where there is no earlier sample: after a start of the server,
 * for a new series, and after a gap (decision 0012).
 *
 * Bounded: at the maximum of series those seen longest ago are forgotten, in steps of up to half of it, and counted. The times are those of
 * the samples; `now` only says when idle series are forgotten.
 */
export class CounterWindows {
  /** Series forgotten because there were too many; each then has a gap in its metrics. */
  evicted = 0;
  /** Series forgotten because they were not seen any more. */
  expired = 0;
  /** Samples older than the newest of their series; they have no growth. */
  late = 0;
  private recent = new Generation();
  private older = new Generation();
  private turnedAt = Number.NEGATIVE_INFINITY;
  private readonly half: number;
  private readonly idle: number;
  private readonly sites = new Map<string, number>();

  constructor(options: CounterWindowsOptions = {}) {
    this.half = Math.max(1, Math.floor((options.maximum ?? 100_000) / 2));
    this.idle = options.idle ?? 1_800_000;
  }

  /** Series that are remembered. */
  get size(): number {
    return this.recent.size + this.older.size;
  }

  /**
   * A number for a place in a rule where growth is asked for, the same for the same text. Two places that compute the same share their series;
   * others never do, even of one name with equal labels.
   */
  site(text: string): number {
    let site = this.sites.get(text);
    if (site === undefined) {
      site = this.sites.size;
      this.sites.set(text, site);
    }
    return site;
  }

  /**
   * Takes in a value and tells how the series grew from the sample closest to `range` ms before it; since the one before it if the range is 0.
   * The same sample may be given again, and gets the same answer.
   */
  grow(site: number, series: string, range: number, value: number, time: number, now: number): Growth | undefined {
    const window = this.window(site, series, range, now);
    if (!window.take(value, time)) {
      this.late++;
      return undefined;
    }
    return window.growth(range);
  }

  private window(site: number, series: string, range: number, now: number): Window {
    this.turn(now);
    const known = this.recent.get(site, series);
    if (known !== undefined) return known;
    const window =
      this.older.take(site, series) ?? new Window(range / STEPS, range === 0 ? 2 : STEPS * 4, Math.max(range, MINUTE) * MAX_GAP);
    if (this.recent.size >= this.half) {
      this.evicted += this.older.size;
      this.forgetOlder();
    }
    this.recent.set(site, series, window);
    return window;
  }

  /** Two generations: what is seen moves to the recent one; when that has its age, the older one goes. */
  private turn(now: number): void {
    if (now - this.turnedAt < this.idle) return;
    // What the older generation holds was not seen during the whole life of the recent one.
    if (this.turnedAt !== Number.NEGATIVE_INFINITY) this.expired += this.older.size;
    this.forgetOlder();
    this.turnedAt = now;
  }

  private forgetOlder(): void {
    this.older = this.recent;
    this.recent = new Generation();
  }
}

/** Windows by site and series. */
class Generation {
  size = 0;
  private readonly sites: (Map<string, Window> | undefined)[] = [];

  get(site: number, series: string): Window | undefined {
    return this.sites[site]?.get(series);
  }

  set(site: number, series: string, window: Window): void {
    let windows = this.sites[site];
    if (windows === undefined) {
      windows = new Map();
      this.sites[site] = windows;
    }
    windows.set(series, window);
    this.size++;
  }

  /** Takes a window out, if it is there. */
  take(site: number, series: string): Window | undefined {
    const window = this.get(site, series);
    if (window !== undefined) {
      this.sites[site]!.delete(series);
      this.size--;
    }
    return window;
  }
}

/** The values of one series, oldest first. */
class Window {
  private readonly times: number[] = [];
  /** What the counter grew by from the first sample on. */
  private readonly totals: number[] = [];
  private last = 0;

  constructor(
    private readonly step: number,
    private readonly capacity: number,
    private readonly patience: number,
  ) {}

  /** Makes the sample the last one. False if a later one is known. */
  take(value: number, time: number): boolean {
    const { times, totals } = this;
    const end = times.length - 1;
    if (end < 0 || this.restarts(time)) this.begin(time);
    else {
      if (time <= times[end]!) return time === times[end]!;
      const total = totals[end]! + (value >= this.last ? value - this.last : Math.max(0, value));
      if (end > 0 && time - times[end - 1]! < this.step) {
        times[end] = time;
        totals[end] = total;
      } else this.push(time, total);
    }
    this.last = value;
    return true;
  }

  /** A series whose time goes back this far had a wrong clock before: it would have no growth until the time is reached again. */
  private restarts(time: number): boolean {
    return this.times.at(-1)! - time > this.patience;
  }

  private begin(time: number): void {
    this.times.length = 0;
    this.totals.length = 0;
    this.push(time, 0);
  }

  growth(range: number): Growth | undefined {
    const { times, totals } = this;
    if (times.length < 2) return undefined;
    const base = range === 0 ? times.length - 2 : this.closest(times.at(-1)! - range);
    const end = times.length - 1;
    const elapsed = times[end]! - times[base]!;
    if (range > 0 && elapsed > range * MAX_GAP) return undefined;
    return { increase: totals[end]! - totals[base]!, elapsed };
  }

  /** Of all samples but the last, the one closest to a time, the older one of two; what lies before `wanted` and is of no use any more is dropped. */
  private closest(wanted: number): number {
    const { times, totals } = this;
    let after = 0;
    while (times[after]! <= wanted) after++;
    if (after > 1) {
      times.splice(0, after - 1);
      totals.splice(0, after - 1);
      after = 1;
    }
    if (after === 0 || times.length === 2) return 0;
    return wanted - times[0]! <= times[1]! - wanted ? 0 : 1;
  }

  private push(time: number, total: number): void {
    if (this.times.length >= this.capacity) {
      this.times.shift();
      this.totals.shift();
    }
    this.times.push(time);
    this.totals.push(total);
  }
}
