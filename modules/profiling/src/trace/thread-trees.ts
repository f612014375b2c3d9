import { MAX_TREE_NODES } from '../stacks/stack-tree.js';

/** Largest Int of GraphQL. */
const MAX_INT = 2 ** 31 - 1;
/** Frames of one dump that are looked at, from the outermost on. */
const MAX_FRAMES = 4096;

/** A dump of one thread in one segment. */
export interface ThreadDump {
  readonly segmentId: string;
  /** Counts the dumps of a segment. */
  readonly sequence: number;
  /** ms since the epoch. */
  readonly time: number;
  /** Outermost first. */
  readonly frames: readonly string[];
}
/** A frame under its callers. */
export interface ProfileElement {
  /** From 1 in each tree. */
  readonly id: number;
  /** 0 for the outermost frame. */
  readonly parentId: number;
  readonly codeSignature: string;
  /** ms between the dumps that show it, as far as they follow one another. */
  readonly duration: number;
  /** ms that are in none of the frames that it called. */
  readonly durationChildExcluded: number;
  /** Dumps that show it. */
  readonly count: number;
}
/** Trees of one analysis; `complete` is false where there was no room for all frames. */
export interface ThreadTrees {
  readonly trees: ReadonlyArray<readonly ProfileElement[]>;
  readonly complete: boolean;
}

class Frame {
  readonly children = new Map<string, Frame>();
  duration = 0;
  count = 0;
  private last: ThreadDump | undefined;

  constructor(readonly name: string) {}

  /** Dumps come by segment and sequence. Time counts from one dump to the next: a gap means that the frame was left meanwhile. */
  seenIn(dump: ThreadDump): void {
    const { last } = this;
    const follows = last !== undefined && last.segmentId === dump.segmentId && last.sequence + 1 === dump.sequence;
    if (follows) this.duration += Math.max(0, dump.time - last.time);
    this.count += 1;
    this.last = dump;
  }
}

/** Merges dumps from their outermost frames on, into a tree for each different outermost frame. A dump that comes twice counts once. */
export function threadTrees(dumps: readonly ThreadDump[]): ThreadTrees {
  const roots = new Map<string, Frame>();
  let room = MAX_TREE_NODES;
  let complete = true;
  const below = (frames: Map<string, Frame>, name: string): Frame | undefined => {
    const known = frames.get(name);
    if (known !== undefined) return known;
    if (room === 0) return undefined;
    room -= 1;
    const frame = new Frame(name);
    frames.set(name, frame);
    return frame;
  };
  for (const dump of ordered(dumps)) {
    let frames = roots;
    if (dump.frames.length > MAX_FRAMES) complete = false;
    for (const name of dump.frames.slice(0, MAX_FRAMES)) {
      const frame = below(frames, name);
      if (frame === undefined) {
        complete = false;
        break;
      }
      frame.seenIn(dump);
      frames = frame.children;
    }
  }
  return { trees: [...roots.values()].map(elementsOf), complete };
}

function ordered(dumps: readonly ThreadDump[]): readonly ThreadDump[] {
  const sorted = [...dumps].sort((a, b) => (a.segmentId === b.segmentId ? a.sequence - b.sequence : a.segmentId < b.segmentId ? -1 : 1));
  return sorted.filter((dump, i) => i === 0 || dump.segmentId !== sorted[i - 1]!.segmentId || dump.sequence !== sorted[i - 1]!.sequence);
}

/** Level by level. */
function elementsOf(root: Frame): readonly ProfileElement[] {
  const elements: ProfileElement[] = [];
  const open: (readonly [frame: Frame, parentId: number])[] = [[root, 0]];
  for (const [frame, parentId] of open) {
    const children = [...frame.children.values()];
    const inChildren = children.reduce((sum, { duration }) => sum + duration, 0);
    const id = elements.length + 1;
    elements.push({
      id,
      parentId,
      codeSignature: frame.name,
      duration: Math.min(frame.duration, MAX_INT),
      durationChildExcluded: Math.min(Math.max(0, frame.duration - inChildren), MAX_INT),
      count: frame.count,
    });
    for (const child of children) open.push([child, id]);
  }
  return elements;
}
