/** Writes the fields of a protobuf message one after the other. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  /** Length-delimited; also a message inside another. */
  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint((field << 3) | 2), varint(value.length), value);
    return this;
  }

  /** Left out when it is empty. */
  text(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, Buffer.from(value, 'utf8'));
  }

  /** A number below 2^31; left out when it is 0. */
  number(field: number, value: number): this {
    if (value !== 0) this.#parts.push(varint(field << 3), varint(value));
    return this;
  }

  /** 64 bits, from decimal digits. */
  fixed64(field: number, digits: string): this {
    const value = Buffer.allocUnsafe(8);
    value.writeBigUInt64LE(BigInt.asUintN(64, BigInt(digits)));
    this.#parts.push(varint((field << 3) | 1), value);
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
