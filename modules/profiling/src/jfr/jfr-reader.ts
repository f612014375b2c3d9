import { ProfileError } from '../stacks/profile-error.js';

const NULL_STRING = 0;
const EMPTY_STRING = 1;
const POOLED_STRING = 2;
const UTF8_STRING = 3;
const CHARACTERS = 4;
const LATIN1_STRING = 5;
/** Longest text that is kept of any string, bytes: names are put together by the million. */
const MAX_STRING = 2048;

/** Walks over the compressed numbers and strings of a JFR file. Every read is bounded by `end`. */
export class JfrReader {
  constructor(
    readonly bytes: Buffer,
    public at: number,
    public end: number,
  ) {}

  fail(what: string, at = this.at): never {
    throw new ProfileError('JFR', what, at);
  }

  byte(): number {
    if (this.at >= this.end) this.fail('truncated');
    return this.bytes[this.at++]!;
  }

  skip(count: number): void {
    if (count > this.end - this.at) this.fail(`${count} bytes reach past the end`);
    this.at += count;
  }

  /** A compressed integer of up to 64 bits, signed; exact up to 2^53 either way. The ninth byte, if there is one, has eight bits. */
  varint(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first & 127;
    let factor = 128;
    for (let i = 1; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    const last = this.byte();
    return last < 128 ? value + last * factor : value + (last - 256) * factor;
  }

  /** A count of things of at least one byte each, so that it cannot be more than the bytes that are left. */
  count(what: string): number {
    const at = this.at;
    const count = this.varint();
    if (count < 0 || count > this.end - this.at) this.fail(`${count} ${what} reach past the end`, at);
    return count;
  }

  /** `pooled` gives the text of a string that lies in a constant pool. */
  string(pooled: (key: number) => string): string {
    const encoding = this.byte();
    switch (encoding) {
      case NULL_STRING:
      case EMPTY_STRING:
        return '';
      case POOLED_STRING:
        return pooled(this.varint());
      case UTF8_STRING:
        return this.text('utf8');
      case LATIN1_STRING:
        return this.text('latin1');
      case CHARACTERS:
        return this.characters();
      default:
        return this.fail(`unknown encoding ${encoding} of a string`, this.at - 1);
    }
  }

  private text(encoding: 'utf8' | 'latin1'): string {
    const length = this.count('bytes of a string');
    const from = this.at;
    this.at += length;
    return this.bytes.toString(encoding, from, from + Math.min(length, MAX_STRING));
  }

  private characters(): string {
    const length = this.count('characters of a string');
    const units: number[] = [];
    for (let i = 0; i < length; i++) {
      const unit = this.varint();
      if (i < MAX_STRING) units.push(unit & 0xffff);
    }
    let text = '';
    for (let from = 0; from < units.length; from += 4096) text += String.fromCharCode(...units.slice(from, from + 4096));
    return text;
  }
}
