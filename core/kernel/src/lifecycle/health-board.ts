import type { Health, Logger } from '../api/facilities.js';

const MAX_REASON_LENGTH = 300;

/** The health of all modules: healthy until one says otherwise. Changes are logged, repetitions are not. */
export class HealthBoard {
  readonly #degraded = new Map<string, string>();

  of(module: string, logger: Logger): Health {
    return {
      ok: () => {
        if (this.#degraded.delete(module)) logger.info('healthy again');
      },
      degraded: (reason, error) => {
        const text = reason.slice(0, MAX_REASON_LENGTH);
        if (this.#degraded.get(module) === text) return;
        this.#degraded.set(module, text);
        logger.warn(`degraded: ${text}`, error === undefined ? undefined : { err: error });
      },
    };
  }

  list(): ReadonlyArray<{ readonly module: string; readonly reason: string }> {
    return [...this.#degraded].map(([module, reason]) => ({ module, reason }));
  }
}
