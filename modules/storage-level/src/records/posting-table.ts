import type { RecordModel, Row, Value } from '@skein/telemetry/storage';
import { ByteWriter } from '../bytes/byte-writer.js';
import { hashText, type TextHash } from '../bytes/text-hash.js';
import { POSTING_HASH_AT, POSTING_PAGE_AT, postingKey, postingPageKey } from '../level/keys.js';
import { type FlatPostings, writePosting } from './posting-codec.js';
import { addToPage, beginPage, PAGED_FROM, PAGED_GROUP_FROM, PAGES, pageOf } from './posting-page.js';
import { orderFields, type RecordBounds } from './record-bounds.js';
import { ALL, ALL_HASH, indexedFields, TAGS } from './record-index.js';

const FIRST_SLOTS = 4096;

/** Where a posting goes: the key and the value are views that are valid during the call only. */
export type PutPosting = (key: Buffer, value: Buffer) => void;

// Used from beginning to end within one call.
const writer = new ByteWriter(16_384);

/**
 * The postings of one flush of one model, gathered row by row. Millions of rows pass through here, so there is no object for a posting:
 * a posting is a number, and what belongs to it lies in columns. Texts are told apart by their 64-bit hash, as in the keys.
 */
export class PostingTable {
  readonly #model: RecordModel;
  readonly #names: readonly string[];
  readonly #indexed: readonly string[];
  /** Names of the fields in keys; the field of a posting is a place in this list. */
  readonly #fieldNames: readonly string[];
  /** Open addressing: number of a posting plus 1, or 0 where a slot is free. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #fields: number[] = [];
  readonly #high: number[] = [];
  readonly #low: number[] = [];
  /** Rows of a posting, and the last of them. */
  readonly #counts: number[] = [];
  readonly #lastRow: number[] = [];
  /** Smallest and largest order fields, as many for each posting as there are order fields. */
  readonly #min: number[] = [];
  readonly #max: number[] = [];
  /** Pairs of a posting and a row, in the order of the rows. */
  readonly #pairPosting: number[] = [];
  readonly #pairRow: number[] = [];
  /** The block of a row, and the first row of a block. */
  readonly #blockOfRow: number[] = [];
  readonly #firstRows: number[] = [];
  /** Order fields of the row that is being added; NaN where it has none. */
  readonly #order: number[];

  constructor(model: RecordModel) {
    this.#model = model;
    this.#names = orderFields(model);
    this.#order = this.#names.map(() => Number.NaN);
    this.#indexed = indexedFields(model);
    this.#fieldNames = [ALL, ...this.#indexed, TAGS];
    this.#make(0, ALL_HASH);
  }

  /** Bounds of all rows. */
  get bounds(): RecordBounds {
    return this.#boundsOf(this.#counts[0]!, (i) => [this.#min[i]!, this.#max[i]!]);
  }

