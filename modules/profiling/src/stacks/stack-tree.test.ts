import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { paths } from './stack-paths.test.helper.js';
import { StackTree } from './stack-tree.js';
import { decodeStackTree, encodeStackTree } from './stack-tree-bytes.js';

type Stack = readonly [frames: readonly string[], amount: number];
const stack: fc.Arbitrary<Stack> = fc.tuple(fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 6 }), fc.nat(1000));
const stacks = fc.array(stack, { maxLength: 30 });

function treeOf(all: readonly Stack[], maxNodes?: number): StackTree {
  const tree = new StackTree('all', maxNodes);
  for (const [frames, amount] of all)
    tree.add(
      frames.map((name) => tree.name(name)),
      amount,
    );
  return tree;
}
/** Totals by path, counted plainly. */
function counted(all: readonly Stack[]): ReadonlyMap<string, number> {
  const totals = new Map([['all', 0]]);
  for (const [frames, amount] of all) {
    for (let depth = 0; depth <= frames.length; depth++) {
      const key = ['all', ...frames.slice(0, depth)].join(' > ');
      totals.set(key, (totals.get(key) ?? 0) + amount);
    }
  }
  return totals;
}

describe('a stack tree', () => {
  it('has the totals of its stacks, with and without being stored, and merged in any way', () => {
    fc.assert(
      fc.property(stacks, stacks, (one, other) => {
        const tree = treeOf(one);
        expect(paths(tree)).toEqual(counted(one));
        expect([...decodeStackTree(encodeStackTree(tree)).nodes()]).toEqual([...tree.nodes()]);
        tree.merge(treeOf(other));
        expect(paths(tree)).toEqual(counted([...one, ...other]));
      }),
    );
  });

  it('that is full counts at the nearest caller, and loses nothing', () => {
    fc.assert(
      fc.property(stacks, stacks, fc.integer({ min: 1, max: 6 }), (one, other, maxNodes) => {
        const tree = treeOf(one, maxNodes);
        tree.merge(treeOf(other));
        const sum = [...one, ...other].reduce((total, [, amount]) => total + amount, 0);
        expect(tree.size).toBeLessThanOrEqual(maxNodes);
        expect(paths(tree).get('all')).toBe(sum);
        expect([...tree.nodes()].reduce((total, { self }) => total + self, 0)).toBe(sum);
      }),
    );
  });

  it('is not made of what was not stored by it', () => {
    expect(() => decodeStackTree(Buffer.from('rubbish'))).toThrow();
    const node = { name: 'x', total: 1, self: 1 };
    expect(() =>
      StackTree.of([
        { id: 0, parentId: -1, ...node },
        { id: 1, parentId: 1, ...node },
      ]),
    ).toThrow(/not in its place/);
    expect(() => StackTree.of([])).toThrow(/without nodes/);
  });
});
