/** What waiting needs of an AbortSignal; every AbortSignal is one. */
export interface AbortSource {
  readonly aborted: boolean;
  /** What it was aborted with; undefined until then. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * The end of a call before its reply, one for each call of a listener. An AbortSignal costs as much as half of the rest that Skein does for
 * a call, so that a real one is made only for handlers that ask for it.
 */
export class Cancellation implements AbortSource {
  #reason: Error | undefined;
  #listeners: Set<() => void> | undefined;
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): Error | undefined {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Tells everybody who listens, once; only the first reason counts. */
  cancel(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  /** As with an AbortSignal, a listener is not told of what happened before. */
  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#reason !== undefined) return;
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }
}
