/** Keys to look for among a span's tags. They are compared as bytes, so that a tag nobody asks for costs no string. */
export class TagKeys {
  private readonly byLength: Array<Array<{ readonly index: number; readonly bytes: Buffer }> | undefined> = [];

  /** `keys` are distinct; a key's place in the list is its index. */
  constructor(readonly keys: readonly string[]) {
    keys.forEach((key, index) => {
      const bytes = Buffer.from(key, 'utf8');
      this.byLength[bytes.length] ??= [];
      this.byLength[bytes.length]!.push({ index, bytes });
    });
  }

  /** Index of the key that lies at `from` to `to`; -1 if it is none of these. */
  indexOf(text: Buffer, from: number, to: number): number {
    const candidates = this.byLength[to - from];
    if (candidates === undefined) return -1;
    for (const { index, bytes } of candidates) {
      let i = 0;
      while (i < bytes.length && bytes[i] === text[from + i]) i++;
      if (i === bytes.length) return index;
    }
    return -1;
  }
}
