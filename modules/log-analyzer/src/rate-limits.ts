/** Ids that are counted one by one in a minute; those beyond share one count. */
const MAX_IDS = 50_000;
const MINUTE = 60_000;

/** Counts logs by id in minutes of the clock, for `rateLimit`. */
export class RateLimits {
  private readonly counts = new Map<string, number>();
  private minute = Number.NaN;

  constructor(private readonly now: () => number) {}

  /** Ids of the present minute. */
  get size(): number {
    return this.counts.size;
  }

  /** Counts one log; whether it is within the limit. */
  allows(id: string, perMinute: number): boolean {
    const minute = Math.floor(this.now() / MINUTE);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts.clear();
    }
    const key = this.counts.has(id) || this.counts.size < MAX_IDS ? id : '';
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= perMinute;
  }
}
