import type { Clock, Logger } from '@skein/core';
import { cutText } from '@skein/query/contract';
import type { FieldCut } from './query-run.js';

const QUIET_MS = 10_000;
const MAX_SHOWN = 3;

/** Logs queries that were answered in part: one line for each, and at most one in 10 s. */
export class CutLog {
  #since = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  /** `cuts`: those of one query. */
  add(cuts: readonly FieldCut[]): void {
    if (cuts.length === 0) return;
    const now = this.clock.now();
    if (now - this.#since < QUIET_MS) {
      this.#suppressed++;
      return;
    }
    const shown = cuts.slice(0, MAX_SHOWN).map(({ field, cut }) => `${field}: ${cutText(cut)}`);
    const more = cuts.length - shown.length;
    const suppressed = this.#suppressed;
    this.logger.warn('the answer to a query is incomplete', {
      cuts: shown,
      ...(more > 0 && { more }),
      ...(suppressed > 0 && { suppressed }),
    });
    this.#since = now;
    this.#suppressed = 0;
  }
}
