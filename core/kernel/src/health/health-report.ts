import type { Health } from '../api/facilities.js';

/** Several reasons for bad health behind the one state that a module has: it is healthy again when none is left. */
export class HealthReport {
  readonly #reasons = new Map<string, string>();
  readonly #health: Health;

  constructor(health: Health) {
    this.#health = health;
  }

  /** `what` names the matter, so that {@link good} takes this reason back and no other; said again, the latest reason counts. */
  bad(what: string, reason: string, error?: unknown): void {
    this.#reasons.set(what, reason);
    this.#health.degraded(this.#text(), error);
  }

  /** The matter is well again; nothing happens when it was. */
  good(what: string): void {
    if (!this.#reasons.delete(what)) return;
    if (this.#reasons.size === 0) this.#health.ok();
    else this.#health.degraded(this.#text());
  }

  #text(): string {
    return [...this.#reasons.values()].join('; ');
  }
}
