import { describe, expect, it } from '@jest/globals';
import type { RecordModel, Row } from '@skein/telemetry/storage';
import fc from 'fast-check';
import { hashText } from '../bytes/text-hash.js';
import { postingKey, postingPageKey } from '../level/keys.js';
import { PackedRows, packRows } from './block-codec.js';
import { decodePosting, type Posting } from './posting-codec.js';
import { findInPage, pageOf } from './posting-page.js';
import { PostingTable } from './posting-table.js';
import { cutBlocks } from './record-flush.js';
import type { Piece } from './record-memory.js';
import { chunkRows } from './row-chunks.js';

const MODEL: RecordModel = {
  kind: 'record',
  name: 'm',
  version: 1,
  ttl: 'traces',
  fields: {
    time: { type: 'instant' },
    size: { type: 'double' },
    service: { type: 'string' },
    failed: { type: 'bool' },
    tags: { type: 'strings' },
    data: { type: 'bytes' },
  },
  time: 'time',
  order: ['size'],
  filter: ['service', 'failed', 'size'],
  tags: 'tags',
  body: 'data',
};
const FIELDS = Object.keys(MODEL.fields);
// Adding 0 turns -0 into 0: bounds need not tell them apart.
const text = fc.constantFrom('a', 'b', 'ü', '', 'true');
const row = fc.record(
  {
    time: fc.nat(),
    size: fc.oneof(fc.integer(), fc.double({ noNaN: true })).map((n) => n + 0),
    service: text,
    failed: fc.boolean(),
    tags: fc.array(text),
  },
  { requiredKeys: ['time'] },
);
const PARTITION = 7;
const FIRST = 1000;

/** Every posting that should be, by its key: its rows by block, and the rows themselves. */
function recount(blocks: readonly (readonly Row[])[]): Map<string, { blocks: Map<number, number[]>; rows: Row[] }> {
  const postings = new Map<string, { blocks: Map<number, number[]>; rows: Row[] }>();
  const add = (key: Buffer, block: number, index: number, one: Row): void => {
    const posting = postings.get(key.toString('hex')) ?? { blocks: new Map<number, number[]>(), rows: [] };
    posting.blocks.set(block, [...(posting.blocks.get(block) ?? []), index]);
    posting.rows.push(one);
    postings.set(key.toString('hex'), posting);
  };
  const keyOf = (field: string, value: string): Buffer => postingKey(PARTITION, 'm', field, hashText(value), FIRST);
  for (const [block, rows] of blocks.entries()) {
    for (const [index, one] of rows.entries()) {
      add(postingKey(PARTITION, 'm', '', { high: 0, low: 0 }, FIRST), block, index, one);
      if (one.service !== undefined) add(keyOf('service', one.service as string), block, index, one);
      if (one.failed !== undefined) add(keyOf('failed', String(one.failed)), block, index, one);
      for (const tag of new Set(one.tags as string[] | undefined)) add(keyOf('#tags', tag), block, index, one);
    }
  }
  return postings;
}

const range = (rows: readonly Row[], field: string): [number, number] => {
  const values = rows.map((one) => one[field]).filter((value) => typeof value === 'number');
  // One row has one value.
  return values.length === 0 ? [Infinity, -Infinity] : [Math.min(...values), Math.max(...values)];
};

