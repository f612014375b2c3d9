import type { Span } from './contract/traces.js';

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

/**
 * Spans depth first: roots (whose parent is not among them) by start time, below each span its children by start time.
 * Spans of a broken trace that hang in a circle follow at the end.
 */
export function orderSpans(spans: readonly Span[]): readonly Span[] {
  const all = new Map(spans.map((s) => [key(s.segmentId, s.spanId), s]));
  const roots: Span[] = [];
  const children = new Map<string, Span[]>();
  for (const span of [...all.values()].sort(byStart)) {
    const parent = parentOf(span, all);
    if (parent === undefined) roots.push(span);
    else {
      const siblings = children.get(parent);
      if (siblings) siblings.push(span);
      else children.set(parent, [span]);
    }
  }
  const ordered = new Set<Span>();
  const walk = (root: Span): void => {
    // Not recursive: a segment may nest ten thousand spans.
    const open = [root];
    for (let span = open.pop(); span !== undefined; span = open.pop()) {
      if (ordered.has(span)) continue;
      ordered.add(span);
      const below = children.get(key(span.segmentId, span.spanId)) ?? [];
      for (let i = below.length - 1; i >= 0; i--) open.push(below[i]!);
    }
  };
  roots.forEach(walk);
  [...all.values()].sort(byStart).forEach(walk);
  return [...ordered];
}
