import type { Span } from './contract/traces.js';
import { inTurns } from './contract/turns.js';

const key = (segmentId: string, spanId: number): string => `${spanId} ${segmentId}`;
const byStart = (a: Span, b: Span): number => a.startTime - b.startTime || a.spanId - b.spanId;

/** Key of the span above: what a reference points at, else the parent within the segment. */
function parentOf(span: Span, all: ReadonlyMap<string, Span>): string | undefined {
  for (const ref of span.refs) {
    const parent = key(ref.parentSegmentId, ref.parentSpanId);
    if (all.has(parent)) return parent;
  }
  const parent = key(span.segmentId, span.parentSpanId);
  return span.parentSpanId >= 0 && span.parentSpanId !== span.spanId && all.has(parent) ? parent : undefined;
}

/** The span that stands for each key, and below each key its children. */
interface Tree {
  readonly roots: readonly Span[];
  readonly children: ReadonlyMap<string, readonly Span[]>;
}

async function treeOf(sorted: readonly Span[], all: ReadonlyMap<string, Span>, signal?: AbortSignal): Promise<Tree> {
  const roots: Span[] = [];
  const children = new Map<string, Span[]>();
  const hang = (span: Span): void => {
    const parent = parentOf(span, all);
    const siblings = parent === undefined ? roots : children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent!, [span]);
  };
  await inTurns(sorted, hang, signal);
  return { roots, children };
}

/** A span and all below it, depth first. Not recursive: a segment may nest ten thousand spans. */
function* below(root: Span, { children }: Tree, seen: Set<Span>): Generator<Span> {
  const open = [root];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    if (seen.has(span)) continue;
    seen.add(span);
    yield span;
    const under = children.get(key(span.segmentId, span.spanId)) ?? [];
    for (let i = under.length - 1; i >= 0; i--) open.push(under[i]!);
  }
}

/**
 * Spans depth first: roots (whose parent is not among them) by start time, below each span its children by start time.
 * Spans of a broken trace that hang in a circle follow at the end. Gives way between slices; rejects when the signal is aborted.
 */
export async function orderSpans(spans: readonly Span[], signal?: AbortSignal): Promise<readonly Span[]> {
  const all = new Map<string, Span>();
  await inTurns(spans, (s) => all.set(key(s.segmentId, s.spanId), s), signal);
  const sorted = [...all.values()].sort(byStart);
  const tree = await treeOf(sorted, all, signal);
  const seen = new Set<Span>();
  const ordered: Span[] = [];
  const depthFirst = function* (): Generator<Span> {
    for (const root of tree.roots) yield* below(root, tree, seen);
    for (const span of sorted) yield* below(span, tree, seen);
  };
  await inTurns(depthFirst(), (span) => ordered.push(span), signal);
  return ordered;
}
