import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Limits } from '@skein/telemetry/storage';

const SLICE_MS = 5;

/** Lets other work run every 5 ms of a long loop. */
export class Pacer {
  #since = performance.now();

  /** True when a pause is due: then await {@link pause}. Cheap enough for every step of a loop. */
  get due(): boolean {
    return performance.now() - this.#since > SLICE_MS;
  }

  async pause(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}

let begun: number | undefined;

/**
 * Whether searches have worked for 5 ms in this round of the event loop, all together. Time that a search waited for the disk is not its
 * own, and to wait for another turn after it would only put it behind more of the others' work.
 */
function roundIsUsed(): boolean {
  if (begun !== undefined) return performance.now() - begun > SLICE_MS;
  begun = performance.now();
  setImmediate(() => {
    begun = undefined;
  });
  return false;
}

/** The limits of one search: deadline, abort and a number of rows or chunks that it may look at. */
export class Budget {
  readonly #signal: AbortSignal;
  readonly #deadline: number;
  #left: number;
  #cut = false;

  constructor(limits: Limits, scanned: number) {
    this.#signal = limits.signal;
    this.#deadline = performance.now() + limits.deadlineMs;
    this.#left = scanned;
  }

  /** False once the search was cut short. */
  get complete(): boolean {
    return !this.#cut;
  }

  /** Something was left out. */
  cut(): void {
    this.#cut = true;
  }

  /** Counts steps and pauses when it is time; false means: stop now, the search is cut. @throws the reason of an abort. */
  async spend(steps: number): Promise<boolean> {
    this.#left -= steps;
    if (roundIsUsed()) await nextTurn();
    this.#signal.throwIfAborted();
    if (this.#left < 0 || performance.now() > this.#deadline) this.#cut = true;
    return !this.#cut;
  }
}
