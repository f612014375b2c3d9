import type { Logger } from '../api/facilities.js';
import type { Host, StopReport } from '../host/types.js';
import type { CliIo, StopSignal } from './cli-io.js';

/** A terminal sends Ctrl-C to npm and to this process, and npm passes it on: the same key press arrives twice. */
const SAME_SIGNAL_MS = 500;

export interface StopRequestOptions {
  readonly host: Host;
  readonly logger: Logger;
  /** How long stopping may take after an error that nobody caught; the host keeps its own deadlines only while its timers run. */
  readonly longestMs: number;
}

/**
 * Waits for the first signal or the first error that nobody caught, and stops the host then. A second one of either ends the process at
 * once. Keeps the process alive meanwhile, even when no module does.
 */
export class StopRequest implements Disposable {
  readonly report: Promise<StopReport>;
  asked = false;
  /** Something was thrown that nobody caught. */
  crashed = false;
  readonly #io: CliIo;
  readonly #options: StopRequestOptions;
  readonly #subscriptions: (Disposable | undefined)[];
  readonly #alive = setInterval(() => undefined, 2 ** 30);
  #since = 0;
  #late: NodeJS.Timeout | undefined;
  #begin: () => void = () => undefined;

  constructor(io: CliIo, options: StopRequestOptions) {
    this.#io = io;
    this.#options = options;
    this.report = new Promise<void>((resolve) => {
      this.#begin = resolve;
    }).then(() => options.host.stop());
    this.#subscriptions = [io.onSignal?.((signal) => this.#signalled(signal)), io.onUncaught?.((error) => this.#uncaught(error))];
  }

  #signalled(signal: StopSignal): void {
    const now = (this.#io.now ?? (() => performance.now()))();
    if (this.asked) {
      if (now - this.#since >= SAME_SIGNAL_MS) this.#exit(signal === 'SIGINT' ? 130 : 143);
      return;
    }
    this.#since = now;
    this.#io.stderr.write('\nstopping: finishing what is in flight (again to stop at once)\n');
    this.#ask();
  }

  #uncaught(error: unknown): void {
    const again = this.crashed;
    this.crashed = true;
    this.#options.logger.error(
      again ? 'another error that nobody caught' : 'an error that nobody caught: the server stops, since its state may be wrong',
      { err: error },
    );
    if (again) {
      this.#exit(1);
      return;
    }
    this.#late = setTimeout(() => this.#exit(1), this.#options.longestMs);
    this.#ask();
  }

  #ask(): void {
    this.asked = true;
    this.#begin();
  }

  #exit(code: number): void {
    this.#io.stderr.write('stopped at once; what was in flight is not handled\n');
    this.#io.exit?.(code);
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription?.[Symbol.dispose]();
    clearTimeout(this.#late);
    clearInterval(this.#alive);
  }
}