  /** Adds the rows of the next block. Returns their bounds. */
  addBlock(rows: readonly Row[]): RecordBounds {
    const fields = this.#boundsOf(rows.length, () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    this.#firstRows.push(this.#blockOfRow.length);
    for (const row of rows) {
      this.#addRow(row);
      for (let i = 0; i < this.#order.length; i++) {
        const field = fields.fields[i]!;
        if (this.#order[i]! < field[0]) field[0] = this.#order[i]!;
        if (this.#order[i]! > field[1]) field[1] = this.#order[i]!;
      }
    }
    return fields;
  }

  /**
   * Visits every posting, either by itself or in a page with others of its field. `pause` is called now and then; what it returns is
   * awaited.
   */
  async write(put: PutPosting, partition: number, first: number, pause: () => Promise<void> | undefined): Promise<void> {
    const postings = this.#flat();
    const counts = this.#postingsByField();
    const keys = this.#fieldNames.map((field) => postingKey(partition, this.#model.name, field, ALL_HASH, first));
    for (let posting = 0; posting < this.#counts.length; posting++) {
      const field = this.#fields[posting]!;
      if (this.#isPaged(field, counts[field]!)) continue;
      const key = keys[field]!;
      const hashAt = key.length - POSTING_HASH_AT;
      key.writeUInt32BE(this.#low[posting]!, key.writeUInt32BE(this.#high[posting]!, hashAt));
      writer.clear();
      writePosting(writer, postings, posting);
      put(key, writer.view());
      if (posting % 64 === 0) await pause();
    }
    for (let field = 0; field < counts.length; field++) {
      if (!this.#isPaged(field, counts[field]!)) continue;
      const key = postingPageKey(partition, this.#model.name, this.#fieldNames[field]!, 0, first);
      await this.#writePages(put, field, key, postings, pause);
    }
  }

  async #writePages(
    put: PutPosting,
    field: number,
    key: Buffer,
    postings: FlatPostings,
    pause: () => Promise<void> | undefined,
  ): Promise<void> {
    const base = this.#min.slice(0, this.#names.length);
    const pages = this.#pagesOf(field);
    for (let page = 0; page < PAGES; page++) {
      const inPage = pages[page]!;
      if (inPage.length === 0) continue;
      beginPage(writer, base);
      for (const posting of inPage) addToPage(writer, base, this.#low[posting]!, postings, posting);
      key[key.length - POSTING_PAGE_AT] = page;
      put(key, writer.view());
      if (page % 16 === 0) await pause();
    }
  }

  #isPaged(field: number, postings: number): boolean {
    return postings >= (this.#fieldNames[field] === this.#model.group ? PAGED_GROUP_FROM : PAGED_FROM);
  }

  /** The postings of a field by their page. */
  #pagesOf(field: number): number[][] {
    const pages: number[][] = Array.from({ length: PAGES }, () => []);
    for (let posting = 0; posting < this.#fields.length; posting++) {
      if (this.#fields[posting] === field) pages[pageOf(this.#high[posting]!)]!.push(posting);
    }
    return pages;
  }

  #postingsByField(): number[] {
    const counts: number[] = this.#fieldNames.map(() => 0);
    for (let posting = 0; posting < this.#fields.length; posting++) counts[this.#fields[posting]!]!++;
    return counts;
  }

  #boundsOf(count: number, range: (i: number) => [number, number]): RecordBounds {
    return { count, fields: this.#names.map((_name, i) => range(i)) };
  }

  #addRow(row: Row): void {
    const order = this.#order;
    for (let i = 0; i < order.length; i++) {
      const value = row[this.#names[i]!];
      order[i] = typeof value === 'number' ? value : Number.NaN;
    }
    const number = this.#blockOfRow.push(this.#firstRows.length - 1) - 1;
    this.#addTo(0, number);
    const indexed = this.#indexed;
    for (let i = 0; i < indexed.length; i++) this.#addValue(i + 1, row[indexed[i]!], number);
    if (this.#model.tags !== undefined) this.#addValue(indexed.length + 1, row[this.#model.tags], number);
  }

  #addValue(field: number, value: Value | undefined, row: number): void {
    if (typeof value === 'string') this.#addText(field, value, row);
    else if (typeof value === 'boolean') this.#addText(field, String(value), row);
    else if (Array.isArray(value)) for (const text of value as readonly string[]) this.#addText(field, text, row);
  }

  #addText(field: number, text: string, row: number): void {
    const hash = hashText(text);
    const mask = this.#slots.length - 1;
    let slot = (hash.low ^ Math.imul(field, 0x9e3779b1)) & mask;
    for (;;) {
      const posting = this.#slots[slot]! - 1;
      if (posting < 0) break;
      if (this.#low[posting] === hash.low && this.#high[posting] === hash.high && this.#fields[posting] === field) {
        // A list may have a text twice.
        if (this.#lastRow[posting] !== row) this.#addTo(posting, row);
        return;
      }
      slot = (slot + 1) & mask;
    }
    const posting = this.#make(field, hash);
    this.#slots[slot] = posting + 1;
    this.#addTo(posting, row);
    if (posting * 2 > this.#slots.length) this.#grow();
  }

  #addTo(posting: number, row: number): void {
    this.#counts[posting]!++;
    this.#lastRow[posting] = row;
    this.#pairPosting.push(posting);
    this.#pairRow.push(row);
    const order = this.#order;
    for (let i = 0, at = posting * order.length; i < order.length; i++, at++) {
      // NaN is neither smaller nor larger.
      if (order[i]! < this.#min[at]!) this.#min[at] = order[i]!;
      if (order[i]! > this.#max[at]!) this.#max[at] = order[i]!;
    }
  }

  #make(field: number, { high, low }: TextHash): number {
    for (let i = 0; i < this.#names.length; i++) {
      this.#min.push(Number.POSITIVE_INFINITY);
      this.#max.push(Number.NEGATIVE_INFINITY);
    }
    this.#fields.push(field);
    this.#high.push(high);
    this.#low.push(low);
    this.#lastRow.push(-1);
    return this.#counts.push(0) - 1;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    // The first posting, of all rows, is not found by its text.
    for (let posting = 1; posting < this.#counts.length; posting++) {
      let slot = (this.#low[posting]! ^ Math.imul(this.#fields[posting]!, 0x9e3779b1)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = posting + 1;
    }
  }

  /** The rows of the first posting, then those of the second, and so on; each ascending. */
  #flat(): FlatPostings {
    // Where the next row of a posting goes; in the end, where its rows end.
    const ends = new Uint32Array(this.#counts.length);
    for (let i = 1; i < ends.length; i++) ends[i] = ends[i - 1]! + this.#counts[i - 1]!;
    const rows = new Uint32Array(this.#pairRow.length);
    for (let i = 0; i < rows.length; i++) rows[ends[this.#pairPosting[i]!]!++] = this.#pairRow[i]!;
    return {
      min: this.#min,
      max: this.#max,
      width: this.#names.length,
      rows,
      ends,
      counts: this.#counts,
      blockOfRow: this.#blockOfRow,
      firstRows: this.#firstRows,
    };
  }
}
