import type { TagText } from './tag-texts.js';

/** Longest searchable tag, `key=value`, in UTF-16 units. */
export const MAX_TAG = 256;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
export const BYTES_PER_UNIT = 3;
/** Room for the searchable tags of one segment, a little less than the field of the record holds. */
const MAX_TAGS_BYTES = 60_000;
/** Up to so many tags, a new one is compared with each of them. */
const FEW = 24;

/** The different searchable tags of one segment after another, as many as a record has room for. */
export class RecordTags {
  private tags: TagText[] = [];
  /** Texts of the tags, once they are many. */
  private many: Set<string> | undefined;
  private room = MAX_TAGS_BYTES;
  /** Tags that did not fit, of all segments. */
  dropped = 0;
  count = 0;

  /** Turns to another segment. */
  begin(): void {
    this.count = 0;
    this.room = MAX_TAGS_BYTES;
    if (this.many === undefined) return;
    this.many = undefined;
    this.tags = [];
  }

  at(i: number): TagText {
    return this.tags[i]!;
  }

  add(tag: TagText): void {
    if (this.has(tag) || tag.text.length > MAX_TAG) return;
    const size = tag.text.length * BYTES_PER_UNIT;
    if (size > this.room) {
      this.dropped++;
      return;
    }
    this.room -= size;
    this.tags[this.count++] = tag;
    if (this.count === FEW) this.many = new Set(this.texts());
    else this.many?.add(tag.text);
  }

  /** What the record holds, in the order in which the tags came. */
  texts(): string[] {
    const texts = new Array<string>(this.count);
    for (let i = 0; i < this.count; i++) texts[i] = this.tags[i]!.text;
    return texts;
  }

  private has(tag: TagText): boolean {
    const { tags, many, count } = this;
    if (many !== undefined) return many.has(tag.text);
    for (let i = 0; i < count; i++) if (tags[i] === tag || tags[i]!.text === tag.text) return true;
    return false;
  }
}
