/** What became of the items that were published together. */
export interface Flight {
  /** Resolves, never rejects: true when they are durable, false when they were refused or failed. */
  readonly settled: Promise<boolean>;
  /** They are durable. */
  done: boolean;
}

/**
 * Ids that were seen lately, and the flight that each travelled with. Two generations: an id is remembered for at least the window, at most
 * twice as long, and when there are more ids than the limit, the older half is forgotten early.
 */
export class RememberedIds {
  private young = new Map<string, Flight>();
  private old = new Map<string, Flight>();
  private youngSince: number;

  constructor(
    private readonly windowMs: number,
    private readonly limit: number,
    now: number,
  ) {
    this.youngSince = now;
  }

  get size(): number {
    return this.young.size + this.old.size;
  }

  find(id: string, now: number): Flight | undefined {
    this.age(now);
    return this.young.get(id) ?? this.old.get(id);
  }

  remember(id: string, flight: Flight, now: number): void {
    this.age(now);
    if (this.young.size >= this.limit / 2) this.turn(now);
    this.young.set(id, flight);
  }

  /** Only if it still belongs to this flight. */
  forget(id: string, flight: Flight): void {
    for (const ids of [this.young, this.old]) if (ids.get(id) === flight) ids.delete(id);
  }

  private age(now: number): void {
    if (now - this.youngSince < this.windowMs) return;
    // After a long silence both generations are past the window.
    if (now - this.youngSince >= 2 * this.windowMs) this.young = new Map();
    this.turn(now);
  }

  private turn(now: number): void {
    this.old = this.young;
    this.young = new Map();
    this.youngSince = now;
  }
}
