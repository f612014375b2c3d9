/** Where a function runs, as the query protocol names it. */
export type StackType = 'KERNEL_SPACE' | 'USER_SPACE';

/** One function of a stack. */
export interface StackSymbol {
  readonly symbol: string;
  readonly type: StackType;
}
/** A function in a tree, by the number of its caller. */
export interface StackElement {
  /** From 1 in each tree. */
  readonly id: string;
  /** `0`: nobody called it. */
  readonly parentId: string;
  readonly symbol: string;
  readonly stackType: StackType;
  /** How often it was met, or how long it took in ns, with all that it called. */
  readonly dumpCount: number;
}

class Node {
  value = 0;
  readonly children = new Map<string, Node>();

  constructor(
    readonly symbol: string,
    readonly type: StackType,
  ) {}
}

/** Most functions in all trees together. */
export const MAX_NODES = 200_000;

/**
 * Merges stacks into trees, one for each function that a stack begins with. Whatever the order in which stacks are added, the trees are the
 * same: those that took most come first, equal ones by name. Stacks that would need more than {@link MAX_NODES} functions are left out.
 */
export class StackForest {
  readonly #roots = new Map<string, Node>();
  #nodes = 0;
  /** Stacks that had no room. */
  leftOut = 0;

  /** `stack`: callers first. */
  add(stack: readonly StackSymbol[], value: number): void {
    // Checked before anything is added, so that no caller counts what its callee does not.
    if (this.#nodes + stack.length > MAX_NODES && this.#missing(stack) + this.#nodes > MAX_NODES) {
      this.leftOut++;
      return;
    }
    let level = this.#roots;
    for (const { symbol, type } of stack) {
      const key = keyOf(symbol, type);
      let node = level.get(key);
      if (node === undefined) {
        node = new Node(symbol, type);
        level.set(key, node);
        this.#nodes++;
      }
      node.value += value;
      level = node.children;
    }
  }

  /** A list of elements for each tree, callers before what they call. */
  trees(): readonly (readonly StackElement[])[] {
    return inOrder(this.#roots).map(elementsOf);
  }

  #missing(stack: readonly StackSymbol[]): number {
    let level: ReadonlyMap<string, Node> = this.#roots;
    for (let depth = 0; depth < stack.length; depth++) {
      const { symbol, type } = stack[depth]!;
      const node = level.get(keyOf(symbol, type));
      if (node === undefined) return stack.length - depth;
      level = node.children;
    }
    return 0;
  }
}

const keyOf = (symbol: string, type: StackType): string => (type === 'KERNEL_SPACE' ? `k${symbol}` : `u${symbol}`);

function inOrder(level: ReadonlyMap<string, Node>): readonly Node[] {
  const entries = [...level].sort(([aKey, a], [bKey, b]) => b.value - a.value || (aKey < bKey ? -1 : 1));
  return entries.map(([, node]) => node);
}

/** Level by level. Not recursive: a stack may be deeper than that of this process. */
function elementsOf(root: Node): readonly StackElement[] {
  const elements: StackElement[] = [];
  const queue: { readonly node: Node; readonly parent: number }[] = [{ node: root, parent: 0 }];
  for (let at = 0; at < queue.length; at++) {
    const { node, parent } = queue[at]!;
    const id = at + 1;
    elements.push({ id: String(id), parentId: String(parent), symbol: node.symbol, stackType: node.type, dumpCount: node.value });
    for (const child of inOrder(node.children)) queue.push({ node: child, parent: id });
  }
  return elements;
}
