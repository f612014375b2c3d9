const QUARTER = 15 * 60_000;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** Quarters of an hour whose day is remembered: some weeks. */
const CAPACITY = 4096;

/** Starts of local days. Zones differ from UTC by whole quarters of an hour, so one answer serves a quarter. */
export class LocalDays {
  private readonly format: Intl.DateTimeFormat;
  private readonly starts = new Map<number, number>();

  /** `zone` is an IANA zone name. */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  /** The instant at which the local day of `instant` began. */
  startOf(instant: number): number {
    const quarter = Math.floor(instant / QUARTER) * QUARTER;
    let start = this.starts.get(quarter);
    if (start === undefined) {
      start = this.compute(quarter);
      if (this.starts.size >= CAPACITY) this.starts.clear();
      this.starts.set(quarter, start);
    }
    return start;
  }

  /**
   * Goes back by the wall-clock time of day, and then forward or back by what the clocks were changed in between.
   * Where the clocks skip midnight, the day begins with the first quarter of an hour that is in it.
   */
  private compute(quarter: number): number {
    const { day, sinceMidnight } = this.wallClock(quarter);
    let start = quarter - sinceMidnight;
    const there = this.wallClock(start);
    if (there.day === day) start -= there.sinceMidnight;
    else start += DAY - there.sinceMidnight;
    while (this.wallClock(start).day !== day) start += QUARTER;
    return start;
  }

  private wallClock(instant: number): { readonly day: string; readonly sinceMidnight: number } {
    const parts = Object.fromEntries(this.format.formatToParts(instant).map((p) => [p.type, p.value]));
    return {
      day: `${parts.year}-${parts.month}-${parts.day}`,
      sinceMidnight: Number(parts.hour) * HOUR + Number(parts.minute) * 60_000,
    };
  }
}
