export interface Totals {
  readonly received: number;
  readonly handled: number;
  readonly refused: number;
  readonly failed: number;
  readonly skipped: number;
  readonly deduplicated: number;
  readonly inFlight: number;
}

const COLUMNS: Readonly<Record<string, keyof Totals>> = {
  received_items_total: 'received',
  handled_items_total: 'handled',
  refused_items_total: 'refused',
  failed_items_total: 'failed',
  skipped_items_total: 'skipped',
  deduplicated_items_total: 'deduplicated',
  in_flight_items: 'inFlight',
};
const EMPTY: Totals = { received: 0, handled: 0, refused: 0, failed: 0, skipped: 0, deduplicated: 0, inFlight: 0 };
const LINE = /^skein_stream_(\w+)\{(.*)\} (\d+)$/;

/** The books of every edge, by `<publisher> -> <stream>`, read from a server's self-metrics. */
export async function readBooks(http: string): Promise<ReadonlyMap<string, Totals>> {
  const text = await fetch(`${http}/metrics`).then((response) => response.text());
  const edges = new Map<string, Record<keyof Totals, number>>();
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value = '0'] = LINE.exec(line) ?? [];
    const column = COLUMNS[name];
    if (column === undefined) continue;
    const edge = `${/publisher="([^"]*)"/.exec(labels)?.[1]} -> ${/stream="([^"]*)"/.exec(labels)?.[1]}`;
    const totals = edges.get(edge) ?? { ...EMPTY };
    totals[column] += Number(value);
    edges.set(edge, totals);
  }
  if (edges.size === 0) throw new Error('the server shows no books');
  return edges;
}

/** Throws unless received = handled + refused + failed + skipped + deduplicated + in flight holds on every edge, with nothing in flight. */
export async function assertBooksOf(http: string): Promise<ReadonlyMap<string, Totals>> {
  const books = await readBooks(http);
  for (const [edge, t] of books) {
    const accounted = t.handled + t.refused + t.failed + t.skipped + t.deduplicated + t.inFlight;
    if (t.received !== accounted || t.inFlight !== 0) throw new Error(`the books of ${edge} do not balance: ${JSON.stringify(t)}`);
  }
  return books;
}
