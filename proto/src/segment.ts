import { MalformedError } from './malformed.js';
import type { TagKeys } from './tag-keys.js';
import { asBuffer, BYTES, VARINT, WireReader } from './wire-reader.js';

export const SpanType = { Entry: 0, Exit: 1, Local: 2 } as const;
export const RefType = { CrossProcess: 0, CrossThread: 1 } as const;
export const SpanLayer = { Unknown: 0, Database: 1, RPCFramework: 2, Http: 3, MQ: 4, Cache: 5, FAAS: 6, GenAI: 7 } as const;

export interface SegmentReferenceView {
  readonly refType: number;
  readonly traceId: string;
  readonly parentSegmentId: string;
  readonly parentSpanId: number;
  readonly parentService: string;
  readonly parentServiceInstance: string;
  readonly parentEndpoint: string;
  readonly networkAddressUsedAtPeer: string;
}

/** A segment's fields that analysis needs. Logs are never decoded, tags when asked for. */
export class SegmentView {
  traceId = '';
  segmentId = '';
  service = '';
  serviceInstance = '';
  /** In the order of the wire; agents may send span 0 last. */
  readonly spans: SpanView[] = [];
  /** Spans, references and tags in all. */
  parts = 0;

  /** Bytes that the view holds in memory, about. */
  get weight(): number {
    return 256 + this.parts * BYTES_PER_PART;
  }
}

/**
 * Spans, references and tags that one segment may have in all. Agents cut a segment at some hundred spans; empty ones take 2 bytes on the
 * wire and a hundred times that in memory.
 */
const MAX_PARTS = 200_000;
const BYTES_PER_PART = 100;

const NO_REFS: readonly SegmentReferenceView[] = [];
const NO_TAGS: readonly number[] = [];

/** First byte of a tag's key, field 1, and of its value, field 2. */
const KEY_FIELD = 0x0a;
const VALUE_FIELD = 0x12;

/** Start of a field's bytes whose length stands at `at`, in one or two bytes, if it reaches exactly to `end`; else -1. */
function lastFieldStart(bytes: Buffer, at: number, end: number): number {
  const low = bytes[at]!;
  if (low < 128) return at + 1 + low === end ? at + 1 : -1;
  const high = bytes[at + 1]!;
  return high < 128 && at + 2 + ((low & 127) | (high << 7)) === end ? at + 2 : -1;
}

/** One span. Unknown enum numbers stay as they are. */
export class SpanView {
  spanId = 0;
  parentSpanId = 0;
  startTime = 0;
  endTime = 0;
  peer = '';
  spanType = 0;
  spanLayer = 0;
  componentId = 0;
  isError = false;
  skipAnalysis = false;
  refs: readonly SegmentReferenceView[] = NO_REFS;
  /** Start and end of each tag message within the segment's bytes, in pairs. */
  tagRanges: readonly number[] = NO_TAGS;
  private nameFrom = 0;
  private nameTo = 0;
  private name: string | undefined;

  /** `bytes`: those of the whole segment. */
  constructor(readonly bytes: Buffer) {}

  /** Made when first asked for: of most spans, local ones, nobody asks. */
  get operationName(): string {
    this.name ??= this.text(this.nameFrom, this.nameTo);
    return this.name;
  }

  /** Where the operation name lies in the segment's bytes. */
  nameAt(from: number, to: number): void {
    this.nameFrom = from;
    this.nameTo = to;
  }

  /** Value of the last tag with this key; undefined if there is none. */
  tag(key: string): string | undefined {
    for (let i = this.tagRanges.length - 2; i >= 0; i -= 2) {
      const { tagKey, value } = this.tagAt(i);
      if (tagKey === key) return value;
    }
    return undefined;
  }

  /** All tags in wire order, repeated keys included. */
  *tags(): Generator<readonly [key: string, value: string]> {
    for (let i = 0; i < this.tagRanges.length; i += 2) {
      const { tagKey, value } = this.tagAt(i);
      yield [tagKey, value];
    }
  }

  /**
   * Finds the tags whose keys are among `keys`, in wire order, repeated keys included.
   * `into` is emptied, and receives three numbers for each: index of the key, start and end of the value for {@link text}.
   */
  findTags(keys: TagKeys, into: number[]): void {
    into.length = 0;
    const { bytes, tagRanges } = this;
    for (let i = 0; i < tagRanges.length; i += 2) {
      const from = tagRanges[i]!;
      const to = tagRanges[i + 1]!;
      // Nearly all tags are a key of less than 128 bytes and then a value, to the end.
      const keyLength = bytes[from + 1]!;
      const valueTag = from + 2 + keyLength;
      const isUsual = bytes[from] === KEY_FIELD && keyLength < 128 && bytes[valueTag] === VALUE_FIELD;
      const value = isUsual ? lastFieldStart(bytes, valueTag + 1, to) : -1;
      if (value < 0) this.findAnyTag(keys, from, to, into);
      else {
        const key = keys.indexOf(bytes, from + 2, valueTag);
        if (key >= 0) into.push(key, value, to);
      }
    }
  }

  /** A tag whose fields stand in another order, are repeated or missing. */
  private findAnyTag(keys: TagKeys, start: number, end: number, into: number[]): void {
    const reader = new WireReader(this.bytes, start, end);
    let key = keys.indexOf(this.bytes, 0, 0);
    let from = 0;
    let to = 0;
    while (reader.next()) {
      if (reader.type !== BYTES || reader.field > 2) {
        reader.skip();
        continue;
      }
      const limit = reader.limit();
      if (reader.field === 1) key = keys.indexOf(this.bytes, reader.at, limit);
      else {
        from = reader.at;
        to = limit;
      }
      reader.at = limit;
    }
    if (key >= 0) into.push(key, from, to);
  }

