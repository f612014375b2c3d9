import { setImmediate } from 'node:timers/promises';
import { DeadlineError, type Limits } from '@skein/telemetry/storage';

/** Longest time in ms that a search keeps the event loop to itself. */
const TURN_MS = 5;
/** Steps between two looks at the clock. */
const STEPS = 256;

/** One search: knows when to let others run and when to stop. Call `due` for each item looked at, and `pause` when it says so. */
export class Search {
  complete = true;
  readonly #signal: AbortSignal;
  readonly #end: number;
  #turn = performance.now();
  #steps = 0;

  constructor(limits: Limits) {
    limits.signal.throwIfAborted();
    this.#signal = limits.signal;
    this.#end = this.#turn + limits.deadlineMs;
  }

  due(): boolean {
    if (this.#steps++ % STEPS !== 0) return false;
    const now = performance.now();
    return now >= this.#end || now - this.#turn >= TURN_MS;
  }

  /** Lets others run. false: the deadline passed, stop here. Rejects when the search was aborted. */
  async pause(): Promise<boolean> {
    if (performance.now() >= this.#end) {
      this.complete = false;
      return false;
    }
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#turn = performance.now();
    return true;
  }

  /** As `pause`, for answers that cannot say that they are incomplete. @throws DeadlineError */
  async pauseOrFail(): Promise<void> {
    if (!(await this.pause())) throw new DeadlineError('the search did not end before its deadline');
  }
}
