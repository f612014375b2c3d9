/** A searchable tag and the text by which it is stored. */
export interface TagText {
  readonly key: string;
  readonly value: string;
  /** `key=value`. */
  readonly text: string;
}

/** Values that are remembered for a key, and the longest of them, bytes. */
const REMEMBERED = 16;
const LONGEST = 64;

/**
 * Texts of one searchable key. Most keys have a few values (methods, status codes, kinds of databases), so a value is first compared,
 * byte by byte, with the ones seen lately; then no string is made at all.
 */
export class TagTexts {
  private readonly seen: Array<TagText & { readonly bytes: Buffer }> = [];
  private next = 0;

  constructor(private readonly key: string) {}

  /** The tag whose value lies at `from` to `to`. */
  of(bytes: Buffer, from: number, to: number): TagText {
    const length = to - from;
    for (const tag of this.seen) {
      if (tag.bytes.length !== length) continue;
      let i = 0;
      while (i < length && tag.bytes[i] === bytes[from + i]) i++;
      if (i === length) return tag;
    }
    const value = bytes.toString('utf8', from, to);
    const tag = { key: this.key, value, text: `${this.key}=${value}` };
    if (length > LONGEST) return tag;
    const remembered = { ...tag, bytes: Buffer.from(bytes.subarray(from, to)) };
    this.seen[this.next] = remembered;
    this.next = (this.next + 1) % REMEMBERED;
    return remembered;
  }
}
