import type { Health } from '@skein/core';

/** Several reasons for bad health behind the one state that a module has. */
export class HealthReport {
  private readonly reasons = new Map<string, string>();

  constructor(private readonly health: Health) {}

  bad(what: string, reason: string, error?: unknown): void {
    this.reasons.set(what, reason);
    this.health.degraded([...this.reasons.values()].join('; '), error);
  }

  good(what: string): void {
    if (!this.reasons.delete(what)) return;
    if (this.reasons.size === 0) this.health.ok();
    else this.health.degraded([...this.reasons.values()].join('; '));
  }
}
