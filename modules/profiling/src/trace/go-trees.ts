import { StackTree } from '../stacks/stack-tree.js';
import type { ProfileElement } from './thread-trees.js';

const MAX_INT = 2 ** 31 - 1;

/** What a Go profile says of one segment. */
export interface GoStacks {
  /** Time between two samples, ms. */
  readonly periodMs: number;
  readonly tree: StackTree;
}

/** Merges the stacks of segments into trees, one for each period of sampling; each sample stands for one period. */
export function goTrees(stacks: readonly GoStacks[]): ReadonlyArray<readonly ProfileElement[]> {
  const merged = new Map<number, StackTree>();
  for (const { periodMs, tree } of stacks) {
    const into = merged.get(periodMs) ?? new StackTree('root');
    into.merge(tree);
    merged.set(periodMs, into);
  }
  return [...merged].map(([periodMs, tree]) => elementsOf(tree, periodMs)).filter((elements) => elements.length > 0);
}

/** The node above all stacks is shown only where there are several under it, or samples without a stack. */
function elementsOf(tree: StackTree, periodMs: number): readonly ProfileElement[] {
  const [root, ...below] = tree.nodes();
  const isShown = root!.self > 0 || below.filter(({ parentId }) => parentId === 0).length > 1;
  const nodes = isShown ? [root!, ...below] : below;
  const shift = isShown ? 1 : 0;
  return nodes.map(({ id, parentId, name, total, self }) => ({
    id: id + shift,
    parentId: parentId + shift,
    codeSignature: name,
    duration: Math.min(total * periodMs, MAX_INT),
    durationChildExcluded: Math.min(self * periodMs, MAX_INT),
    count: Math.min(total, MAX_INT),
  }));
}