  /** A part of the segment's bytes as text. */
  text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to);
  }

  private tagAt(i: number): { tagKey: string; value: string } {
    const reader = new WireReader(this.bytes, this.tagRanges[i]!, this.tagRanges[i + 1]!);
    let tagKey = '';
    let value = '';
    while (reader.next()) {
      if (reader.field === 1 && reader.type === BYTES) tagKey = reader.string();
      else if (reader.field === 2 && reader.type === BYTES) value = reader.string();
      else reader.skip();
    }
    return { tagKey, value };
  }
}

/** Decodes what analysis needs. Throws {@link MalformedError}. The view refers to `bytes`, which must not change. */
export function decodeSegment(bytes: Uint8Array): SegmentView {
  const reader = new WireReader(asBuffer(bytes));
  const segment = new SegmentView();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(BYTES);
        segment.traceId = reader.string();
        break;
      case 2:
        reader.expect(BYTES);
        segment.segmentId = reader.string();
        break;
      case 3:
        reader.expect(BYTES);
        segment.spans.push(nested(reader, decodeSpan));
        count(segment, reader);
        break;
      case 4:
        reader.expect(BYTES);
        segment.service = reader.string();
        break;
      case 5:
        reader.expect(BYTES);
        segment.serviceInstance = reader.string();
        break;
      default:
        reader.skip();
    }
  }
  return segment;
}

/** Counts the span that was read last, and ends the reading of a segment that is made to fill the memory. */
function count(segment: SegmentView, reader: WireReader): void {
  const { refs, tagRanges } = segment.spans.at(-1)!;
  segment.parts += 1 + refs.length + tagRanges.length / 2;
  if (segment.parts > MAX_PARTS) throw tooManyParts(reader);
}

const tooManyParts = (reader: WireReader): MalformedError =>
  new MalformedError(`a segment of more than ${MAX_PARTS} spans, references and tags`, reader.at);

/** Runs `decode` inside the length-delimited field at hand. */
function nested<T>(reader: WireReader, decode: (reader: WireReader) => T): T {
  const outer = reader.end;
  reader.end = reader.limit();
  const value = decode(reader);
  reader.at = reader.end;
  reader.end = outer;
  return value;
}

function decodeSpan(reader: WireReader): SpanView {
  const span = new SpanView(reader.bytes);
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(VARINT);
        span.spanId = reader.int32();
        break;
      case 2:
        reader.expect(VARINT);
        span.parentSpanId = reader.int32();
        break;
      case 3:
        reader.expect(VARINT);
        span.startTime = reader.int64();
        break;
      case 4:
        reader.expect(VARINT);
        span.endTime = reader.int64();
        break;
      case 5:
        reader.expect(BYTES);
        if (span.refs === NO_REFS) span.refs = [];
        if ((span.refs as SegmentReferenceView[]).push(nested(reader, decodeReference)) > MAX_PARTS) throw tooManyParts(reader);
        break;
      case 6:
        reader.expect(BYTES);
        readName(span, reader);
        break;
      case 7:
        reader.expect(BYTES);
        span.peer = reader.string();
        break;
      case 8:
        reader.expect(VARINT);
        span.spanType = reader.int32();
        break;
      case 9:
        reader.expect(VARINT);
        span.spanLayer = reader.int32();
        break;
      case 10:
        reader.expect(VARINT);
        span.componentId = reader.int32();
        break;
      case 11:
        reader.expect(VARINT);
        span.isError = reader.bool();
        break;
      case 12:
        reader.expect(BYTES);
        pushTag(span, reader);
        break;
      case 14:
        reader.expect(VARINT);
        span.skipAnalysis = reader.bool();
        break;
      default:
        reader.skip();
    }
  }
  return span;
}

/** Remembers where the operation name lies. */
function readName(span: SpanView, reader: WireReader): void {
  const limit = reader.limit();
  span.nameAt(reader.at, limit);
  reader.at = limit;
}

/** Remembers where a tag lies, and checks that it can be read later. */
function pushTag(span: SpanView, reader: WireReader): void {
  if (span.tagRanges === NO_TAGS) span.tagRanges = [];
  if (span.tagRanges.length > 2 * MAX_PARTS) throw tooManyParts(reader);
  nested(reader, (inner) => {
    (span.tagRanges as number[]).push(inner.at, inner.end);
    while (inner.next()) inner.skip();
  });
}

function decodeReference(reader: WireReader): SegmentReferenceView {
  const ref = {
    refType: 0,
    traceId: '',
    parentSegmentId: '',
    parentSpanId: 0,
    parentService: '',
    parentServiceInstance: '',
    parentEndpoint: '',
    networkAddressUsedAtPeer: '',
  };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(VARINT);
        ref.refType = reader.int32();
        break;
      case 2:
        reader.expect(BYTES);
        ref.traceId = reader.string();
        break;
      case 3:
        reader.expect(BYTES);
        ref.parentSegmentId = reader.string();
        break;
      case 4:
        reader.expect(VARINT);
        ref.parentSpanId = reader.int32();
        break;
      case 5:
        reader.expect(BYTES);
        ref.parentService = reader.string();
        break;
      case 6:
        reader.expect(BYTES);
        ref.parentServiceInstance = reader.string();
        break;
      case 7:
        reader.expect(BYTES);
        ref.parentEndpoint = reader.string();
        break;
      case 8:
        reader.expect(BYTES);
        ref.networkAddressUsedAtPeer = reader.string();
        break;
      default:
        reader.skip();
    }
  }
  return ref;
}
