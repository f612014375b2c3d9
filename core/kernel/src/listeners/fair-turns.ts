/**
 * Shares out the rounds of the event loop: all who take turns here may work for `sliceMs` in one round, and who comes later waits for a round in
 * which there is time left, first come, first served. So a burst (a hundred requests that one commit has let go) stops timers and connections
 * for a slice and not for as long as all of it takes.
 */
export class FairTurns {
  /** When they began to work in this round; undefined: they have not yet. */
  #begun: number | undefined;
  readonly #queue: (() => void)[] = [];
  #serving = false;

  /** `sliceMs`: how long all of them together may keep one round to themselves. */
  constructor(private readonly sliceMs: number) {}

  /** Whether those who waited are being served now, one after the other. */
  get serving(): boolean {
    return this.#serving;
  }

  /** Undefined when the caller may go on at once; else to be awaited. */
  take(): Promise<void> | undefined {
    if (this.#queue.length === 0 && !this.#roundIsUsed()) return undefined;
    return new Promise<void>((resolve) => {
      if (this.#queue.push(resolve) === 1) setImmediate(this.#beginRound);
    });
  }

  #roundIsUsed(): boolean {
    if (this.#begun !== undefined) return performance.now() - this.#begun > this.sliceMs;
    this.#begun = performance.now();
    setImmediate(this.#endRound);
    return false;
  }

  readonly #endRound = (): void => {
    this.#begun = undefined;
  };

  readonly #beginRound = (): void => {
    this.#begun = undefined;
    this.#serveNext();
  };

  #serveNext(): void {
    this.#serving = !this.#roundIsUsed();
    if (!this.#serving) {
      setImmediate(this.#beginRound);
      return;
    }
    this.#queue[0]?.();
    // It stays first until it has done all that it can do without waiting.
    queueMicrotask(() => process.nextTick(this.#endService));
  }

  readonly #endService = (): void => {
    this.#queue.shift();
    this.#serving = false;
    if (this.#queue.length > 0) this.#serveNext();
  };
}
