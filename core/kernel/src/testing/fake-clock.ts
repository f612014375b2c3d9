import type { Clock } from '../api/facilities.js';
import type { FakeClock } from './types.js';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** 2024-01-02T03:04:00Z: a minute's start, in no special hour, day or month. */
export const TEST_START = Date.UTC(2024, 0, 2, 3, 4);
const MOST_TIMERS = 100_000;

/**
 * A clock that stands still until a test moves it. What falls due runs in order of time, and in order of making where that is equal;
 * between two of them everything that is ready runs first, input and output included.
 */
export class TestClock implements FakeClock, Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(start = TEST_START) {
    this.#now = start;
  }

  /** Timers that have neither run nor been disposed: more than there should be is a leak. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): Disposable {
    const timer: Timer = { due: this.#now + Math.max(0, ms), run: fn };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Throws when more than 100 000 timers fall due, which is a timer that makes itself anew without end. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let ran = 0; ; ran++) {
      const next = this.#next(end);
      if (next === undefined) break;
      if (ran >= MOST_TIMERS) throw new Error(`more than ${MOST_TIMERS} timers fell due within ${ms} ms`);
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Moves to an instant; back in time nothing falls due. */
  async set(instant: number): Promise<void> {
    if (instant >= this.#now) await this.advance(instant - this.#now);
    else this.#now = instant;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
    return next;
  }
}

/** Lets everything run that is ready now. */
export const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
