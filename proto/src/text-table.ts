/** Texts that a table holds: a power of two, in pairs. */
const PLACES = 8192;
/** Bytes of a place: hash and length of its text, four each, and then the text itself. Two lines of a processor's cache. */
const SIZE = 128;
const HEAD = 8;
/** Bytes of the texts that are held. Shorter ones are not worth it, longer ones do not come often. */
const SHORTEST = 4;
const LONGEST = SIZE - HEAD;

/**
 * Makes the texts that come again and again (names of services, instances and endpoints, addresses) once, as long as they keep coming: a
 * text whose bytes are known costs neither the decoding nor the memory of a new string, and maps that are asked for it need not hash it.
 * A text has two places, which it may take from a text that was seen before: the table never grows, 1 MB and the texts themselves.
 */
export class TextTable {
  private readonly texts: string[] = new Array<string>(PLACES).fill('');
  private readonly bytes = Buffer.alloc(PLACES * SIZE);
  private readonly words = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);

  /** The UTF-8 text at `from` to `to`. `words` is a view of the same bytes as `bytes`. */
  text(bytes: Buffer, words: DataView, from: number, to: number): string {
    const length = to - from;
    if (length < SHORTEST || length > LONGEST) return length === 0 ? '' : bytes.toString('utf8', from, to);
    const hash = hashOf(words, from, to);
    const first = hash & (PLACES - 2);
    if (this.holds(first, hash, words, from, length)) return this.texts[first]!;
    if (this.holds(first + 1, hash, words, from, length)) return this.texts[first + 1]!;
    // Which of the two has to go is left to a bit of the hash that chose neither.
    return this.hold(first + (hash >>> 31), hash, bytes, from, length);
  }

  private holds(place: number, hash: number, words: DataView, from: number, length: number): boolean {
    const held = this.words;
    const start = place * SIZE;
    if (held.getInt32(start, true) !== hash || held.getInt32(start + 4, true) !== length) return false;
    const text = start + HEAD;
    // Four bytes at a time; the last four may overlap those before.
    const last = length - 4;
    for (let i = 0; i < last; i += 4) if (words.getInt32(from + i, true) !== held.getInt32(text + i, true)) return false;
    return words.getInt32(from + last, true) === held.getInt32(text + last, true);
  }

  private hold(place: number, hash: number, bytes: Buffer, from: number, length: number): string {
    const text = bytes.toString('utf8', from, from + length);
    const start = place * SIZE;
    this.words.setInt32(start, hash, true);
    this.words.setInt32(start + 4, length, true);
    bytes.copy(this.bytes, start + HEAD, from, from + length);
    this.texts[place] = text;
    return text;
  }
}

/** Of at least four bytes. Two multiplicative chains, which a processor runs side by side. */
function hashOf(words: DataView, from: number, to: number): number {
  let a = to - from;
  let b = 0;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    a = Math.imul(a ^ words.getInt32(at, true), 0x9e3779b1);
    b = Math.imul(b ^ words.getInt32(at + 4, true), 0x85ebca6b);
  }
  if (at + 4 < to) a = Math.imul(a ^ words.getInt32(at, true), 0x9e3779b1);
  b = Math.imul(b ^ words.getInt32(to - 4, true), 0x85ebca6b);
  a ^= b ^ (b >>> 15);
  a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
  return a ^ (a >>> 13);
}
