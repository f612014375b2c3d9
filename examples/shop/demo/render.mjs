// Turns query answers into text for a terminal. Pure functions: no colours are written when `color` is false.

const BARS = '▁▂▃▄▅▆▇█';

export const paint = (color) => ({
  bold: (s) => (color ? `\u001b[1m${s}\u001b[0m` : s),
  dim: (s) => (color ? `\u001b[2m${s}\u001b[0m` : s),
  red: (s) => (color ? `\u001b[31m${s}\u001b[0m` : s),
  cyan: (s) => (color ? `\u001b[36m${s}\u001b[0m` : s),
});

/** One character a value, from the lowest to the highest bar; a gap (null) is a blank. */
export function sparkline(values) {
  const present = values.filter((v) => v !== null);
  const top = Math.max(...present, 0);
  return values.map((v) => (v === null ? ' ' : BARS[top === 0 ? 0 : Math.min(7, Math.floor((v / top) * 7.999))])).join('');
}

/** Columns lined up: the first to the left, the others to the right, and a last one as it is. */
export function table(head, rows) {
  const widths = head.map((h, c) => Math.max(h.length, ...rows.map((r) => r[c].length)));
  const line = (cells) =>
    cells
      .map((cell, c) => (c === 0 || c === cells.length - 1 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

/** The calls as a tree from the nodes that nobody calls; a node that is already on the way down is marked and not entered again. */
export function topologyTree({ nodes, calls }, color) {
  const { bold, dim } = paint(color);
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const called = new Set(calls.map((c) => c.target));
  const roots = nodes.filter((n) => !called.has(n.id));
  const lines = [];
  const label = (node) => `${bold(node.name)}${node.type === null || node.type === 'USER' ? '' : dim(` ${node.type}`)}`;
  const walk = (id, indent, path) => {
    const targets = calls.filter((c) => c.source === id);
    targets.forEach((call, i) => {
      const last = i === targets.length - 1;
      const again = path.includes(call.target);
      const seen = call.detectPoints.map((d) => d.toLowerCase()).join(' + ');
      lines.push(`${indent}${last ? '└─▶ ' : '├─▶ '}${label(byId.get(call.target))}${dim(`  seen by ${seen}`)}${again ? ' ↺' : ''}`);
      if (!again) walk(call.target, indent + (last ? '    ' : '│   '), [...path, call.target]);
    });
  };
  for (const root of roots.length > 0 ? roots : nodes.slice(0, 1)) {
    lines.push(label(root));
    walk(root.id, '', [root.id]);
  }
  return lines.join('\n');
}

/** Spans of one trace as a waterfall: the tree on the left, time on the right. */
export function waterfall(spans, color, width = 48) {
  const { dim, red, cyan } = paint(color);
  const start = Math.min(...spans.map((s) => s.startTime));
  const total = Math.max(1, Math.max(...spans.map((s) => s.endTime)) - start);
  const parentOf = (span) =>
    span.parentSpanId >= 0
      ? spans.find((s) => s.segmentId === span.segmentId && s.spanId === span.parentSpanId)
      : spans.find((s) => span.refs.some((r) => r.parentSegmentId === s.segmentId && r.parentSpanId === s.spanId));
  const depth = (span, limit = 100) => {
    const parent = limit === 0 ? undefined : parentOf(span);
    return parent === undefined ? 0 : 1 + depth(parent, limit - 1);
  };
  const rows = spans.map((span) => {
    const from = Math.floor(((span.startTime - start) / total) * width);
    const length = Math.max(1, Math.round(((span.endTime - span.startTime) / total) * width));
    const bar = ' '.repeat(Math.min(from, width - 1)) + '█'.repeat(Math.min(length, width - Math.min(from, width - 1)));
    return { name: `${'  '.repeat(depth(span))}${span.serviceCode} ${span.endpointName}`, bar, span };
  });
  const left = Math.max(...rows.map((r) => r.name.length));
  return rows
    .map(({ name, bar, span }) => {
      const shade = span.isError ? red : cyan;
      return `${name.padEnd(left)}  ${shade(bar.padEnd(width))} ${dim(`${span.endTime - span.startTime} ms`)}${span.isError ? red(' failed') : ''}`;
    })
    .join('\n');
}
