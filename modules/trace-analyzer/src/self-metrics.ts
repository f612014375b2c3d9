import type { Logger, Meter } from '@skein/core';
import type { Analysis } from './build-analysis.js';
import type { AnalysisReports } from './segment-analyzer.js';

/** Defects are logged at most this often each, so that a flood of bad segments is no flood of lines, ms. */
const QUIET = 60_000;

/** Counters and gauges of the analysis, and the log lines of what should not happen. */
export function selfMetrics(meter: Meter, logger: Logger): AnalysisReports & { show(analysis: Analysis): void } {
  const spans = meter.counter('trace_span_problems_total', 'Spans, or parts of them, that were left out of the analysis, by reason');
  const listeners = meter.counter(
    'trace_listener_failures_total',
    'Segments for which a contributed segment listener failed, by its module',
  );
  const quiet = new Map<string, number>();
  const log = (subject: string, message: string, error: unknown): void => {
    const now = performance.now();
    if (now < (quiet.get(subject) ?? 0)) return;
    quiet.set(subject, now + QUIET);
    logger.error(message, { error });
  };
  return {
    spanProblem: (reason) => spans.add(1, { reason }),
    listenerFailed(by, error) {
      listeners.add(1, { by });
      log(`listener ${by}`, `the segment listener of ${by} failed; what it found in this segment is dropped`, error);
    },
    failed: (error) => log('analysis', 'a segment could not be analysed and is left out', error),
    show({ aliases, directory, recorder }) {
      meter.gauge('trace_address_aliases', 'Network addresses whose service is known', () => aliases.size);
      meter.gauge('trace_address_aliases_evicted', 'Network addresses forgotten at the limit', () => aliases.evicted);
      meter.gauge('trace_id_cache_bytes', 'Size of the cache of entity ids, roughly', () => directory.bytes);
      meter.gauge('trace_id_cache_resets', 'How often the cache of entity ids was full and started anew', () => directory.resets);
      meter.gauge('trace_tags_dropped', 'Searchable tags for which a segment record had no room', () => recorder.droppedTags);
    },
  };
}
