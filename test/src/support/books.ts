/** Sums of the books of every edge, read from /metrics; throws unless the identity of each edge holds. */
export async function assertBooksOf(http: string): Promise<Totals> {
  const text = await fetch(`${http}/metrics`).then((r) => r.text());
  const edges = new Map<string, Totals>();
  for (const line of text.split('\n')) {
    const match = /^skein_stream_items_(\w+)\{(.*)\} (\d+)$/.exec(line);
    if (match === null) continue;
    const labels = match[2]!;
    const edge = `${/stream="([^"]*)"/.exec(labels)?.[1]} from ${/publisher="([^"]*)"/.exec(labels)?.[1]}`;
    console.log(edge, match[1]);
  }
  throw new Error('not yet');
}

export interface Totals {
  received: number;
  handled: number;
  refused: number;
  failed: number;
  skipped: number;
  deduplicated: number;
  inFlight: number;
}
