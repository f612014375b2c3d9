import type { Clock } from '../api/facilities.js';

/** A step of a phase did not end in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Told of an error that came after its deadline, when nobody waits for it any more. */
export type LateError = (what: string, error: unknown) => void;

/**
 * One phase of a host's life, with one deadline for all its steps. A step may use `share` of the time that is left: below 1, a step that
 * hangs leaves time to those after it.
 */
export class Phase {
  readonly #clock: Clock;
  readonly #end: number;
  readonly #share: number;
  readonly #late: LateError;

  constructor(ms: number, clock: Clock, share: number, late: LateError) {
    this.#clock = clock;
    this.#end = clock.now() + ms;
    this.#share = share;
    this.#late = late;
  }

  /**
   * Runs one step. Its signal is aborted when its time is over or `stop` is aborted.
   * @throws DeadlineError when the step did not end in time; otherwise what the step throws
   */
  async run<R>(what: string, step: (signal: AbortSignal) => R | PromiseLike<R>, stop?: AbortSignal): Promise<R> {
    const ms = Math.max(0, Math.ceil((this.#end - this.#clock.now()) * this.#share));
    const late = new AbortController();
    const signal = stop === undefined ? late.signal : AbortSignal.any([stop, late.signal]);
    let timer: Disposable | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = this.#clock.setTimeout(() => {
        const error = new DeadlineError(`did not end within ${ms} ms`);
        late.abort(error);
        reject(error);
      }, ms);
    });
    const running = (async () => step(signal))();
    try {
      return await Promise.race([running, timeout]);
    } catch (error) {
      if (late.signal.aborted) running.catch((afterwards: unknown) => this.#late(what, afterwards));
      throw error;
    } finally {
      timer?.[Symbol.dispose]();
    }
  }
}