describe('postings', () => {
  it('name every row that has a value, with the bounds of these rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(row, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 5 }), async (blocks) => {
        const table = new PostingTable(MODEL);
        for (const rows of blocks)
          expect(table.addBlock(rows)).toEqual({ count: rows.length, fields: [range(rows, 'time'), range(rows, 'size')] });
        const found = new Map<string, unknown>();
        await table.write(
          (key, value) => {
            const { bounds, blocks: inBlocks } = decodePosting(Buffer.from(value));
            found.set(key.toString('hex'), { bounds, blocks: inBlocks });
          },
          PARTITION,
          FIRST,
          () => undefined,
        );
        const expected = [...recount(blocks)].map(([key, posting]) => {
          const { rows } = posting;
          return [
            key,
            { bounds: { count: rows.length, fields: [range(rows, 'time'), range(rows, 'size')] }, blocks: posting.blocks },
          ] as const;
        });
        expect(found).toEqual(new Map(expected));
        expect(table.bounds.count).toBe(blocks.flat().length);
      }),
      { numRuns: 60 },
    );
  });

  it('of a field with thousands of values share pages, and are told apart there', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      time: 50 + i,
      size: i === 3 ? undefined : i / 2,
      service: `service ${i % 9000}`,
    }));
    const table = new PostingTable(MODEL);
    table.addBlock(rows.slice(0, 12_000));
    table.addBlock(rows.slice(12_000));
    const found = new Map<string, Buffer>();
    await table.write(
      (key, value) => found.set(key.toString('hex'), Buffer.from(value)),
      PARTITION,
      FIRST,
      () => undefined,
    );
    expect(found.size).toBe(257);
    const read = (value: string): Posting | undefined => {
      const hash = hashText(value);
      return findInPage(found.get(postingPageKey(PARTITION, 'm', 'service', pageOf(hash.high), FIRST).toString('hex'))!, hash);
    };
    for (const i of [0, 3, 1999, 2000, 8999]) {
      const { bounds, blocks } = read(`service ${i}`)!;
      const those = rows.filter((_row, n) => n % 9000 === i);
      expect(bounds).toEqual({ count: those.length, fields: [range(those, 'time'), range(those, 'size')] });
      const places = i < 2000 ? [i, i + 9000, i + 18_000] : [i, i + 9000];
      expect([...blocks].flatMap(([block, indexes]) => indexes.map((index) => block * 12_000 + index))).toEqual(places);
    }
    expect(read('service 9000')).toBeUndefined();
  });
});

describe('blocks', () => {
  it('hold the rows of all commits in their order, none of them tiny, and those of large commits as they were compressed', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 32, max: 400 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (counts) => {
        let n = 0;
        const pieces: Piece[] = counts.map((count) => {
          const rows = Array.from({ length: count }, () => ({ time: n++ }));
          return { span: { start: 0, end: 1 }, at: 0, fields: FIELDS, rows, chunks: chunkRows(FIELDS, rows, 'data'), ids: [] };
        });
        const blocks = [...cutBlocks(pieces, 'data')];
        expect(blocks.flatMap(({ rows }) => rows.map(({ time }) => time))).toEqual(Array.from({ length: n }, (_, i) => i));
        for (const { rows } of blocks.slice(0, -1)) expect(rows.length).toBeGreaterThanOrEqual(32);
        for (const { rows, chunk } of blocks) {
          expect(rows.length).toBeLessThanOrEqual(96);
          if (chunk) expect(chunk.rows).toBe(rows.length);
        }
        const large = counts.filter((count) => count >= 32);
        expect(blocks.filter(({ chunk }) => chunk).length).toBeGreaterThanOrEqual(
          large.reduce((sum, count) => sum + Math.max(1, Math.round(count / 64)) - 1, 0),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('give back bodies that hold texts of their rows, without holding them twice', () => {
    const id = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' });
    const gap = fc.uint8Array({ maxLength: 120 });
    const record = fc.record({
      a: id,
      b: id,
      gaps: fc.tuple(gap, gap, gap),
      shape: fc.constantFrom('a b', 'b a', 'b', 'none', 'absent', 'cut off'),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const rows = records.map(({ a, b, gaps: [one, two, three], shape }) => {
          const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
          const bodies: Record<string, Uint8Array | undefined> = {
            'a b': Buffer.concat([one, bytes(a), two, bytes(b), three]),
            'b a': Buffer.concat([bytes(b), two, bytes(a)]),
            b: Buffer.concat([one, bytes(b), three]),
            none: one,
            'cut off': Buffer.concat([one, bytes(a).subarray(0, -1)]),
          };
          return { a, b, body: bodies[shape] };
        });
        const back = new PackedRows(['a', 'b', 'body'], packRows(['a', 'b', 'body'], rows, 'body').packed, rows.length).all();
        expect(back.map((row) => ({ ...row, body: row.body && Buffer.from(row.body as Uint8Array) }))).toEqual(
          rows.map(({ a, b, body }) => ({ a, b, ...(body && { body: Buffer.from(body) }) })),
        );
      }),
      { numRuns: 200 },
    );
    const random = Array.from({ length: 64 }, (_, i) => hashText(String(i)));
    const rows = random.map(({ high, low }) => ({ id: `${high * 7919}-${low * 104_729}-${high ^ low}` }));
    const size = (body: (id: string) => string): number =>
      packRows(
        ['id', 'body'],
        rows.map(({ id }) => ({ id, body: Buffer.from(body(id)) })),
        'body',
      ).packed.length;
    expect(size((one) => `id: ${one}!`)).toBeLessThan(size(() => 'id: !') + 3 * rows.length);
  });
});
