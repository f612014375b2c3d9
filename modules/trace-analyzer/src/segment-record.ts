import { type SegmentView, SpanType, type SpanView } from '@skein/proto';
import { SegmentModel, TagModel, type Zone } from '@skein/telemetry';
import type { EntityUpdate } from '@skein/telemetry/storage';
import type { Directory } from './directory.js';
import type { Findings } from './findings.js';
import type { Recently } from './recently.js';
import type { SamplingPolicy } from './sampling-policy.js';
import { int32 } from './span-facts.js';
import type { SpanTags } from './span-tags.js';
import type { TagText } from './tag-texts.js';
import type { Reporter } from './traffic.js';

/** Longest searchable tag, `key=value`, and longest value, in UTF-16 units. */
const MAX_TAG = 256;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;
/** Room for the searchable tags of one segment, a little less than the field of the record holds. */
const MAX_TAGS_BYTES = 60_000;

export type StatusStrategy = 'FROM_SPAN_STATUS' | 'FROM_ENTRY_SPAN' | 'FROM_FIRST_SPAN';

export interface RecordOptions {
  readonly status: StatusStrategy;
  /** A segment in error is stored whatever its sample. */
  readonly forceErrors: boolean;
  readonly sampling: SamplingPolicy;
}

/** The first span: number 0 wherever it stands, else the one without a parent, else the first in the list. */
export function firstSpan(spans: readonly SpanView[]): SpanView | undefined {
  return spans.find((s) => s.spanId === 0) ?? spans.find((s) => s.parentSpanId < 0) ?? spans[0];
}

/** Gathers what a trace list shows of a segment, span by span: analysis.md 5.7. One object serves one segment after another. */
export class SegmentRecorder {
  private start = 0;
  private end = 0;
  private isError = false;
  private endpointName = '';
  private readonly tags = new Map<string, TagText>();
  private tagRoom = 0;
  /** Tags that did not fit into a record. */
  droppedTags = 0;

  constructor(
    private readonly directory: Directory,
    private readonly options: RecordOptions,
    private readonly zone: Zone,
    private readonly writtenTags: Recently,
  ) {}

  begin(): void {
    this.start = Number.POSITIVE_INFINITY;
    this.end = Number.NEGATIVE_INFINITY;
    this.isError = false;
    this.endpointName = '';
    this.tags.clear();
    this.tagRoom = MAX_TAGS_BYTES;
  }

  span(span: SpanView, isFirst: boolean, found: SpanTags): void {
    if (span.startTime < this.start) this.start = span.startTime;
    if (span.endTime > this.end) this.end = span.endTime;
    // The last in wire order wins: agents that send the first span last name the trace after it.
    if (isFirst || span.spanType === SpanType.Entry) this.endpointName = span.operationName;
    if (span.isError && this.decidesStatus(span, isFirst)) this.isError = true;
    found.eachSearchable(MAX_TAG * BYTES_PER_UNIT, this.addTag);
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
        endpoint: this.directory.endpoint(reporter.service, this.endpointName).id,
        startTime: start,
        latency,
        isError,
        tags: [...this.tags.keys()],
        data: bytes,
      },
    });
    if (this.tags.size === 0) return;
    const day = this.zone.floor(start, 'day');
    for (const tag of this.tags.values()) {
      if (this.writtenTags.first(tag.text, day)) findings.entity(tagUpdate(tag, day));
    }
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

  private readonly addTag = (tag: TagText): void => {
    const { text } = tag;
    if (text.length > MAX_TAG || this.tags.has(text)) return;
    const size = text.length * BYTES_PER_UNIT;
    if (size > this.tagRoom) {
      this.droppedTags++;
      return;
    }
    this.tagRoom -= size;
    this.tags.set(text, tag);
  };
}

const tagUpdate = ({ key, value, text }: TagText, day: number): EntityUpdate => ({
  model: TagModel,
  id: `TRACE_${text}`,
  at: day,
  active: true,
  row: { type: 'TRACE', key, value },
});
