import type { Clock } from '@skein/core';
import { decodeSegment, MalformedError, SegmentView, SpanType, type SpanView } from '@skein/proto';
import type { Observation, SegmentMessage } from '@skein/telemetry';
import type { Directory } from '@skein/telemetry/traffic';
import type { AnalyzedSegment, SegmentListener } from './contract.js';
import { Findings } from './findings.js';
import { logicEndpoint } from './logic-endpoint.js';
import { Reporter } from './reporter.js';
import { firstSpan, type SegmentRecorder } from './segment-record.js';
import { SpanFacts } from './span-facts.js';
import { type SpanTags, Tag } from './span-tags.js';
import type { TrafficAnalysis } from './traffic.js';
import type { VirtualServices } from './virtual-services.js';

/** Why a segment was left out. */
export type SkipReason = 'malformed' | 'no-spans' | 'no-id' | 'id-too-long' | 'out-of-time' | 'analysis-failed';

/** UTF-16 units of a trace or segment id; the longest that agents make have about 100. */
const MAX_ID = 600;

/** How far ahead of this server's clock a span may begin, ms. */
const AHEAD = 10 * 60_000;

/** What the analysis is made of. */
export interface AnalysisParts {
  readonly directory: Directory;
  readonly tags: SpanTags;
  /** Undefined: traces are stored, but give no traffic metrics and no topology. */
  readonly traffic: TrafficAnalysis | undefined;
  readonly virtual: VirtualServices;
  readonly recorder: SegmentRecorder;
  readonly clock: Pick<Clock, 'now'>;
  /** For how long storage keeps what spans give, ms: older ones are left out. */
  readonly keptFor: () => number;
}

/** Told of what goes wrong inside a segment that goes on nevertheless. */
export interface AnalysisReports {
  /** `cause`: `out-of-time`, `ends-before-start` (its latency counts as 0), `logic-endpoint`, or `too-many` when a segment has more calls than are analysed. */
  spanProblem(cause: string): void;
  listenerFailed(module: string, error: unknown): void;
  /** The analysis itself failed, which is a defect. */
  failed(error: unknown): void;
}

/** One segment in, one observation out. Synchronous; never throws. Source: analysis.md 5.1. */
export class SegmentAnalyzer {
  private listeners: ReadonlyArray<{ readonly module: string; readonly value: SegmentListener }> = [];

  constructor(
    private readonly parts: AnalysisParts,
    private readonly reports: AnalysisReports,
  ) {}

  /** Further analysis, by module. */
  listen(listeners: ReadonlyArray<{ readonly module: string; readonly value: SegmentListener }>): void {
    this.listeners = listeners;
  }

  /** The record in the observation refers to the message's bytes. */
  analyze({ bytes, view: decoded }: SegmentMessage): Observation | SkipReason {
    try {
      const view = decoded instanceof SegmentView ? decoded : decodeSegment(bytes);
      return unusable(view) ?? this.observe(view, bytes);
    } catch (error) {
      if (error instanceof MalformedError) return 'malformed';
      this.reports.failed(error);
      return 'analysis-failed';
    }
  }

  private observe(view: SegmentView, bytes: Uint8Array): Observation | SkipReason {
    const { directory, recorder, clock, keptFor } = this.parts;
    const now = clock.now();
    const from = now - keptFor();
    const to = now + AHEAD;
    const service = directory.service(view.service, true);
    const reporter = new Reporter(directory, service, directory.instance(service, view.serviceInstance));
    const findings = new Findings();
    const first = firstSpan(view.spans);
    let accepted = 0;
    recorder.begin();
    for (const span of view.spans) {
      if (!(span.startTime >= from && span.startTime < to && span.endTime < to)) {
        this.reports.spanProblem('out-of-time');
        continue;
      }
      if (span.endTime < span.startTime) this.reports.spanProblem('ends-before-start');
      accepted++;
      this.span(view, reporter, span, span === first, findings);
    }
    if (accepted === 0) return 'out-of-time';
    recorder.finish(view, bytes, reporter, findings);
    if (this.listeners.length > 0) this.callListeners({ view, bytes, service, instance: reporter.instance }, findings);
    return findings.observation(bytes.byteLength);
  }

  private span(view: SegmentView, reporter: Reporter, span: SpanView, isFirst: boolean, findings: Findings): void {
    const { tags, recorder, traffic, virtual } = this.parts;
    tags.read(span);
    recorder.span(span, isFirst, tags);
    if (findings.isFull) {
      this.reports.spanProblem('too-many');
      return;
    }
    const { spanType } = span;
    if (spanType !== SpanType.Entry && spanType !== SpanType.Exit && spanType !== SpanType.Local) return;
    const isLocal = spanType === SpanType.Local;
    if (isLocal && span.spanLayer === 0 && span.refs.length === 0 && !tags.has(Tag['x-le'])) return;
    const facts = new SpanFacts(span, tags);
    if (traffic !== undefined) {
      if (!span.skipAnalysis) this.calls(traffic, reporter, span, facts, findings);
      if (isLocal || (spanType === SpanType.Entry && !span.skipAnalysis)) this.logicEndpoints(traffic, reporter, span, findings);
    }
    virtual.span(view, reporter.service, span, facts, tags, findings);
  }

  private calls(traffic: TrafficAnalysis, reporter: Reporter, span: SpanView, facts: SpanFacts, findings: Findings): void {
    if (span.spanType === SpanType.Entry) {
      traffic.entry(reporter, span, facts, findings);
      return;
    }
    if (span.spanType === SpanType.Exit) traffic.exit(reporter, span, facts, findings);
    if (span.refs.length > 0) traffic.continuation(reporter, span, facts, findings);
  }

  private logicEndpoints(traffic: TrafficAnalysis, reporter: Reporter, span: SpanView, findings: Findings): void {
    if (!this.parts.tags.has(Tag['x-le'])) return;
    for (const text of this.parts.tags.all(Tag['x-le'])) {
      if (findings.isFull) return;
      const logic = logicEndpoint(text, span);
      if (logic === 'malformed') this.reports.spanProblem('logic-endpoint');
      else if (logic !== undefined) traffic.logic(reporter, logic.name, logic.facts, findings);
    }
  }

  private callListeners(segment: AnalyzedSegment, findings: Findings): void {
    for (const { module, value } of this.listeners) {
      const mark = findings.mark();
      try {
        value.analyze(segment, findings);
      } catch (error) {
        findings.rollBack(mark);
        this.reports.listenerFailed(module, error);
      }
    }
  }
}

function unusable({ spans, segmentId, traceId }: SegmentView): SkipReason | undefined {
  if (spans.length === 0) return 'no-spans';
  if (segmentId === '' || traceId === '') return 'no-id';
  return segmentId.length > MAX_ID || traceId.length > MAX_ID ? 'id-too-long' : undefined;
}
