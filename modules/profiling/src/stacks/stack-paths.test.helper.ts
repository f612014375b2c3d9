import type { StackTree } from './stack-tree.js';

/** Totals of a tree by the names from the root on; checks that what is below a node and the node itself make its total. */
export function paths(tree: StackTree): ReadonlyMap<string, number> {
  const nodes = [...tree.nodes()];
  const names: string[] = [];
  const totals = new Map<string, number>();
  const rest = nodes.map(({ total, self }) => total - self);
  for (const { id, parentId, name, total } of nodes) {
    names.push(parentId < 0 ? name : `${names[parentId]} > ${name}`);
    totals.set(names[id]!, total);
    if (parentId >= 0) rest[parentId]! -= total;
  }
  if (rest.some((left) => left !== 0)) throw new Error('totals and amounts of a tree do not agree');
  return totals;
}
