import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { StackTree, type StackTreeNode } from './stack-tree.js';

/** A full tree with the longest names takes less. */
const MAX_INFLATED = 256 * 1024 * 1024;

/** As it is stored: compressed JSON, names once, then four numbers for each node. */
interface StoredTree {
  readonly names: readonly string[];
  /** Parent, name, total and self of node 0, then of node 1, and so on. */
  readonly nodes: readonly number[];
}

/** The bytes of a tree. */
export function encodeStackTree(tree: StackTree): Uint8Array {
  const names = new Map<string, number>();
  const nodes: number[] = [];
  for (const { parentId, name, total, self } of tree.nodes()) {
    let index = names.get(name);
    if (index === undefined) {
      index = names.size;
      names.set(name, index);
    }
    nodes.push(parentId, index, total, self);
  }
  const stored: StoredTree = { names: [...names.keys()], nodes };
  return deflateRawSync(JSON.stringify(stored));
}

/** Reads what {@link encodeStackTree} wrote. Throws for other bytes. */
export function decodeStackTree(bytes: Uint8Array): StackTree {
  const text = inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED }).toString('utf8');
  return StackTree.of(storedNodes(JSON.parse(text) as StoredTree));
}

function* storedNodes({ names, nodes }: StoredTree): Generator<StackTreeNode> {
  for (let at = 0; at + 3 < nodes.length; at += 4) {
    const [parentId, name, total, self] = nodes.slice(at, at + 4) as [number, number, number, number];
    yield { id: at / 4, parentId, name: names[name] ?? '', total, self };
  }
}
