import { type SpanView, TagKeys } from '@skein/proto';
import { type TagText, TagTexts } from './tag-texts.js';

/** Tags that the analysis reads, besides the searchable ones. */
const READ = [
  'http.status_code',
  'status_code',
  'rpc.status_code',
  'x-le',
  'db.type',
  'db.statement',
  'cache.type',
  'cache.op',
  'cache.cmd',
  'cache.key',
  'mq.topic',
  'mq.queue',
  'transmission.latency',
] as const;
export type ReadTag = (typeof READ)[number];

const HTTP_STATUS_CODE = READ.indexOf('http.status_code');
const OLD_STATUS_CODE = READ.indexOf('status_code');
const indexes: Readonly<Record<ReadTag, number>> = Object.fromEntries(READ.map((key, index) => [key, index])) as Record<ReadTag, number>;

const ZERO = 0x30;
/** Digits of a status code that is worth reading. */
const MOST_DIGITS = 9;

/** Reads the tags of one span after another: a pass over their keys as bytes, and a string only for what is asked for. */
export class SpanTags {
  private readonly keys: TagKeys;
  /** By index of the key; undefined for keys that are not searchable. */
  private readonly searchable: ReadonlyArray<TagTexts | undefined>;
  /** Key, start and end of the value, for each tag found. */
  private readonly hits: number[] = [];
  private span: SpanView | undefined;

  constructor(searchableKeys: readonly string[]) {
    const wanted = new Set(searchableKeys);
    this.keys = new TagKeys([...new Set<string>([...READ, ...searchableKeys])]);
    this.searchable = this.keys.keys.map((key) => (wanted.has(key) ? new TagTexts(key) : undefined));
  }

  /** Turns to another span. */
  read(span: SpanView): void {
    this.span = span;
    span.findTags(this.keys, this.hits);
  }

  /** Value of the last tag with this key. */
  last(key: ReadTag): string | undefined {
    const wanted = indexes[key];
    for (let i = this.hits.length - 3; i >= 0; i -= 3) if (this.hits[i] === wanted) return this.value(i);
    return undefined;
  }

  /** Values of all tags with this key. */
  *all(key: ReadTag): Generator<string> {
    const wanted = indexes[key];
    for (let i = 0; i < this.hits.length; i += 3) if (this.hits[i] === wanted) yield this.value(i);
  }

  has(key: ReadTag): boolean {
    const wanted = indexes[key];
    for (let i = 0; i < this.hits.length; i += 3) if (this.hits[i] === wanted) return true;
    return false;
  }

  /** HTTP status from the last tag, of either name, that holds an integer; 0 if none does. */
  httpStatusCode(): number {
    const { hits } = this;
    for (let i = hits.length - 3; i >= 0; i -= 3) {
      if (hits[i] !== HTTP_STATUS_CODE && hits[i] !== OLD_STATUS_CODE) continue;
      const code = integer(this.span!.bytes, hits[i + 1]!, hits[i + 2]!);
      if (code !== undefined) return code;
    }
    return 0;
  }

  /** Calls `found` for each tag that can be searched by, unless its value is longer than `maxBytes` bytes. */
  eachSearchable(maxBytes: number, found: (tag: TagText) => void): void {
    const { hits } = this;
    for (let i = 0; i < hits.length; i += 3) {
      const texts = this.searchable[hits[i]!];
      if (texts !== undefined && hits[i + 2]! - hits[i + 1]! <= maxBytes) found(texts.of(this.span!.bytes, hits[i + 1]!, hits[i + 2]!));
    }
  }

  private value(i: number): string {
    return this.span!.text(this.hits[i + 1]!, this.hits[i + 2]!);
  }
}

/** A decimal integer in ASCII; undefined if it is none. */
function integer(bytes: Buffer, from: number, to: number): number | undefined {
  const sign = bytes[from] === 0x2d ? -1 : 1;
  const first = bytes[from] === 0x2d || bytes[from] === 0x2b ? from + 1 : from;
  if (first >= to || to - first > MOST_DIGITS) return undefined;
  let value = 0;
  for (let at = first; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value === 0 ? 0 : sign * value;
}
