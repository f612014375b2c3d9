import type { Clock, Logger } from '../api/facilities.js';
import type { StreamError } from '../api/streams.js';
import type { StreamReports } from './stream.js';

const QUIET_MS = 10_000;

/** Logs failing handlers, at most once in 10 s for each stream, so that a backend that is down does not fill the log. */
export class FailureLog implements StreamReports {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #quiet = new Map<string, { since: number; suppressed: number }>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  failed(stream: string, handler: string, error: StreamError): void {
    this.#log(`failed ${stream}`, (more) =>
      this.#logger.warn(`a batch of the stream "${stream}" failed`, { module: handler, err: error, ...more }),
    );
  }

  miscounted(stream: string, handler: string): void {
    this.#log(`miscounted ${stream}`, (more) =>
      this.#logger.error(`the handler of the stream "${stream}" left out more items than its batch has, or after it was settled`, {
        module: handler,
        ...more,
      }),
    );
  }

  #log(key: string, write: (more: { readonly suppressed?: number }) => void): void {
    const now = this.#clock.now();
    const quiet = this.#quiet.get(key);
    if (quiet !== undefined && now - quiet.since < QUIET_MS) {
      quiet.suppressed += 1;
      return;
    }
    this.#quiet.set(key, { since: now, suppressed: 0 });
    write(quiet === undefined || quiet.suppressed === 0 ? {} : { suppressed: quiet.suppressed });
  }
}
