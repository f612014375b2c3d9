import { randomBytes } from 'node:crypto';
import { type Clock, StreamError } from '@skein/core';
import type { Commit } from '@skein/telemetry/storage';
import type { Window } from './window.js';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

export interface CommitterOptions {
  readonly store: (commit: Commit, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** How long one window is tried, ms from its closing; it is tried at least once. */
  readonly retryMs: number;
  /** Aborted when nothing more can be stored. */
  readonly signal: AbortSignal;
  readonly onRetry: (error: unknown) => void;
  readonly onStored: () => void;
  /** A window was given up. */
  readonly onFailed: (error: unknown) => void;
  /** Called when there is nothing left to commit. */
  readonly onIdle: () => void;
}

interface Waiting {
  readonly window: Window;
  readonly closedAt: number;
  readonly resolve: () => void;
  readonly reject: (error: StreamError) => void;
}

/**
 * Commits windows one after another, in the order of closing: the storage sees one commit of this writer at a time. A commit that
 * fails is tried again under the same id, with growing pauses; then its window is refused as retryable, and the next one has its turn.
 */
export class Committer {
  /** New at each start, so that ids of an earlier run are never used again. */
  private readonly writer = randomBytes(8).toString('hex');
  private sequence = 0;
  private readonly queue: Waiting[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly options: CommitterOptions) {}

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** `window` is closed. Settles when it is stored, or rejects with a retryable StreamError. */
  commit(window: Window): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ window, closedAt: this.options.clock.now(), resolve, reject });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    // Nothing below runs in the stack of the caller, who has just handed the window over.
    await Promise.resolve();
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      await this.settle(next);
    }
    this.running = undefined;
    this.options.onIdle();
  }

  private async settle({ window, closedAt, resolve, reject }: Waiting): Promise<void> {
    try {
      await this.store(window.toCommit({ writer: this.writer, sequence: this.sequence++ }), closedAt + this.options.retryMs);
      window.stored();
      this.options.onStored();
      resolve();
    } catch (cause) {
      this.options.onFailed(cause);
      const reason = cause instanceof Error ? cause.message : String(cause);
      reject(new StreamError('FAILED', `the storage did not take the data: ${reason}`, true, { cause }));
    }
  }

  private async store(commit: Commit, deadline: number): Promise<void> {
    const { clock, signal, onRetry } = this.options;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await this.attempt(commit, Math.max(deadline - clock.now(), 0));
        return;
      } catch (error) {
        if (signal.aborted || clock.now() + pause > deadline) throw error;
        onRetry(error);
        await sleep(clock, pause, signal);
      }
    }
  }

  /** One call, told to give up when the time for the window is over. What it does then, the storage decides: calls never overlap. */
  private async attempt(commit: Commit, remaining: number): Promise<void> {
    const { clock, signal, store } = this.options;
    signal.throwIfAborted();
    const giveUp = new AbortController();
    const stop = (): void => giveUp.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const timer = clock.setTimeout(() => giveUp.abort(new Error('out of time')), Math.max(remaining, FIRST_PAUSE));
    try {
      await store(commit, giveUp.signal);
    } finally {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', stop);
    }
  }
}

/** Ends early, without an error, when the signal is aborted. */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
