const MAX_VARINT_BYTES = 8;
/** A buffer that grew beyond this is not kept for the next use. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** More bytes than this are copied by a call, which costs as much as so many steps of a loop. */
const MAX_SHORT_COPY = 64;
/** Longer text is left to the encoder; its length must fit into one byte. */
const MAX_SHORT_TEXT = 100;
/** Twice this is still a safe integer. */
const MAX_SHORT = 2 ** 51;

/** Writes numbers and text into one growing buffer. Varints hold integers up to 2^53; text is UTF-8 with its length before it. */
export class ByteWriter {
  #buffer: Buffer;
  #at = 0;
  readonly #refs = new Map<string, number>();

  constructor(capacity = 4096) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#at;
  }

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#at++] = value;
  }

  /** A non-negative safe integer. */
  varint(value: number): void {
    this.#room(MAX_VARINT_BYTES);
    const buffer = this.#buffer;
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[this.#at++] = rest;
  }

  /** Any number; an integer of either sign is short when it is small. */
  signed(value: number): void {
    if (Number.isInteger(value) && value < MAX_SHORT && value > -MAX_SHORT && !Object.is(value, -0)) {
      this.varint(value < 0 ? -value * 2 : value * 2 + 1);
      return;
    }
    this.byte(0);
    this.float64(value);
  }

  uint32le(value: number): void {
    this.#room(4);
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
  }

  float64(value: number): void {
    this.#room(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** The bytes alone; the reader must know how many. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.byteLength);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  /** The bytes from `start` to `end` alone. */
  rawPart(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    this.#room(size);
    if (size > MAX_SHORT_COPY) this.#buffer.set(bytes.subarray(start, end), this.#at);
    else for (let i = 0; i < size; i++) this.#buffer[this.#at + i] = bytes[start + i]!;
    this.#at += size;
  }

  bytes(bytes: Uint8Array): void {
    this.varint(bytes.byteLength);
    this.raw(bytes);
  }

  /** What another writer holds, its length before it. */
  bytesOf(other: ByteWriter): void {
    this.varint(other.#at);
    this.rawOf(other);
  }

  /** What another writer holds. */
  rawOf(other: ByteWriter): void {
    const size = other.#at;
    this.#room(size);
    if (size > MAX_SHORT_COPY) other.#buffer.copy(this.#buffer, this.#at, 0, size);
    else for (let i = 0; i < size; i++) this.#buffer[this.#at + i] = other.#buffer[i]!;
    this.#at += size;
  }

  text(text: string): void {
    const length = text.length;
    if (length <= MAX_SHORT_TEXT) {
      this.#room(length + 1);
      if (this.#ascii(text, length)) return;
    }
    const size = Buffer.byteLength(text);
    this.varint(size);
    this.#room(size);
    this.#at += this.#buffer.write(text, this.#at, size, 'utf8');
  }

  /** Text that occurs often in this buffer: written once, then referred to by number. */
  ref(text: string): void {
    const found = this.#refs.get(text);
    if (found !== undefined) {
      this.varint(found);
      return;
    }
    this.#refs.set(text, this.#refs.size + 1);
    this.byte(0);
    this.text(text);
  }

  /** The bytes written so far; a view that is valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  /** Begins anew in the same memory; earlier views become invalid. */
  clear(): void {
    this.#at = 0;
    if (this.#refs.size > 0) this.#refs.clear();
    if (this.#buffer.length > MAX_KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(MAX_KEPT_BYTES / 16);
  }

  /** Short ASCII text byte by byte, which is faster than a call into the encoder. */
  #ascii(text: string, length: number): boolean {
    const start = this.#at;
    const buffer = this.#buffer;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      buffer[start + 1 + i] = code;
    }
    buffer[start] = length;
    this.#at = start + 1 + length;
    return true;
  }

  #room(size: number): void {
    if (this.#at + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + size));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
