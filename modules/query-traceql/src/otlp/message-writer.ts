const FIRST_SIZE = 4096;
/** The longest length of a field on the wire, and its tag. */
const HEAD = 10;

/** Where a message inside another begins; for {@link MessageWriter.end}. */
export type Mark = number & { readonly mark: unique symbol };

/** Writes the fields of a protobuf message, and of those inside it, one after the other into one buffer. */
export class MessageWriter {
  #buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #at = 0;

  /** What is written from here to its `end` is a message in a field. */
  begin(field: number): Mark {
    this.#room(HEAD);
    this.#varint((field << 3) | 2);
    // Most messages are short: their length takes one byte.
    return ++this.#at as Mark;
  }

  end(mark: Mark): this {
    const length = this.#at - mark;
    const more = varintSize(length) - 1;
    this.#room(more);
    if (more > 0) this.#buffer.copyWithin(mark + more, mark, this.#at);
    this.#at = mark - 1;
    this.#varint(length);
    this.#at += length;
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#room(HEAD + value.length);
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** Written also when it is empty. */
  text(field: number, value: string): this {
    const length = Buffer.byteLength(value, 'utf8');
    this.#room(HEAD + length);
    this.#varint((field << 3) | 2);
    this.#varint(length);
    this.#at += this.#buffer.write(value, this.#at, length, 'utf8');
    return this;
  }

  /** A number below 2^31. */
  number(field: number, value: number): this {
    this.#room(HEAD);
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  /** 64 bits, from decimal digits. */
  fixed64(field: number, digits: string): this {
    this.#room(HEAD + 8);
    this.#varint((field << 3) | 1);
    this.#at = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(digits)), this.#at);
    return this;
  }

  /** The bytes so far; nothing may be written afterwards. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#buffer[this.#at++] = (rest & 127) | 128;
    this.#buffer[this.#at++] = rest;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++;
  return size;
}
