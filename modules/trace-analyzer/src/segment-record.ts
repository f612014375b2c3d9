import { type SegmentView, SpanType, type SpanView } from '@skein/proto';
import { SegmentModel, TagModel, type Zone } from '@skein/telemetry';
import type { EntityUpdate } from '@skein/telemetry/storage';
import type { Recently } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import { BYTES_PER_UNIT, MAX_TAG, RecordTags } from './record-tags.js';
import type { Reporter } from './reporter.js';
import type { SamplingPolicy } from './sampling-policy.js';
import { int32 } from './span-facts.js';
import type { SpanTags } from './span-tags.js';
import type { TagText } from './tag-texts.js';

export type StatusStrategy = 'FROM_SPAN_STATUS' | 'FROM_ENTRY_SPAN' | 'FROM_FIRST_SPAN';

export interface RecordOptions {
  readonly status: StatusStrategy;
  /** A segment in error is stored whatever its sample. */
  readonly forceErrors: boolean;
  readonly sampling: SamplingPolicy;
}

/** The first span: number 0 wherever it stands, else the one without a parent, else the first in the list. */
export function firstSpan(spans: readonly SpanView[]): SpanView | undefined {
  let root: SpanView | undefined;
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    if (span.spanId === 0) return span;
    if (root === undefined && span.parentSpanId < 0) root = span;
  }
  return root ?? spans[0];
}

/** Gathers what a trace list shows of a segment, span by span: analysis.md 5.7. One object serves one segment after another. */
export class SegmentRecorder {
  private start = 0;
  private end = 0;
  private isError = false;
  private endpointName = '';
  private readonly tags = new RecordTags();
  /** The day of the last segment, [from, to). */
  private dayFrom = Number.POSITIVE_INFINITY;
  private dayTo = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: RecordOptions,
    private readonly zone: Zone,
    private readonly writtenTags: Recently,
  ) {}

  /** Tags that did not fit into a record. */
  get droppedTags(): number {
    return this.tags.dropped;
  }

  begin(): void {
    this.start = Number.POSITIVE_INFINITY;
    this.end = Number.NEGATIVE_INFINITY;
    this.isError = false;
    this.endpointName = '';
    this.tags.begin();
  }

  span(span: SpanView, isFirst: boolean, found: SpanTags): void {
    if (span.startTime < this.start) this.start = span.startTime;
    if (span.endTime > this.end) this.end = span.endTime;
    // The last in wire order wins: agents that send the first span last name the trace after it.
    if (isFirst || span.spanType === SpanType.Entry) this.endpointName = span.operationName;
    if (span.isError && this.decidesStatus(span, isFirst)) this.isError = true;
    found.addSearchable(MAX_TAG * BYTES_PER_UNIT, this.tags);
  }

  /** Adds the record, unless it is sampled out, and the rows from which tags are completed. */
  finish(view: SegmentView, bytes: Uint8Array, reporter: Reporter, findings: Findings): void {
    const latency = Math.max(0, int32(this.end - this.start));
    const { isError, start } = this;
    const { forceErrors, sampling } = this.options;
    if (!(forceErrors && isError) && !sampling.stores(view.service, view.traceId, latency)) return;
    findings.record({
      model: SegmentModel,
      row: {
        segmentId: view.segmentId,
        traceId: view.traceId,
        service: reporter.service.id,
        instance: reporter.instance.id,
        endpoint: reporter.endpoint(this.endpointName).id,
        startTime: start,
        latency,
        isError,
        tags: this.tags.texts(),
        data: bytes,
      },
    });
    if (this.tags.count > 0) this.complete(this.dayOf(start), findings);
  }

  /** Rows of tags that were not written for this day yet. */
  private complete(day: number, findings: Findings): void {
    const { tags, writtenTags } = this;
    const { epoch } = writtenTags;
    for (let i = 0; i < tags.count; i++) {
      const tag = tags.at(i);
      if (tag.writtenDay === day && tag.writtenEpoch === epoch) continue;
      tag.writtenDay = day;
      tag.writtenEpoch = epoch;
      if (writtenTags.first(tag.text, day)) findings.entity(tagUpdate(tag, day));
    }
  }

  /** Start of the day of an instant. */
  private dayOf(instant: number): number {
    if (instant < this.dayFrom || instant >= this.dayTo) {
      this.dayFrom = this.zone.floor(instant, 'day');
      this.dayTo = this.zone.next(instant, 'day');
    }
    return this.dayFrom;
  }

  private decidesStatus(span: SpanView, isFirst: boolean): boolean {
    switch (this.options.status) {
      case 'FROM_ENTRY_SPAN':
        return span.spanType === SpanType.Entry;
      case 'FROM_FIRST_SPAN':
        return isFirst;
      default:
        return true;
    }
  }
}

const tagUpdate = ({ key, value, text }: TagText, day: number): EntityUpdate => ({
  model: TagModel,
  id: `TRACE_${text}`,
  at: day,
  active: true,
  row: { type: 'TRACE', key, value },
});
