import type { Logger, Meter } from '@skein/core';
import type { SkipReason } from '@skein/telemetry/oal';
import type { LeftOut, Part } from './window.js';

/** Different things left out that are logged, once each; all of them are counted. */
const MAX_LOGGED = 100;

/** What aggregation tells about itself. */
export class AggregationMetrics {
  private readonly commits;
  private readonly retries;
  private readonly parts;
  private readonly inputs;
  private readonly logged = new Set<string>();

  constructor(
    private readonly meter: Meter,
    private readonly logger: Logger,
  ) {
    this.commits = meter.counter('commits_total', 'Windows by outcome: stored or failed');
    this.retries = meter.counter('commit_retries_total', 'Attempts to commit that failed and were followed by another');
    this.parts = meter.counter('observations_left_out_total', 'Parts of observations that were not kept, by part and reason');
    this.inputs = meter.counter('metric_inputs_skipped_total', 'Sources that a metric left out, by metric and reason');
  }

  watch(read: { readonly marks: () => number; readonly tracks: () => number; readonly forgottenLabels: () => number }): void {
    this.meter.gauge('written_marks', 'Rows known to be stored already', read.marks);
    this.meter.gauge('entity_tracks', 'Entities and minutes that are prepared for sources', read.tracks);
    this.meter.gauge('label_limits_forgotten', 'Label limits that began anew because too many were remembered', read.forgottenLabels);
  }

  readonly commitStored = (): void => this.commits.add(1, { outcome: 'stored' });
  readonly commitFailed = (): void => this.commits.add(1, { outcome: 'failed' });
  readonly commitRetried = (): void => this.retries.add(1);
  readonly inputSkipped = (metric: string, reason: SkipReason): void => this.inputs.add(1, { metric, reason });

  readonly leftOut = (part: Part, reason: LeftOut, detail: string): void => {
    this.parts.add(1, { part, reason });
    // The operator asked for it.
    if (reason === 'disabled') return;
    const text = `a ${part} was left out (${reason}): ${detail.slice(0, 200)}`;
    if (this.logged.size >= MAX_LOGGED || this.logged.has(text)) return;
    this.logged.add(text);
    this.logger.warn(`${text}; further ones like it are only counted`);
  };
}
