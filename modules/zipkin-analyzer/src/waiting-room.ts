import type { Findings } from './findings.js';

/** What cannot be told before another span comes. */
export interface Waiting {
  /** Goes on; returns the key of what it still lacks, undefined when it is done. */
  resume(findings: Findings): string | undefined;
  /** What it lacks did not come in time: tells what can be told without. */
  expire(findings: Findings): void;
}

interface Place {
  readonly waiting: Waiting;
  readonly until: number;
  key: string;
}

/** Holds what waits, each for the window at most. When it is full, the one that waits longest has to go before its time. */
export class WaitingRoom {
  private readonly places = new Set<Place>();
  private readonly byKey = new Map<string, Set<Place>>();
  /** How many had to go before their time. */
  crowdedOut = 0;

  constructor(
    private readonly windowMs: number,
    private readonly limit: number,
  ) {}

  get size(): number {
    return this.places.size;
  }

  /** Lets it go on at once, and wait if it must. */
  enter(waiting: Waiting, now: number, findings: Findings): void {
    const key = waiting.resume(findings);
    if (key === undefined) return;
    if (this.places.size >= this.limit) {
      this.crowdedOut++;
      this.expireFirst(findings);
    }
    const place = { waiting, until: now + this.windowMs, key };
    this.places.add(place);
    this.sit(place);
  }

  /** What the key stands for is known now. */
  arrived(key: string, findings: Findings): void {
    const there = this.byKey.get(key);
    if (there === undefined) return;
    this.byKey.delete(key);
    for (const place of there) {
      const next = place.waiting.resume(findings);
      if (next === undefined) this.places.delete(place);
      else {
        place.key = next;
        this.sit(place);
      }
    }
  }

  /** Ends the waiting of all whose time is over. They entered in the order in which it ends. */
  expire(now: number, findings: Findings): void {
    for (const place of this.places) {
      if (place.until > now) return;
      this.end(place, findings);
    }
  }

  private expireFirst(findings: Findings): void {
    for (const place of this.places) {
      this.end(place, findings);
      return;
    }
  }

  private end(place: Place, findings: Findings): void {
    this.places.delete(place);
    const there = this.byKey.get(place.key);
    there?.delete(place);
    if (there?.size === 0) this.byKey.delete(place.key);
    place.waiting.expire(findings);
  }

  private sit(place: Place): void {
    const there = this.byKey.get(place.key);
    if (there === undefined) this.byKey.set(place.key, new Set([place]));
    else there.add(place);
  }
}
