/** A searchable tag and the text by which it is stored. */
export class TagText {
  /** For which day its row for completion was written last, and in which epoch of what is remembered of that. */
  writtenDay = Number.NaN;
  writtenEpoch = -1;
  /** `key=value`. */
  readonly text: string;

  constructor(
    readonly key: string,
    readonly value: string,
    /** The value, of a tag that is remembered. */
    readonly bytes: Buffer | undefined,
  ) {
    this.text = `${key}=${value}`;
  }
}

/** Values that are remembered for a key, and the longest of them, bytes. */
const REMEMBERED = 16;
const LONGEST = 64;

/**
 * Texts of one searchable key. Most keys have a few values (methods, status codes, kinds of databases), so a value is first compared,
 * byte by byte, with the ones seen lately; then no string is made at all.
 */
export class TagTexts {
  private readonly seen: TagText[] = [];
  private next = 0;

  constructor(private readonly key: string) {}

  /** The tag whose value lies at `from` to `to`. */
  of(bytes: Buffer, from: number, to: number): TagText {
    const { seen } = this;
    const length = to - from;
    for (let at = 0; at < seen.length; at++) {
      const known = seen[at]!.bytes!;
      if (known.length !== length) continue;
      let i = 0;
      while (i < length && known[i] === bytes[from + i]) i++;
      if (i === length) return seen[at]!;
    }
    return this.made(bytes, from, to);
  }

  private made(bytes: Buffer, from: number, to: number): TagText {
    const value = bytes.toString('utf8', from, to);
    if (to - from > LONGEST) return new TagText(this.key, value, undefined);
    const tag = new TagText(this.key, value, Buffer.from(bytes.subarray(from, to)));
    this.seen[this.next] = tag;
    this.next = (this.next + 1) % REMEMBERED;
    return tag;
  }
}
