/** Most nodes of one tree; what comes beyond is counted at the nearest node that is there. A screen shows a few thousand. */
export const MAX_TREE_NODES = 100_000;
/** Longest name of a frame, in UTF-16 units. */
const MAX_NAME_LENGTH = 1024;
/** What frames are called when there are more different names than a tree can show. */
const OTHER = '(other)';
/** Above every index of a name, so that a child has a key that is a safe integer. */
const NAMES = 2 ** 24;

/** One frame under its callers. `total` is the amount of it and of all that it called, `self` of itself alone. */
export interface StackTreeNode {
  /** The root is 0; ids count up, callers before what they call. */
  readonly id: number;
  /** -1 for the root. */
  readonly parentId: number;
  readonly name: string;
  readonly total: number;
  readonly self: number;
}

/** Stacks merged from the outermost frame on: equal frames under equal callers are one node. Trees merge into trees. */
export class StackTree {
  private readonly names: string[] = [];
  private readonly nameIndex = new Map<string, number>();
  private readonly nodeNames: number[] = [];
  private readonly parents: number[] = [];
  private readonly totals: number[] = [];
  private readonly selfs: number[] = [];
  private readonly children = new Map<number, number>();

  /** `root`: name of the node above the outermost frames. */
  constructor(
    root: string,
    private readonly maxNodes = MAX_TREE_NODES,
  ) {
    this.append(-1, this.name(root));
  }

  /** A tree of the nodes that another one gave, in that order. Throws for nodes that are none of a tree. */
  static of(nodes: Iterable<StackTreeNode>): StackTree {
    let tree: StackTree | undefined;
    for (const { id, parentId, name, total, self } of nodes) {
      tree ??= new StackTree(name);
      if (id > 0 && !(parentId >= 0 && parentId < id && id === tree.size))
        throw new TypeError(`node ${id} is not in its place in a stack tree`);
      const place = id === 0 ? 0 : tree.child(parentId, tree.name(name));
      if (place !== id) throw new TypeError(`node ${id} is in a stack tree already`);
      tree.addAmounts(place, total, self);
    }
    if (tree === undefined) throw new TypeError('a stack tree without nodes');
    return tree;
  }

  /** How many nodes there are, the root included. */
  get size(): number {
    return this.parents.length;
  }

  get total(): number {
    return this.totals[0]!;
  }

  /** The index of a frame's name, for {@link add}. */
  name(text: string): number {
    const name = text.length > MAX_NAME_LENGTH ? text.slice(0, MAX_NAME_LENGTH) : text;
    const known = this.nameIndex.get(name);
    if (known !== undefined) return known;
    if (this.names.length > 2 * this.maxNodes && name !== OTHER) return this.name(OTHER);
    this.nameIndex.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  /** Adds one stack. `frames`: indexes of names, outermost first. `amount` is finite. */
  add(frames: readonly number[], amount: number): void {
    let node = 0;
    this.totals[0]! += amount;
    for (let i = 0; i < frames.length; i++) {
      const child = this.child(node, frames[i]!);
      if (child < 0) break;
      node = child;
      this.totals[node]! += amount;
    }
    this.selfs[node]! += amount;
  }

  /** Adds all that another tree holds, root to root. */
  merge(other: StackTree): void {
    const places = new Int32Array(other.size);
    this.addAmounts(0, other.totals[0]!, other.selfs[0]!);
    for (let id = 1; id < other.size; id++) {
      const above = places[other.parents[id]!]!;
      const place = this.child(above, this.name(other.names[other.nodeNames[id]!]!));
      places[id] = place < 0 ? above : place;
      // Where there is no room the amount is in the caller's total already.
      this.addAmounts(places[id]!, place < 0 ? 0 : other.totals[id]!, other.selfs[id]!);
    }
  }

  *nodes(): Generator<StackTreeNode> {
    for (let id = 0; id < this.size; id++) {
      const name = this.names[this.nodeNames[id]!]!;
      yield { id, parentId: this.parents[id]!, name, total: this.totals[id]!, self: this.selfs[id]! };
    }
  }

  private addAmounts(id: number, total: number, self: number): void {
    this.totals[id]! += total;
    this.selfs[id]! += self;
  }

  /** -1 when there is no room for it. */
  private child(parent: number, name: number): number {
    const key = parent * NAMES + name;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    if (this.size >= this.maxNodes) return -1;
    const id = this.append(parent, name);
    this.children.set(key, id);
    return id;
  }

  private append(parent: number, name: number): number {
    this.parents.push(parent);
    this.nodeNames.push(name);
    this.totals.push(0);
    this.selfs.push(0);
    return this.parents.length - 1;
  }
}
