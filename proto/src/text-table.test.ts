import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextTable } from './text-table.js';

const textOf = (table: TextTable, bytes: Buffer, from = 0): string =>
  table.text(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), from, bytes.length);

it('gives the text of any bytes, again and again, wherever they lie', () => {
  const table = new TextTable();
  const text = fc.string({ maxLength: 150, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 10 }), fc.uint8Array({ maxLength: 5 }), (texts, before) => {
      for (const expected of [...texts, ...texts]) {
        expect(textOf(table, Buffer.concat([before, Buffer.from(expected, 'utf8')]), before.length)).toBe(expected);
      }
    }),
  );
});

it('tells texts apart that differ in one byte only', () => {
  const table = new TextTable();
  const texts = [4, 5, 7, 8, 9, 12, 31, 120, 121].flatMap((length) =>
    Array.from({ length }, (_, at) => `${'x'.repeat(at)}y${'x'.repeat(length - at - 1)}`),
  );
  for (const text of [...texts, ...texts]) expect(textOf(table, Buffer.from(text))).toBe(text);
});

it('gives the right text also when many more came than it holds', () => {
  const table = new TextTable();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20_000; i++) if (textOf(table, Buffer.from(`/product/${i}`)) !== `/product/${i}`) throw new Error(`${i}`);
  }
});

it('reads bytes that are no UTF-8 as everybody does', () => {
  const bytes = Buffer.from([0x61, 0xff, 0x62, 0x63, 0xc3]);
  const table = new TextTable();
  expect([textOf(table, bytes), textOf(table, bytes)]).toEqual([bytes.toString('utf8'), bytes.toString('utf8')]);
});
