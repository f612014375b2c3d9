import type { Clock, Logger, Publisher } from '@skein/core';
import type { Observation } from '@skein/telemetry';
import { Findings } from './findings.js';
import type { WaitingRoom } from './waiting-room.js';

/** Ends the waiting of calls whose other side does not come, also while no spans arrive. */
export class Expiry implements Disposable {
  private timer: Disposable | undefined;
  private disposed = false;

  constructor(
    private readonly room: WaitingRoom,
    private readonly publisher: Publisher<Observation>,
    private readonly parts: { readonly clock: Clock; readonly logger: Logger; readonly everyMs: number },
  ) {}

  start(): void {
    if (this.disposed) return;
    this.timer = this.parts.clock.setTimeout(() => {
      this.publish(this.parts.clock.now()).then(
        () => this.start(),
        (error: unknown) => {
          this.parts.logger.warn('calls whose other side did not come were lost', { error });
          this.start();
        },
      );
    }, this.parts.everyMs);
  }

  /** Nothing comes any more: what waits is told as far as it can be. */
  async finish(): Promise<void> {
    this[Symbol.dispose]();
    await this.publish(Number.POSITIVE_INFINITY);
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    this.timer?.[Symbol.dispose]();
  }

  private async publish(now: number): Promise<void> {
    const findings = new Findings();
    this.room.expire(now, findings);
    if (findings.isEmpty) return;
    const receipt = await this.publisher.publish([findings.observation()]);
    await receipt.handled;
  }
}
