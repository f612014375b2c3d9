import type { Clock, Logger, Meter } from '@skein/core';
import { type Naming, Zone } from '@skein/telemetry';
import type { Storage } from '@skein/telemetry/storage';
import { Directory } from '@skein/telemetry/traffic';
import type { ZipkinAnalyzerConfig } from './config.js';
import { Inventory } from './inventory.js';
import { KnownSpans } from './known-spans.js';
import { Relations } from './relations.js';
import { SpanAnalyzer } from './span-analyzer.js';
import { SpanRecorder } from './span-recorder.js';
import { TrafficAnalysis } from './traffic.js';
import { VirtualServices } from './virtual-services.js';
import { WaitingRoom } from './waiting-room.js';

/** Names and ids of services, instances and endpoints that are kept encoded. */
const DIRECTORY_BYTES = 32 * 1024 * 1024;
/** Names and tags of which it is remembered that their rows are written. */
const WRITTEN = 100_000;
/** Defects are logged at most this often, so that a flood of bad spans is no flood of lines, ms. */
const QUIET = 60_000;

export interface Surroundings {
  readonly storage: { readonly traits: Pick<Storage['traits'], 'retention'> };
  readonly naming: Naming;
  readonly zone: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** The analyzer, and what it remembers between spans. */
export interface Analysis {
  readonly analyzer: SpanAnalyzer;
  readonly room: WaitingRoom;
  /** Rows were lost on their way to storage: what is written once a day is written again. */
  rowsLost(): void;
}

export function buildAnalysis(config: ZipkinAnalyzerConfig, { storage, naming, zone, clock, logger, meter }: Surroundings): Analysis {
  const directory = new Directory(naming, DIRECTORY_BYTES);
  const inventory = new Inventory(config.searchableTracesTags, WRITTEN);
  const known = new KnownSpans(config.joinWindow, config.joinLimit, clock.now());
  const room = new WaitingRoom(config.joinWindow, config.joinLimit / 2);
  const traffic = new TrafficAnalysis(new Relations(directory), known, room, new VirtualServices(directory));
  let quietUntil = 0;
  const analyzer = new SpanAnalyzer({
    directory,
    recorder: new SpanRecorder(inventory, new Zone(zone)),
    traffic: config.analyse ? traffic : undefined,
    clock,
    keptFor: () => Math.max(storage.traits.retention.metrics, storage.traits.retention.traces),
    failed: (error) => {
      if (performance.now() < quietUntil) return;
      quietUntil = performance.now() + QUIET;
      logger.error('a Zipkin span could not be analysed and is left out', { error });
    },
  });
  meter.gauge('zipkin_known_spans', 'Zipkin spans to which others can be joined', () => known.size);
  meter.gauge('zipkin_waiting_calls', 'Calls that wait for a span of the other side', () => room.size);
  meter.gauge('zipkin_crowded_out_calls', 'Calls that could not wait as long as they should, for lack of room', () => room.crowdedOut);
  return { analyzer, room, rowsLost: () => inventory.clear() };
}
