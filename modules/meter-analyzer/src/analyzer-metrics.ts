import type { Clock, Logger, Meter } from '@skein/core';
import type { MalSkipReason } from '@skein/telemetry/mal';

/** A rule that fails is told again after this time, ms. */
const QUIET = 10 * 60_000;

/** What the analyzer tells about itself. */
export class AnalyzerMetrics {
  private readonly errors;
  private readonly skipped;
  private readonly unused;
  private readonly toldAt = new Map<string, number>();

  constructor(
    private readonly meter: Meter,
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
    this.errors = meter.counter('meter_rule_errors_total', 'Sets of samples for which a rule failed, by rule');
    this.skipped = meter.counter('meter_samples_left_out_total', 'Samples that a rule could not use, by rule and reason');
    this.unused = meter.counter('meter_samples_without_rule_total', 'Samples that no rule asks for, by group');
  }

  watch(read: {
    readonly windows: () => number;
    readonly evicted: () => number;
    readonly late: () => number;
    readonly ids: () => number;
  }): void {
    this.meter.gauge('meter_counter_windows', 'Series of counters whose earlier values are remembered', read.windows);
    this.meter.gauge('meter_counter_windows_evicted', 'Series of counters forgotten because there were too many', read.evicted);
    this.meter.gauge('meter_counter_samples_late', 'Samples of counters that came after newer ones of their series', read.late);
    this.meter.gauge('meter_id_cache_bytes', 'Size of the cache of entity ids, roughly', read.ids);
  }

  /** Each rule is logged once in ten minutes at most; all failures are counted. */
  ruleFailed(rule: string, error: unknown): void {
    this.errors.add(1, { rule });
    const now = this.clock.now();
    if (now - (this.toldAt.get(rule) ?? Number.NEGATIVE_INFINITY) < QUIET) return;
    this.toldAt.set(rule, now);
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(`the meter rule ${rule} failed: ${reason.slice(0, 300)}; for ten minutes further failures of it are only counted`);
  }

  /** `rule`: empty where it is not for one rule alone. */
  samplesLeftOut(rule: string, reason: MalSkipReason | 'too many', count: number): void {
    this.skipped.add(count, { rule, reason });
  }

  samplesWithoutRule(group: string, count: number): void {
    this.unused.add(count, { group });
  }
}
