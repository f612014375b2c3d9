import { ProtocolError } from './protocol-error.js';
import { Code } from './status-codes.js';

/** One byte that says whether the message is compressed, four that say its length. */
const PREFIX_BYTES = 5;
/** What a message that comes in pieces gets at first; a length that is only announced takes no more memory. */
const FIRST_BYTES = 64 * 1024;
const EMPTY_FRAME = Buffer.alloc(PREFIX_BYTES);

/** A message with its prefix, not compressed. */
export function frame(message: Uint8Array): Buffer {
  if (message.byteLength === 0) return EMPTY_FRAME;
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.byteLength);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.byteLength, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}

/**
 * Cuts the bytes of a request into messages. Every message gets memory of its own: what node:http2 hands over are slices of a network buffer,
 * which one message would keep whole.
 */
export class FrameReader {
  /** Whether what {@link next} returned last is compressed. */
  compressed = false;
  private data: Buffer = EMPTY_FRAME;
  private at = PREFIX_BYTES;
  /** A prefix that came in pieces; there is seldom one. */
  private prefix: Buffer | undefined;
  private prefixFilled = 0;
  private length = 0;
  private message: Buffer | undefined;
  private filled = 0;

  /** @param limit bytes of the largest message as it is sent */
  constructor(private readonly limit: number) {}

  /** More bytes; those before must have been read. */
  add(data: Buffer): void {
    this.data = data;
    this.at = 0;
  }

  /** The next whole message; undefined when more bytes are needed. Throws ProtocolError. */
  next(): Uint8Array | undefined {
    if (this.message === undefined && !this.readPrefix()) return undefined;
    const available = Math.min(this.length - this.filled, this.data.length - this.at);
    this.makeRoom(this.filled + available);
    const message = this.message!;
    this.data.copy(message, this.filled, this.at, this.at + available);
    this.at += available;
    this.filled += available;
    if (this.filled < this.length) {
      this.letGo();
      return undefined;
    }
    this.message = undefined;
    return message;
  }

  /** Bytes of an unfinished message are there. */
  get isInside(): boolean {
    return this.prefixFilled > 0 || this.message !== undefined;
  }

  private readPrefix(): boolean {
    const { data, at } = this;
    const available = data.length - at;
    if (this.prefixFilled === 0 && available >= PREFIX_BYTES) {
      this.at += PREFIX_BYTES;
      this.begin(data[at]!, data.readUInt32BE(at + 1));
      return true;
    }
    if (available === 0) {
      this.letGo();
      return false;
    }
    this.prefix ??= Buffer.alloc(PREFIX_BYTES);
    const taken = data.copy(this.prefix, this.prefixFilled, at, at + Math.min(available, PREFIX_BYTES - this.prefixFilled));
    this.at += taken;
    this.prefixFilled += taken;
    if (this.prefixFilled < PREFIX_BYTES) return false;
    this.prefixFilled = 0;
    this.begin(this.prefix[0]!, this.prefix.readUInt32BE(1));
    return true;
  }

  /** All bytes were read: a stream that is only open must not keep a network buffer. */
  private letGo(): void {
    this.data = EMPTY_FRAME;
    this.at = PREFIX_BYTES;
  }

  private begin(flag: number, length: number): void {
    if (flag > 1) throw new ProtocolError(Code.INTERNAL, `a message begins with the byte ${flag}, which gRPC does not know`);
    if (length > this.limit) {
      throw new ProtocolError(Code.RESOURCE_EXHAUSTED, `a message of ${length} bytes is above the limit of ${this.limit} bytes`);
    }
    this.compressed = flag === 1;
    this.length = length;
    this.filled = 0;
    const whole = this.data.length - this.at >= length;
    this.message = Buffer.allocUnsafeSlow(whole ? length : Math.min(length, FIRST_BYTES));
  }

  /** Grows by doubling, so that many small pieces cost no more than few large ones. */
  private makeRoom(bytes: number): void {
    const { message } = this;
    if (message === undefined || bytes <= message.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(this.length, Math.max(bytes, message.length * 2)));
    message.copy(grown, 0, 0, this.filled);
    this.message = grown;
  }
}
