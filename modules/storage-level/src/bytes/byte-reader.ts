/** Stored bytes that are not what this version writes: damaged, cut short, or of another version. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

/** Reads what `ByteWriter` wrote. Every step is checked against the end; anything wrong is a {@link MalformedBytes}. */
export class ByteReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;
  readonly #refs: string[] = [];

  constructor(bytes: Uint8Array, start = 0, end = bytes.byteLength) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (start < 0 || end > bytes.byteLength || start > end) throw new MalformedBytes('a part reaches beyond its bytes');
    this.#at = start;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    this.#need(1);
    return this.#buffer[this.#at++]!;
  }

  varint(): number {
    const buffer = this.#buffer;
    let at = this.#at;
    if (at >= this.#end) throw new MalformedBytes('a number is cut short');
    let byte = buffer[at++]!;
    if (byte < 128) {
      this.#at = at;
      return byte;
    }
    let value = byte & 127;
    let scale = 128;
    do {
      if (at >= this.#end) throw new MalformedBytes('a number is cut short');
      byte = buffer[at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127 && scale < 2 ** 57);
    if (byte > 127 || value > Number.MAX_SAFE_INTEGER) throw new MalformedBytes('a number is too long');
    this.#at = at;
    return value;
  }

  signed(): number {
    const value = this.varint();
    if (value === 0) return this.float64();
    return value % 2 === 1 ? (value - 1) / 2 : -value / 2;
  }

  /** A varint that counts things of at least `size` bytes each, so that a damaged count cannot reserve memory. */
  count(size = 1): number {
    const value = this.varint();
    if (value * size > this.remaining) throw new MalformedBytes('a list is longer than its bytes');
    return value;
  }

  uint32le(): number {
    this.#need(4);
    this.#at += 4;
    return this.#buffer.readUInt32LE(this.#at - 4);
  }

  float64(): number {
    this.#need(8);
    const value = this.#buffer.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /** A view into the bytes that are read, not a copy. */
  raw(size: number): Buffer {
    this.#need(size);
    const start = this.#at;
    this.#at += size;
    return this.#buffer.subarray(start, start + size);
  }

  bytes(): Buffer {
    return this.raw(this.varint());
  }

  skip(size: number): void {
    this.#need(size);
    this.#at += size;
  }

  /** Passes over numbers as `writeNumber` writes them: a varint, or a zero byte and 8 more. */
  skipNumbers(count: number): void {
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = 0; i < count; i++) {
      if (at >= this.#end) throw new MalformedBytes('the bytes end too early');
      let byte = buffer[at++]!;
      if (byte === 0) at += 8;
      while (byte > 127 && at < this.#end) byte = buffer[at++]!;
    }
    this.#at = at;
    this.#need(0);
  }

  text(): string {
    const size = this.varint();
    this.#need(size);
    const start = this.#at;
    this.#at += size;
    return this.#buffer.toString('utf8', start, this.#at);
  }

  ref(): string {
    const number = this.varint();
    if (number === 0) {
      const text = this.text();
      this.#refs.push(text);
      return text;
    }
    const text = this.#refs[number - 1];
    if (text === undefined) throw new MalformedBytes('a reference leads nowhere');
    return text;
  }

  #need(size: number): void {
    if (this.#at + size > this.#end) throw new MalformedBytes('the bytes end too early');
  }
}
