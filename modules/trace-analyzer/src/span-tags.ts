import { type SpanView, TagKeys } from '@skein/proto';
import type { RecordTags } from './record-tags.js';
import { TagTexts } from './tag-texts.js';

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
type ReadKey = (typeof READ)[number];

/** The number by which a tag that the analysis reads is asked for: `Tag['db.type']`. */
export const Tag = Object.fromEntries(READ.map((key, index) => [key, index])) as Readonly<Record<ReadKey, number>>;
/** Those of them that have few values, whose texts are worth keeping. */
const OF_FEW_VALUES: ReadonlySet<string> = new Set<ReadKey>([
  'rpc.status_code',
  'db.type',
  'cache.type',
  'cache.op',
  'mq.topic',
  'mq.queue',
]);

const HTTP_STATUS_CODE = Tag['http.status_code'];
const OLD_STATUS_CODE = Tag.status_code;

const ZERO = 0x30;
/** Digits of a status code that is worth reading. */
const MOST_DIGITS = 9;

/** Reads the tags of one span after another: a pass over their keys as bytes, and a string only for what is asked for. */
export class SpanTags {
  private readonly keys: TagKeys;
  /** By index of the key; undefined for keys whose values are hardly ever the same. */
  private readonly texts: ReadonlyArray<TagTexts | undefined>;
  private readonly isSearchable: readonly boolean[];
  /** Key, start and end of the value, for each tag found; `count` numbers. */
  private readonly hits: number[] = [];
  private count = 0;
  private span: SpanView | undefined;

  constructor(searchableKeys: readonly string[]) {
    const wanted = new Set(searchableKeys);
    this.keys = new TagKeys([...new Set<string>([...READ, ...searchableKeys])]);
    this.isSearchable = this.keys.keys.map((key) => wanted.has(key));
    this.texts = this.keys.keys.map((key) => (wanted.has(key) || OF_FEW_VALUES.has(key) ? new TagTexts(key) : undefined));
  }

  /** Turns to another span. */
  read(span: SpanView): void {
    this.span = span;
    this.count = span.findTags(this.keys, this.hits);
  }

  /** Value of the last tag with this key, a {@link Tag}. */
  last(key: number): string | undefined {
    const { hits } = this;
    for (let i = this.count - 3; i >= 0; i -= 3) if (hits[i] === key) return this.value(i);
    return undefined;
  }

  /** Values of all tags with this key. */
  *all(key: number): Generator<string> {
    for (let i = 0; i < this.count; i += 3) if (this.hits[i] === key) yield this.value(i);
  }

  has(key: number): boolean {
    const { hits, count } = this;
    for (let i = 0; i < count; i += 3) if (hits[i] === key) return true;
    return false;
  }

  /** HTTP status from the last tag, of either name, that holds an integer; 0 if none does. */
  httpStatusCode(): number {
    const { hits } = this;
    for (let i = this.count - 3; i >= 0; i -= 3) {
      if (hits[i] !== HTTP_STATUS_CODE && hits[i] !== OLD_STATUS_CODE) continue;
      const code = integer(this.span!.bytes, hits[i + 1]!, hits[i + 2]!);
      if (code !== undefined) return code;
    }
    return 0;
  }

  /** Adds to `found` each tag that can be searched by, unless its value is longer than `maxBytes` bytes. */
  addSearchable(maxBytes: number, found: RecordTags): void {
    const { hits, count, isSearchable, texts } = this;
    const { bytes } = this.span!;
    for (let i = 0; i < count; i += 3) {
      const key = hits[i]!;
      const from = hits[i + 1]!;
      const to = hits[i + 2]!;
      if (isSearchable[key]! && to - from <= maxBytes) found.add(texts[key]!.of(bytes, from, to));
    }
  }

  private value(i: number): string {
    const span = this.span!;
    const from = this.hits[i + 1]!;
    const to = this.hits[i + 2]!;
    return this.texts[this.hits[i]!]?.of(span.bytes, from, to).value ?? span.text(from, to);
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
