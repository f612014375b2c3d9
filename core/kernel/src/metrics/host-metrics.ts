import type { HostState, HostStatus, Labels } from '../api/facilities.js';
import type { EdgeBooks } from '../books/edge-books.js';
import type { BooksEntry } from '../books/types.js';
import type { Stream } from '../stream/stream.js';
import { VERSION } from '../version.js';
import type { MetricRegistry } from './metric-registry.js';

const STATES: readonly HostState[] = ['starting', 'ready', 'draining', 'stopped'];

/** The metrics of the host itself: process, state, health, and the books and gates of all streams. */
export function registerHostMetrics(registry: MetricRegistry, status: HostStatus, streams: () => Iterable<Stream<unknown>>): void {
  registry.collect('process_resident_memory_bytes', 'gauge', 'Resident memory of the process', () => process.memoryUsage.rss());
  registry.collect('process_cpu_seconds_total', 'counter', 'CPU time of the process', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  registry.collect('skein_build_info', 'gauge', 'Always 1; the labels say what runs', () => [
    [{ version: VERSION, node: process.version }, 1],
  ]);
  registry.collect('skein_host_state', 'gauge', '1 for the state that the host is in', () =>
    STATES.map((state) => [{ state }, state === status.state ? 1 : 0] as const),
  );
  registry.collect('skein_module_degraded', 'gauge', '1 for each module whose health is degraded', () =>
    status.degraded().map(({ module }) => [{ module }, 1] as const),
  );
  registerBooks(registry, streams);
  registerGates(registry, streams);
}

function registerBooks(registry: MetricRegistry, streams: () => Iterable<Stream<unknown>>): void {
  const perEdge = (name: string, type: 'counter' | 'gauge', help: string, read: (entry: BooksEntry) => number) =>
    registry.collect(`skein_stream_${name}`, type, help, () =>
      [...edges(streams())].map((books) => [edgeLabels(books), read(books.entry())] as const),
    );
  const perReason = (name: string, help: string, read: (books: EdgeBooks) => Iterable<readonly [string, number]>) =>
    registry.collect(`skein_stream_${name}`, 'counter', help, () =>
      [...edges(streams())].flatMap((books) =>
        [...read(books)].map(([reason, items]) => [{ ...edgeLabels(books), reason }, items] as const),
      ),
    );
  perEdge('received_items_total', 'counter', 'Items that a publisher brought to a stream', (entry) => entry.received);
  perEdge('handled_items_total', 'counter', 'Items that were handled', (entry) => entry.handled);
  perEdge('failed_items_total', 'counter', 'Items that were admitted and whose handler failed', (entry) => entry.failed);
  perEdge('deduplicated_items_total', 'counter', 'Items that had been handled before', (entry) => entry.deduplicated);
  perEdge('in_flight_items', 'gauge', 'Items that wait or are being handled', (entry) => entry.inFlight);
  perReason('refused_items_total', 'Items that were not admitted, by reason', (books) => books.refusals());
  perReason('skipped_items_total', 'Items that were dropped, by reason', (books) => Object.entries(books.entry().skipped));
}

function registerGates(registry: MetricRegistry, streams: () => Iterable<Stream<unknown>>): void {
  const perStream = (name: string, type: 'counter' | 'gauge', help: string, read: (stream: Stream<unknown>) => number) =>
    registry.collect(`skein_stream_${name}`, type, help, () =>
      [...streams()].map((stream) => [{ stream: stream.id }, read(stream)] as const),
    );
  perStream('capacity', 'gauge', 'Weight that a stream admits at once', (stream) => stream.gate.capacity);
  perStream('weight', 'gauge', 'Weight that is admitted and not yet handled', (stream) => stream.gate.used);
  perStream('waiting_batches', 'gauge', 'Batches that wait for room', (stream) => stream.gate.waiting);
  perStream('tap_dropped_items_total', 'counter', 'Items that slow taps did not see', (stream) => stream.tap.dropped);
}

function* edges(streams: Iterable<Stream<unknown>>): Iterable<EdgeBooks> {
  for (const stream of streams) yield* stream.books();
}

const edgeLabels = ({ stream, publisher }: EdgeBooks): Labels => ({ stream, publisher });
