import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_TABLE_KEYS, NumberTable } from './number-table.js';

type Entry = readonly [key: number, amount: number];

const entries = (keys: number, maxLength: number): fc.Arbitrary<Entry[]> =>
  fc.array(fc.tuple(fc.integer({ min: -keys, max: keys }), fc.nat(100)), { maxLength });
/** From tables of a few keys to such as are searched by halves and merged in one go. */
const anyEntries = fc.oneof(entries(3, 10), entries(40, 60), entries(2000, 400));
const tableOf = (list: readonly Entry[]): NumberTable => {
  const table = new NumberTable();
  for (const [key, amount] of list) table.add(key, amount, Number.POSITIVE_INFINITY);
  return table;
};
const plainSums = (list: readonly Entry[]): [number, number[]][] => {
  const sums = new Map<number, number>();
  for (const [key, amount] of list) sums.set(key, (sums.get(key) ?? 0) + amount);
  return [...sums].sort(([a], [b]) => a - b).map(([key, sum]) => [key, [sum]]);
};

describe('a number table', () => {
  it('has the sum of each key, by ascending key', () => {
    fc.assert(
      fc.property(anyEntries, (list) => {
        const table = tableOf(list);
        const expected = plainSums(list);
        expect([...table]).toEqual(expected);
        expect([...table.keys()]).toEqual(expected.map(([key]) => key));
        expect([...table.values()]).toEqual(expected.map(([, sums]) => sums));
        expect(table.cells).toEqual(expected.flatMap(([key, [sum]]) => [key, sum]));
        expect(table.size).toBe(expected.length);
        for (const [key, sums] of expected) expect(table.get(key)).toEqual(sums);
        expect([2.5, 3000, 'a', '1'].map((key) => table.get(key))).toEqual([undefined, undefined, undefined, undefined]);
      }),
    );
  });

  it('merges with another, or with a map, to the sums of both, and leaves the other as it was', () => {
    fc.assert(
      fc.property(anyEntries, anyEntries, fc.boolean(), (one, other, asMap) => {
        const table = tableOf(one);
        const added = asMap ? new Map(plainSums(other)) : tableOf(other);
        const before = table.copy();
        table.merge(added);
        expect([...table]).toEqual(plainSums([...one, ...other]));
        expect([...added].sort(([a], [b]) => a - b)).toEqual(plainSums(other));
        expect([...before]).toEqual(plainSums(one));
      }),
    );
  });

  it('takes no more new keys than it may have, and still adds to those that it has', () => {
    const table = tableOf([
      [5, 1],
      [-0, 1],
    ]);
    expect([table.add(7, 1, 2), table.add(5, 2, 2), table.add(0, 3, 2)]).toEqual([false, true, true]);
    expect(table.cells).toEqual([0, 4, 5, 3]);
  });

  it('stays finite, and keeps the smallest keys of a merge that would have too many', () => {
    const huge = tableOf([[1, Number.MAX_VALUE]]);
    huge.merge(tableOf([[1, Number.MAX_VALUE]]));
    expect(huge.cells).toEqual([1, Number.MAX_VALUE]);
    const range = (from: number): NumberTable =>
      new NumberTable(Array.from({ length: 80_000 }, (_, i) => (i % 2 === 0 ? from + i / 2 : 1)));
    const merged = range(30_000);
    merged.merge(range(0));
    expect([merged.size, merged.cells[0], merged.cells.at(-2), merged.get(30_000)]).toEqual([MAX_TABLE_KEYS, 0, MAX_TABLE_KEYS - 1, [2]]);
  });
});
