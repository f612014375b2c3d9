import { MalformedError } from './malformed.js';

/** Protobuf wire types; groups (3, 4) are refused. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/**
 * Walks over protobuf fields without building objects. Every read is bounded by `end`, so hostile bytes end in a {@link MalformedError}.
 * Written by hand because analysis reads a few fields of each message and skips the rest: several times cheaper than a full decode.
 */
export class WireReader {
  /** Number of the field at hand, set by {@link next}. */
  field = 0;
  /** Wire type of the field at hand. */
  type = 0;
  /** Where the field at hand begins. */
  fieldAt = 0;

  constructor(
    readonly bytes: Buffer,
    public at = 0,
    public end = bytes.length,
  ) {}

  /** Moves to the next field's value; false at the end. */
  next(): boolean {
    if (this.at >= this.end) return false;
    this.fieldAt = this.at;
    const tag = this.varint32();
    this.field = tag >>> 3;
    this.type = tag & 7;
    if (this.field === 0) throw new MalformedError('field number 0', this.at);
    return true;
  }

  /** Low 32 bits of a varint, unsigned. */
  varint32(): number {
    const { at, end } = this;
    // Most are of one byte.
    const first = at < end ? this.bytes[at]! : 128;
    if (first >= 128) return this.longVarint32();
    this.at = at + 1;
    return first;
  }

  private longVarint32(): number {
    const { bytes, end } = this;
    let at = this.at;
    let result = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw new MalformedError('truncated varint', at);
      const byte = bytes[at++]!;
      if (shift < 32) result |= (byte & 127) << shift;
      if (byte < 128) {
        this.at = at;
        return result >>> 0;
      }
    }
    throw new MalformedError('varint longer than 10 bytes', at);
  }

  /** A signed 64-bit varint as a number; exact up to 2^53 either way. */
  int64(): number {
    const { bytes, end } = this;
    let at = this.at;
    // Bits 0 to 27, 28 to 55 and 56 to 63.
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) throw new MalformedError('truncated varint', at);
      const byte = bytes[at++]!;
      low |= (byte & 127) << shift;
      if (byte < 128) return this.passed(at, low);
    }
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) throw new MalformedError('truncated varint', at);
      const byte = bytes[at++]!;
      middle |= (byte & 127) << shift;
      if (byte < 128) return this.passed(at, middle * 2 ** 28 + low);
    }
    for (let shift = 0; shift < 14; shift += 7) {
      if (at >= end) throw new MalformedError('truncated varint', at);
      const byte = bytes[at++]!;
      high |= (byte & 127) << shift;
      if (byte < 128) return this.passed(at, ((middle >>> 4) | (high << 24)) * 2 ** 32 + ((low | (middle << 28)) >>> 0));
    }
    throw new MalformedError('varint longer than 10 bytes', at);
  }

  private passed(at: number, value: number): number {
    this.at = at;
    return value;
  }

  int32(): number {
    return this.varint32() | 0;
  }

  bool(): boolean {
    return this.int64() !== 0;
  }

  /** A 64-bit float; may be infinite or NaN. */
  double(): number {
    const { at } = this;
    this.advance(8);
    return this.bytes.readDoubleLE(at);
  }

  /** Reads a length and returns the end of that many bytes, which begin at `at`. */
  limit(): number {
    const length = this.varint32();
    const limit = this.at + length;
    if (limit > this.end) throw new MalformedError(`length ${length} reaches past the end`, this.at);
    return limit;
  }

  string(): string {
    const limit = this.limit();
    const text = this.bytes.toString('utf8', this.at, limit);
    this.at = limit;
    return text;
  }

  /** Goes into the message at hand; returns what {@link leave} needs to come out of it. */
  enter(): number {
    this.expect(BYTES);
    const outer = this.end;
    this.end = this.limit();
    return outer;
  }

  /** Passes over what is left of a message that was entered. */
  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  /** Checks that the field at hand has the wire type it must have. */
  expect(type: number): void {
    if (this.type !== type) throw new MalformedError(`field ${this.field} has wire type ${this.type}, expected ${type}`, this.at);
  }

  /** Passes over the value of the field at hand. */
  skip(): void {
    switch (this.type) {
      case VARINT:
        this.varint32();
        return;
      case BYTES:
        this.at = this.limit();
        return;
      case FIXED64:
        this.advance(8);
        return;
      case FIXED32:
        this.advance(4);
        return;
      default:
        throw new MalformedError(`wire type ${this.type}`, this.at);
    }
  }

  private advance(count: number): void {
    if (this.at + count > this.end) throw new MalformedError('truncated field', this.at);
    this.at += count;
  }
}

/** The same bytes as a Buffer, not copied. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
