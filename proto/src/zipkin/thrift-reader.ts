import { MalformedError } from '../malformed.js';

/** Types of TBinaryProtocol. */
export const STOP = 0;
export const BOOL = 2;
export const BYTE = 3;
export const DOUBLE = 4;
export const I16 = 6;
export const I32 = 8;
export const I64 = 10;
export const STRING = 11;
export const STRUCT = 12;
export const MAP = 13;
export const SET = 14;
export const LIST = 15;

/** Bytes of the types that have a fixed size. */
const SIZES: Readonly<Record<number, number>> = { [BOOL]: 1, [BYTE]: 1, [DOUBLE]: 8, [I16]: 2, [I32]: 4, [I64]: 8 };
/** Real spans nest three levels. */
const DEEPEST = 16;
/** Elements of all lists of a message: each takes at least a byte on the wire, and far more in memory. */
const MOST_ELEMENTS = 500_000;

/** Walks over Thrift's binary protocol, big endian. Every read is bounded, so hostile bytes end in a {@link MalformedError}. */
export class ThriftReader {
  at = 0;
  /** Type and number of the field at hand, set by {@link next}. */
  type = STOP;
  field = 0;
  private elements = 0;

  constructor(readonly bytes: Buffer) {}

  /** Moves to the next field of a struct; false at its end. */
  next(): boolean {
    this.type = this.byte();
    if (this.type === STOP) return false;
    this.field = this.int16();
    return true;
  }

  /** The field at hand, if it has that type; one of another type is passed over. */
  is(type: number): boolean {
    if (this.type === type) return true;
    this.skip(this.type, 0);
    return false;
  }

  byte(): number {
    return this.bytes[this.take(1)]!;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }

  /** The place of 8 bytes, which are passed. */
  eight(): number {
    return this.take(8);
  }

  /** A signed number; exact below 2^53. */
  int64(): number {
    const at = this.take(8);
    return this.bytes.readInt32BE(at) * 2 ** 32 + this.bytes.readUInt32BE(at + 4);
  }

  /** The end of the bytes that begin at `at` after this call; they are not passed. */
  limit(): number {
    const length = this.int32();
    if (length < 0 || length > this.bytes.length - this.at) throw new MalformedError(`a length of ${length}`, this.at);
    return this.at + length;
  }

  string(): string {
    const end = this.limit();
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  /** Begins a list; the number of its elements, each of which must be of `type`. */
  list(type: number): number {
    const given = this.byte();
    const count = this.count();
    if (given !== type && count > 0) throw new MalformedError(`a list of type ${given}, expected ${type}`, this.at);
    return count;
  }

  private count(): number {
    const count = this.int32();
    if (count < 0 || count > this.bytes.length - this.at) throw new MalformedError(`a list of ${count} elements`, this.at);
    this.elements += count;
    if (this.elements > MOST_ELEMENTS) throw new MalformedError(`lists of more than ${MOST_ELEMENTS} elements`, this.at);
    return count;
  }

  /** Passes over a value. */
  skip(type: number, depth: number): void {
    const size = SIZES[type];
    if (size !== undefined) this.take(size);
    else if (type === STRING) this.at = this.limit();
    else if (depth >= DEEPEST) throw new MalformedError(`more than ${DEEPEST} levels`, this.at);
    else if (type === STRUCT) this.skipStruct(depth + 1);
    else if (type === LIST || type === SET) this.skipElements([this.byte()], this.count(), depth + 1);
    else if (type === MAP) this.skipElements([this.byte(), this.byte()], this.count(), depth + 1);
    else throw new MalformedError(`type ${type}`, this.at);
  }

  private skipStruct(depth: number): void {
    for (let type = this.byte(); type !== STOP; type = this.byte()) {
      this.take(2);
      this.skip(type, depth);
    }
  }

  private skipElements(types: readonly number[], count: number, depth: number): void {
    for (let i = 0; i < count; i++) for (const type of types) this.skip(type, depth);
  }

  private take(count: number): number {
    const { at } = this;
    if (count > this.bytes.length - at) throw new MalformedError('truncated', at);
    this.at = at + count;
    return at;
  }
}
