import { type SpanView, TagKeys } from '@skein/proto';

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

/** Reads the tags of one span after another: a pass over their keys as bytes, and a string only for what is asked for. */
export class SpanTags {
  private readonly keys: TagKeys;
  /** For each key whether it is searchable, and under which name. */
  private readonly searchable: ReadonlyArray<string | undefined>;
  private readonly hits: number[] = [];
  private span: SpanView | undefined;

  constructor(searchableKeys: readonly string[]) {
    const wanted = new Set(searchableKeys);
    this.keys = new TagKeys([...new Set<string>([...READ, ...searchableKeys])]);
    this.searchable = this.keys.keys.map((key) => (wanted.has(key) ? key : undefined));
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
    for (let i = this.hits.length - 3; i >= 0; i -= 3) {
      const key = this.hits[i];
      if (key !== HTTP_STATUS_CODE && key !== OLD_STATUS_CODE) continue;
      const text = this.value(i);
      const code = Number(text);
      if (/^[+-]?\d{1,10}$/.test(text) && code === (code | 0)) return code;
    }
    return 0;
  }

  /** Calls `found` for each tag that can be searched by, unless its value is longer than `maxBytes` bytes. */
  eachSearchable(maxBytes: number, found: (key: string, value: string) => void): void {
    for (let i = 0; i < this.hits.length; i += 3) {
      const key = this.searchable[this.hits[i]!];
      if (key !== undefined && this.hits[i + 2]! - this.hits[i + 1]! <= maxBytes) found(key, this.value(i));
    }
  }

  private value(i: number): string {
    return this.span!.text(this.hits[i + 1]!, this.hits[i + 2]!);
  }
}
