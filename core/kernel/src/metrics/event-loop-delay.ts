import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricRegistry } from './metric-registry.js';

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

/** Measures how late the event loop is. Values are of the time since the metrics were last read. */
export class EventLoopDelay implements Disposable {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor(registry: MetricRegistry) {
    this.#histogram.enable();
    registry.collect('nodejs_eventloop_delay_seconds', 'gauge', 'How late the event loop was since the last reading', () => this.#read());
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }

  #read(): Iterable<readonly [{ readonly quantile: string }, number]> {
    const values = [
      [{ quantile: '0.5' }, this.#delay(this.#histogram.percentile(50))],
      [{ quantile: '0.99' }, this.#delay(this.#histogram.percentile(99))],
      [{ quantile: '1' }, this.#delay(this.#histogram.max)],
    ] as const;
    this.#histogram.reset();
    return values;
  }

  /** The histogram holds the time between two ticks of its timer, of which the resolution is no delay. */
  #delay(nanoseconds: number): number {
    return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1_000);
  }
}
