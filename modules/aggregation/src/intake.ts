import type { Clock } from '@skein/core';
import type { Observation } from '@skein/telemetry';
import type { Committer } from './committer.js';
import { Window, type WindowContext } from './window.js';

export interface IntakeOptions {
  readonly context: WindowContext;
  readonly clock: Clock;
  /** How long a window stays open, ms. 0: until the next turn of the event loop. */
  readonly windowMs: () => number;
  /** A window of this weight is closed at once. */
  readonly maxBytes: () => number;
}

interface Open {
  readonly window: Window;
  /** Settles as the window's commit does. */
  readonly done: Promise<void>;
  readonly settle: (outcome: Promise<void>) => void;
  readonly timer: Disposable;
  due: boolean;
}

/**
 * Puts batches into windows, each batch whole into one. A window is opened by its first batch and closes by time, or early by weight;
 * while another one is being committed, it stays open and keeps filling (what it may hold is limited by the stream's gate). Between
 * windows there is no timer.
 */
export class Intake {
  private open: Open | undefined;
  private hurried = false;

  constructor(
    private readonly committer: Committer,
    private readonly options: IntakeOptions,
  ) {}

  /** Resolves when everything in the batch is durable; rejects with a retryable StreamError. */
  take(batch: readonly Observation[]): Promise<void> {
    const { clock, maxBytes } = this.options;
    this.open ??= this.opened();
    const { window, done } = this.open;
    const now = clock.now();
    for (const observation of batch) window.add(observation, now);
    if (window.weight >= maxBytes()) this.close();
    return done;
  }

  /** From now on windows close as soon as they can, the open one included: the host waits for them. */
  hurry(): void {
    this.hurried = true;
    this.timeUp();
  }

  /** Settles as the open window does. */
  async idle(): Promise<void> {
    await this.open?.done;
  }

  /** The committer has nothing to do: a window whose time has come while it was busy closes now. */
  committerIdle(): void {
    if (this.open?.due === true) this.close();
  }

  private opened(): Open {
    let settle: (outcome: Promise<void>) => void = () => {};
    const done = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const open: Open = {
      window: new Window(this.options.context),
      done,
      settle,
      timer: this.after(this.hurried ? 0 : this.options.windowMs()),
      due: false,
    };
    return open;
  }

  private after(ms: number): Disposable {
    if (ms > 0) return this.options.clock.setTimeout(() => this.timeUp(), ms);
    const immediate = setImmediate(() => this.timeUp());
    return { [Symbol.dispose]: () => clearImmediate(immediate) };
  }

  private timeUp(): void {
    if (this.open === undefined) return;
    if (this.committer.busy) this.open.due = true;
    else this.close();
  }

  private close(): void {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    open.timer[Symbol.dispose]();
    open.settle(this.commit(open.window));
  }

  /** Whatever goes wrong is the fate of this window's batches, and never an exception in a timer. */
  private async commit(window: Window): Promise<void> {
    window.close();
    await this.committer.commit(window);
  }
}
