/** What a pattern's segment stands for any segment with. */
const VARIABLE = '{var}';

class PatternNode {
  readonly children: PatternNode[] = [];
  /** The pattern that ends here. */
  pattern: string | undefined;

  constructor(readonly segment: string) {}
}

/**
 * Path patterns of one service, analysis.md 7.2. `{var}`, literally, stands for one segment, but not for the first one.
 * At each level the first child, in the order of the patterns, that fits is taken, and never taken back.
 */
export class PatternTree {
  private readonly roots: PatternNode[] = [];

  add(pattern: string): void {
    const segments = split(pattern);
    let siblings = this.roots;
    let node: PatternNode | undefined;
    for (const segment of segments) {
      node = siblings.find((n) => n.segment === segment);
      if (node === undefined) {
        node = new PatternNode(segment);
        siblings.push(node);
      }
      siblings = node.children;
    }
    if (node !== undefined) node.pattern = pattern;
  }

  /**
   * The pattern that the name fits; undefined if there is none.
   * A name of one segment counts as fitting as it is: wherever there are patterns, short names are few.
   */
  match(name: string): string | undefined {
    const segments = split(name);
    if (segments.length <= 1) return name;
    let node = this.roots.find((n) => n.segment === segments[0]);
    for (let i = 1; i < segments.length && node !== undefined; i++) {
      node = node.children.find((n) => n.segment === segments[i] || n.segment === VARIABLE);
    }
    return node?.pattern;
  }
}

/** Segments between slashes; a leading slash and a trailing empty segment do not count. */
function split(path: string): string[] {
  const segments = path.split('/');
  if (path.startsWith('/')) segments.shift();
  while (segments.length > 0 && segments.at(-1) === '') segments.pop();
  return segments;
}
