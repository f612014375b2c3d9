/** Where a function runs, as the query protocol names it. */
export type StackType = 'KERNEL_SPACE' | 'USER_SPACE';

/** Functions that called each other, each before its caller: those of the kernel, which were entered last, and those of the process. */
export interface Stack {
  readonly kernel: readonly string[];
  readonly user: readonly string[];
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

/** Functions by their names, apart for kernel and process: joining both into one key would take longer than all the rest. */
class Level {
  readonly kernel = new Map<string, Node>();
  readonly user = new Map<string, Node>();
}

class Node extends Level {
  value = 0;

  constructor(
    readonly symbol: string,
    readonly type: StackType,
  ) {
    super();
  }
}

/** Most functions in all trees together. */
export const MAX_NODES = 200_000;

/**
 * Merges stacks into trees, one for each function that a stack begins with. Whatever the order in which stacks are added, the trees are the
 * same: those that took most come first, equal ones by name. Stacks that would need more than {@link MAX_NODES} functions are left out.
 */
export class StackForest {
  readonly #roots = new Level();
  #nodes = 0;
  /** Stacks that had no room. */
  leftOut = 0;

  add(stack: Stack, value: number): void {
    const { kernel, user } = stack;
    // Checked before anything is added, so that no caller counts what its callee does not.
    if (this.#nodes + kernel.length + user.length > MAX_NODES && this.#nodes + this.#missing(stack) > MAX_NODES) {
      this.leftOut++;
      return;
    }
    let level: Level = this.#roots;
    for (let i = user.length - 1; i >= 0; i--) level = this.#counted(level.user, user[i]!, 'USER_SPACE', value);
    for (let i = kernel.length - 1; i >= 0; i--) level = this.#counted(level.kernel, kernel[i]!, 'KERNEL_SPACE', value);
  }

  /** A list of elements for each tree, callers before what they call. */
  trees(): readonly (readonly StackElement[])[] {
    return inOrder(this.#roots).map(elementsOf);
  }

  #counted(level: Map<string, Node>, symbol: string, type: StackType, value: number): Node {
    let node = level.get(symbol);
    if (node === undefined) {
      node = new Node(symbol, type);
      level.set(symbol, node);
      this.#nodes++;
    }
    node.value += value;
    return node;
  }

  /** How many functions of the stack are new. */
  #missing({ kernel, user }: Stack): number {
    let level: Level = this.#roots;
    for (let i = kernel.length + user.length - 1; i >= 0; i--) {
      const node = i >= kernel.length ? level.user.get(user[i - kernel.length]!) : level.kernel.get(kernel[i]!);
      if (node === undefined) return i + 1;
      level = node;
    }
    return 0;
  }
}

function inOrder({ kernel, user }: Level): readonly Node[] {
  return [...user.values(), ...kernel.values()].sort(
    (a, b) =>
      b.value - a.value || Number(a.symbol > b.symbol) - Number(a.symbol < b.symbol) || Number(a.type > b.type) - Number(a.type < b.type),
  );
}

/** Level by level. Not recursive: a stack may be deeper than that of this process. */
function elementsOf(root: Node): readonly StackElement[] {
  const elements: StackElement[] = [];
  const queue: { readonly node: Node; readonly parent: number }[] = [{ node: root, parent: 0 }];
  for (let at = 0; at < queue.length; at++) {
    const { node, parent } = queue[at]!;
    const id = at + 1;
    elements.push({ id: String(id), parentId: String(parent), symbol: node.symbol, stackType: node.type, dumpCount: node.value });
    for (const child of inOrder(node)) queue.push({ node: child, parent: id });
  }
  return elements;
}
