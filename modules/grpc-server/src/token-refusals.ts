import type { Clock, Logger } from '@skein/core';

const QUIET_MS = 10_000;

/** Logs calls with a wrong token, at most once in 10 s: a misconfigured agent tries again and again. */
export class TokenRefusals {
  private saidAt = Number.NEGATIVE_INFINITY;
  private suppressed = 0;

  /** @param setting the listener's place in the configuration, `modules.grpc-server.listeners.grpc` */
  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
    private readonly setting: string,
  ) {}

  refused(path: string, peer: string): void {
    const now = this.clock.now();
    // The clock may be set back, hence the distance.
    if (Math.abs(now - this.saidAt) < QUIET_MS) {
      this.suppressed++;
      return;
    }
    const more = this.suppressed === 0 ? {} : { suppressed: this.suppressed };
    this.saidAt = now;
    this.suppressed = 0;
    this.logger.warn(`${this.setting}: a call without the right token was refused`, { method: path, peer, ...more });
  }
}
