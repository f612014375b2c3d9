import type { TagKeys } from './tag-keys.js';
import { BYTES, WireReader } from './wire-reader.js';

export const SpanType = { Entry: 0, Exit: 1, Local: 2 } as const;
export const RefType = { CrossProcess: 0, CrossThread: 1 } as const;
export const SpanLayer = { Unknown: 0, Database: 1, RPCFramework: 2, Http: 3, MQ: 4, Cache: 5, FAAS: 6, GenAI: 7 } as const;

/** Bytes of memory of a span, reference or tag, about. */
const BYTES_PER_PART = 100;
/** Number of the field of a span that holds a tag, and its first byte on the wire. */
export const TAG = 12;
const TAG_FIELD = 0x62;
/** First byte of a tag's key, field 1, and of its value, field 2. */
const KEY_FIELD = 0x0a;
const VALUE_FIELD = 0x12;

const NO_REFS: readonly SegmentReferenceView[] = [];

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

/** Where a span comes from. */
export class SegmentReferenceView {
  refType = 0;
  parentSpanId = 0;
  parentService = '';
  parentServiceInstance = '';
  parentEndpoint = '';
  networkAddressUsedAtPeer = '';
  private traceFrom = 0;
  private traceTo = 0;
  private segmentFrom = 0;
  private segmentTo = 0;

  /** `bytes`: those of the whole segment. */
  constructor(private readonly bytes: Buffer) {}

  /** Made when asked for, as {@link parentSegmentId}: the analysis of traffic does not need them. */
  get traceId(): string {
    return this.bytes.toString('utf8', this.traceFrom, this.traceTo);
  }

  get parentSegmentId(): string {
    return this.bytes.toString('utf8', this.segmentFrom, this.segmentTo);
  }

  /** Where the trace id lies in the segment's bytes. */
  traceAt(from: number, to: number): void {
    this.traceFrom = from;
    this.traceTo = to;
  }

  /** Where the id of the parent segment lies in the segment's bytes. */
  segmentAt(from: number, to: number): void {
    this.segmentFrom = from;
    this.segmentTo = to;
  }
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
  /** How many tags it has. */
  tagCount = 0;
  /** From the first tag field to the end of the last one; other fields may lie between them. */
  private tagsFrom = 0;
  private tagsTo = 0;
  private nameFrom = 0;
  private nameTo = 0;
  private name: string | undefined;

  /** `bytes`: those of the whole segment. */
  constructor(readonly bytes: Buffer) {}

  /** Made when first asked for, unless the decoder had it at hand: of most spans, local ones, nobody asks. */
  get operationName(): string {
    this.name ??= this.text(this.nameFrom, this.nameTo);
    return this.name;
  }

  /** Where the operation name lies in the segment's bytes, and the name itself if it is known. */
  nameAt(from: number, to: number, name: string | undefined): void {
    this.nameFrom = from;
    this.nameTo = to;
    this.name = name;
  }

  /** Adds a reference. */
  addReference(reference: SegmentReferenceView): void {
    if (this.refs === NO_REFS) this.refs = [reference];
    else (this.refs as SegmentReferenceView[]).push(reference);
  }

  /** Adds a tag, whose whole field lies at `from` to `to` in the segment's bytes. */
  addTag(from: number, to: number): void {
    if (this.tagCount === 0) this.tagsFrom = from;
    this.tagsTo = to;
    this.tagCount++;
  }

  /** Value of the last tag with this key; undefined if there is none. */
  tag(key: string): string | undefined {
    let found: string | undefined;
    for (const [tagKey, value] of this.tags()) if (tagKey === key) found = value;
    return found;
  }

  /** All tags in wire order, repeated keys included. */
  *tags(): Generator<readonly [key: string, value: string]> {
    const fields = new WireReader(this.bytes, this.tagsFrom, this.tagsTo);
    while (fields.next()) {
      if (fields.field !== TAG) {
        fields.skip();
        continue;
      }
      const reader = new WireReader(this.bytes, 0, fields.limit());
      reader.at = fields.at;
      fields.at = reader.end;
      let key = '';
      let value = '';
      while (reader.next()) {
        if (reader.field === 1 && reader.type === BYTES) key = reader.string();
        else if (reader.field === 2 && reader.type === BYTES) value = reader.string();
        else reader.skip();
      }
      yield [key, value];
    }
  }

  /**
   * Finds the tags whose keys are among `keys`, in wire order, repeated keys included. Puts three numbers for each into `into`: index of the
   * key, start and end of the value for {@link text}. Returns how many numbers that is; what else is in `into` stays there.
   */
  findTags(keys: TagKeys, into: number[]): number {
    const { bytes, tagsTo } = this;
    let at = this.tagsFrom;
    let count = 0;
    while (at < tagsTo) {
      let from = at + 2;
      let to = from + bytes[at + 1]!;
      if (bytes[at] !== TAG_FIELD || to - from >= 128) {
        // Another field, or a tag that is longer than most.
        const field = new WireReader(bytes, at, tagsTo);
        field.next();
        if (field.field !== TAG) {
          field.skip();
          at = field.at;
          continue;
        }
        to = field.limit();
        from = field.at;
      }
      at = to;
      const value = usualValue(bytes, from, to);
      if (value < 0) {
        count = this.findAnyTag(keys, from, to, into, count);
        continue;
      }
      const key = keys.indexOf(bytes, from + 2, from + 2 + bytes[from + 1]!);
      if (key < 0) continue;
      into[count] = key;
      into[count + 1] = value;
      into[count + 2] = to;
      count += 3;
    }
    return count;
  }

  /** A tag whose fields stand in another order, are repeated or missing. */
  private findAnyTag(keys: TagKeys, start: number, end: number, into: number[], count: number): number {
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
    if (key < 0) return count;
    into[count] = key;
    into[count + 1] = from;
    into[count + 2] = to;
    return count + 3;
  }

  /** A part of the segment's bytes as text. */
  text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to);
  }
}

/**
 * Start of a tag's value, if the tag that lies at `from` to `to` is a key of less than 128 bytes and then a value to its end, as nearly all
 * are; else -1. What lies behind `to` makes no difference.
 */
export function usualValue(bytes: Buffer, from: number, to: number): number {
  const keyLength = bytes[from + 1]!;
  const valueField = from + 2 + keyLength;
  if (bytes[from] !== KEY_FIELD || keyLength >= 128 || bytes[valueField] !== VALUE_FIELD) return -1;
  const low = bytes[valueField + 1]!;
  if (low < 128) return valueField + 2 + low === to ? valueField + 2 : -1;
  const high = bytes[valueField + 2]!;
  return high < 128 && valueField + 3 + ((low & 127) | (high << 7)) === to ? valueField + 3 : -1;
}
