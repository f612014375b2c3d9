import { MalformedError } from './malformed.js';
import { SegmentReferenceView, SegmentView, SpanType, SpanView, TAG, usualValue } from './segment-view.js';
import { TextTable } from './text-table.js';
import { asBuffer, BYTES, VARINT, WireReader } from './wire-reader.js';

/**
 * Spans, references and tags that one segment may have in all. Agents cut a segment at some hundred spans; empty ones take 2 bytes on the
 * wire and a hundred times that in memory.
 */
const MAX_PARTS = 200_000;
/** Bytes of the segments that are read out of a place of their own; nearly all are shorter. */
const USUAL_SIZE = 64 * 1024;

const names = new TextTable();

/** Reads segments, whose names it makes once. */
class SegmentReader extends WireReader {
  private readonly words: DataView;
  /** The bytes that views refer to. They may lie elsewhere than those that are read. */
  original: Buffer;

  constructor(bytes: Buffer) {
    super(bytes);
    this.original = bytes;
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A text that other segments are likely to have as well. */
  name(): string {
    const limit = this.limit();
    const text = names.text(this.bytes, this.words, this.at, limit);
    this.at = limit;
    return text;
  }

  nameAt(from: number, to: number): string {
    return names.text(this.bytes, this.words, from, to);
  }
}

/** Segments are copied here to be read: views of words, which make names quick to compare, are too dear to make for each segment. */
const usual = new SegmentReader(Buffer.alloc(USUAL_SIZE));

/** Decodes what analysis needs. Throws {@link MalformedError}. The view refers to `bytes`, which must not change. */
export function decodeSegment(bytes: Uint8Array): SegmentView {
  const original = asBuffer(bytes);
  const segment = new SegmentView();
  if (original.length > USUAL_SIZE) {
    readSegment(new SegmentReader(original), segment);
    return segment;
  }
  original.copy(usual.bytes);
  usual.original = original;
  usual.at = 0;
  usual.end = original.length;
  readSegment(usual, segment);
  return segment;
}

function readSegment(reader: SegmentReader, segment: SegmentView): void {
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
      case 3: {
        const span = new SpanView(reader.original);
        const outer = reader.enter();
        readSpan(reader, span);
        reader.leave(outer);
        segment.spans.push(span);
        segment.parts += 1 + span.refs.length + span.tagCount;
        if (segment.parts > MAX_PARTS) throw tooManyParts(reader);
        break;
      }
      case 4:
        reader.expect(BYTES);
        segment.service = reader.name();
        break;
      case 5:
        reader.expect(BYTES);
        segment.serviceInstance = reader.name();
        break;
      default:
        reader.skip();
    }
  }
}

const tooManyParts = (reader: WireReader): MalformedError =>
  new MalformedError(`a segment of more than ${MAX_PARTS} spans, references and tags`, reader.at);

function readSpan(reader: SegmentReader, span: SpanView): void {
  let nameFrom = 0;
  let nameTo = 0;
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
        readReference(reader, span);
        break;
      case 6:
        reader.expect(BYTES);
        nameTo = reader.limit();
        nameFrom = reader.at;
        reader.at = nameTo;
        break;
      case 7:
        reader.expect(BYTES);
        span.peer = reader.name();
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
      case TAG:
        readTag(reader, span);
        break;
      case 14:
        reader.expect(VARINT);
        span.skipAnalysis = reader.bool();
        break;
      default:
        reader.skip();
    }
  }
  // Endpoints come again and again; what other spans did is rarely asked for.
  span.nameAt(nameFrom, nameTo, span.spanType === SpanType.Entry ? reader.nameAt(nameFrom, nameTo) : undefined);
}

/** Remembers where a tag lies, and checks that it can be read later. */
function readTag(reader: SegmentReader, span: SpanView): void {
  const { fieldAt } = reader;
  const outer = reader.enter();
  if (usualValue(reader.bytes, reader.at, reader.end) < 0) while (reader.next()) reader.skip();
  reader.leave(outer);
  if (span.tagCount >= MAX_PARTS) throw tooManyParts(reader);
  span.addTag(fieldAt, reader.at);
}

function readReference(reader: SegmentReader, span: SpanView): void {
  const reference = new SegmentReferenceView(reader.original);
  const outer = reader.enter();
  readReferenceFields(reader, reference);
  reader.leave(outer);
  if (span.refs.length >= MAX_PARTS) throw tooManyParts(reader);
  span.addReference(reference);
}

function readReferenceFields(reader: SegmentReader, reference: SegmentReferenceView): void {
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(VARINT);
        reference.refType = reader.int32();
        break;
      case 2: {
        reader.expect(BYTES);
        const limit = reader.limit();
        reference.traceAt(reader.at, limit);
        reader.at = limit;
        break;
      }
      case 3: {
        reader.expect(BYTES);
        const limit = reader.limit();
        reference.segmentAt(reader.at, limit);
        reader.at = limit;
        break;
      }
      case 4:
        reader.expect(VARINT);
        reference.parentSpanId = reader.int32();
        break;
      case 5:
        reader.expect(BYTES);
        reference.parentService = reader.name();
        break;
      case 6:
        reader.expect(BYTES);
        reference.parentServiceInstance = reader.name();
        break;
      case 7:
        reader.expect(BYTES);
        reference.parentEndpoint = reader.name();
        break;
      case 8:
        reader.expect(BYTES);
        reference.networkAddressUsedAtPeer = reader.name();
        break;
      default:
        reader.skip();
    }
  }
}
