import { inTurns, type ReadOptions } from '@skein/query/contract';
import { ZipkinSpanModel } from '@skein/zipkin-analyzer/contract';
import { type DependencyLink, DependencyLinks } from './dependency-links.js';
import { type SpanReads, tell } from './span-reads.js';
import { type StoredSpan, storedSpan } from './stored-span.js';

/** Who called whom in a time range, ms, from the latest spans in it. */
export async function readDependencies(
  reads: SpanReads,
  { from, to }: { readonly from: number; readonly to: number },
  maxSpans: number,
  o: ReadOptions,
): Promise<readonly DependencyLink[]> {
  const range = { from, to: to + 1 };
  const rows = await reads.records({ model: ZipkinSpanModel, range, offset: 0, limit: maxSpans, body: true }, o);
  if (rows.length >= maxSpans) tell({ what: 'dependencies', limit: `only the latest ${maxSpans} spans are counted; narrow the range` }, o);
  const traces = new Map<string, StoredSpan[]>();
  await inTurns(
    rows,
    (row) => {
      const span = storedSpan(row);
      if (span === undefined) return;
      // Some senders know only the last 64 bits of a trace id.
      const trace = span.traceId.slice(-16);
      const known = traces.get(trace);
      if (known === undefined) traces.set(trace, [span]);
      else known.push(span);
    },
    o.signal,
  );
  const links = new DependencyLinks();
  await inTurns(traces.values(), (spans) => links.add(spans), o.signal);
  return links.list();
}
