import type { Clock } from '@skein/core';
import type { ZipkinSpan } from '@skein/telemetry';
import type { Directory } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import { instanceOf } from './span-meaning.js';
import type { SpanRecorder } from './span-recorder.js';
import type { TrafficAnalysis } from './traffic.js';

/** Why a span was left out. */
export type SkipReason = 'out-of-time' | 'too-large' | 'analysis-failed';

/** How far ahead of this server's clock a span may begin or end, ms. */
const AHEAD = 10 * 60_000;

export interface SpanAnalyzerParts {
  readonly directory: Directory;
  readonly recorder: SpanRecorder;
  /** Undefined: spans are only stored. */
  readonly traffic: TrafficAnalysis | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** For how long storage keeps what spans give, ms: older ones are left out. */
  readonly keptFor: () => number;
  /** The analysis itself failed, which is a defect. */
  readonly failed: (error: unknown) => void;
}

/** One span in, what it means out. Synchronous; never throws. */
export class SpanAnalyzer {
  constructor(private readonly parts: SpanAnalyzerParts) {}

  /** `receivedAt` stands for the start of a span that has none. */
  analyze(span: ZipkinSpan, receivedAt: number, findings: Findings): SkipReason | undefined {
    try {
      return this.observe(span, receivedAt, findings);
    } catch (error) {
      this.parts.failed(error);
      return 'analysis-failed';
    }
  }

  private observe(span: ZipkinSpan, receivedAt: number, findings: Findings): SkipReason | undefined {
    const { clock, keptFor, recorder, directory, traffic } = this.parts;
    const now = clock.now();
    const time = span.timestamp === 0 ? receivedAt : Math.floor(span.timestamp / 1000);
    const end = time + span.duration / 1000;
    if (!(time >= now - keptFor() && end < now + AHEAD)) return 'out-of-time';
    const name = span.localEndpoint?.serviceName;
    const service = name === undefined ? undefined : directory.service(name, true);
    if (!recorder.record(span, service?.name, time, findings)) return 'too-large';
    // A span that does not say whose it is can be found, but is nobody's traffic.
    if (traffic === undefined || service === undefined) return undefined;
    traffic.span(span, service, directory.instance(service, instanceOf(span)), isComplete(span), now, findings);
    return undefined;
  }
}

/** Requests take time; that a message was sent or taken may be a moment. */
const isComplete = ({ timestamp, duration, kind }: ZipkinSpan): boolean =>
  timestamp > 0 && (duration > 0 || kind === 'PRODUCER' || kind === 'CONSUMER');
