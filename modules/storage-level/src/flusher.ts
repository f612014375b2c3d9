import type { Clock } from '@skein/core';

const RETRY_MS = 1000;

export interface FlusherEvents {
  /** A flush ended well, after so many ms. */
  flushed(name: string, ms: number): void;
  failed(name: string, error: unknown): void;
}

/** Runs one flush at a time: when asked, when its time has come, and again a second after a failure. */
export class Flusher {
  readonly #name: string;
  readonly #flush: () => Promise<void>;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #events: FlusherEvents;
  #running: Promise<void> | undefined;
  #again = false;
  #timer: Disposable | undefined;
  #stopped = false;

  /** `flush` writes what is there; it is not called again before it has ended. */
  constructor(name: string, flush: () => Promise<void>, intervalMs: number, clock: Clock, events: FlusherEvents) {
    this.#name = name;
    this.#flush = flush;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#events = events;
  }

  start(): void {
    this.#schedule(this.#intervalMs);
  }

  /** Flushes soon. */
  request(): void {
    if (this.#stopped) return;
    if (this.#running) this.#again = true;
    else this.#running = this.#run();
  }

  /** Flushes what is there now. Rejects when that failed. */
  async now(): Promise<void> {
    while (this.#running) await this.#running;
    let failure: { readonly error: unknown } | undefined;
    this.#running = this.#once((error) => {
      failure = { error };
    });
    await this.#running;
    if (this.#again) this.request();
    if (failure) throw failure.error;
  }

  /** No flush begins after this; resolves when the running one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    this.#again = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    let failed = false;
    await this.#once(() => {
      failed = true;
    });
    if (this.#stopped) return;
    this.#schedule(failed ? RETRY_MS : this.#intervalMs);
    if (this.#again && !failed) this.request();
  }

  async #once(onError: (error: unknown) => void): Promise<void> {
    this.#again = false;
    const started = performance.now();
    try {
      await this.#flush();
      this.#events.flushed(this.#name, performance.now() - started);
    } catch (error) {
      this.#events.failed(this.#name, error);
      onError(error);
    } finally {
      this.#running = undefined;
    }
  }

  #schedule(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimeout(() => this.request(), ms);
  }
}
