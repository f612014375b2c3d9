import { MalformedError } from '../malformed.js';
import { asBuffer, BYTES, FIXED64, VARINT, WireReader } from '../wire-reader.js';

/** What a Java agent reports of its process: receivers.md 6.4. */
export interface JvmReport {
  readonly service: string;
  readonly serviceInstance: string;
  readonly metrics: readonly JvmMetric[];
}

/** One look at the JVM. What the agent did not send is zero, as for an agent of before there were threads and classes. */
export interface JvmMetric {
  /** ms since the epoch. */
  time: number;
  cpuUsagePercent: number;
  readonly memory: JvmMemory[];
  readonly memoryPools: JvmMemoryPool[];
  readonly collections: JvmCollections[];
  readonly threads: JvmThreads;
  readonly classes: JvmClasses;
}

/** Bytes; `max` is negative where there is no limit. */
export interface JvmMemorySizes {
  init: number;
  max: number;
  used: number;
  committed: number;
}

export interface JvmMemory extends JvmMemorySizes {
  isHeap: boolean;
}

export interface JvmMemoryPool extends JvmMemorySizes {
  /** A number of the wire's PoolType; may be one that is not known. */
  type: number;
}

/** Garbage collections of one kind since the last look. */
export interface JvmCollections {
  /** A number of the wire's GCPhase; may be one that is not known. */
  phase: number;
  count: number;
  /** ms. */
  time: number;
}

export interface JvmThreads {
  live: number;
  daemon: number;
  peak: number;
  runnable: number;
  blocked: number;
  waiting: number;
  timedWaiting: number;
}

export interface JvmClasses {
  loaded: number;
  totalUnloaded: number;
  totalLoaded: number;
}

/**
 * Looks, memories, pools and kinds of collections that one report may have in all. An agent that could not send for ten minutes has some
 * thousand; an empty one takes 2 bytes on the wire and a hundred times that in memory.
 */
const MAX_PARTS = 50_000;

/** Decodes a JVMMetricCollection. Throws {@link MalformedError}. */
export function decodeJvmReport(bytes: Uint8Array): JvmReport {
  const reader = new JvmReader(asBuffer(bytes));
  const metrics: JvmMetric[] = [];
  let service = '';
  let serviceInstance = '';
  while (reader.next()) {
    if (reader.field === 1) metrics.push(readMetric(reader));
    else if (reader.field === 2) service = reader.text();
    else if (reader.field === 3) serviceInstance = reader.text();
    else reader.skip();
  }
  return { service, serviceInstance, metrics };
}

class JvmReader extends WireReader {
  private parts = 0;

  /** Goes into a message of which there may be many. */
  enterPart(): number {
    if (++this.parts > MAX_PARTS) throw new MalformedError(`a report of more than ${MAX_PARTS} parts`, this.at);
    return this.enter();
  }

  text(): string {
    this.expect(BYTES);
    return this.string();
  }

  number(): number {
    this.expect(VARINT);
    return this.int64();
  }
}

function readMetric(reader: JvmReader): JvmMetric {
  const outer = reader.enterPart();
  const metric: JvmMetric = {
    time: 0,
    cpuUsagePercent: 0,
    memory: [],
    memoryPools: [],
    collections: [],
    threads: { live: 0, daemon: 0, peak: 0, runnable: 0, blocked: 0, waiting: 0, timedWaiting: 0 },
    classes: { loaded: 0, totalUnloaded: 0, totalLoaded: 0 },
  };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        metric.time = reader.number();
        break;
      case 2:
        metric.cpuUsagePercent = readCpu(reader, metric.cpuUsagePercent);
        break;
      case 3:
        metric.memory.push(readMemory(reader));
        break;
      case 4:
        metric.memoryPools.push(readMemoryPool(reader));
        break;
      case 5:
        metric.collections.push(readCollections(reader));
        break;
      case 6:
        readThreads(reader, metric.threads);
        break;
      case 7:
        readClasses(reader, metric.classes);
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return metric;
}

/** The percentage is field 2 of its message, and there is no field 1. */
function readCpu(reader: JvmReader, before: number): number {
  let usage = before;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    reader.expect(FIXED64);
    usage = reader.double();
  }
  reader.leave(outer);
  return usage;
}

function readMemory(reader: JvmReader): JvmMemory {
  const memory: JvmMemory = { isHeap: false, init: 0, max: 0, used: 0, committed: 0 };
  const outer = reader.enterPart();
  while (reader.next()) {
    if (reader.field === 1) memory.isHeap = reader.number() !== 0;
    else readSizes(reader, memory);
  }
  reader.leave(outer);
  return memory;
}

function readMemoryPool(reader: JvmReader): JvmMemoryPool {
  const pool: JvmMemoryPool = { type: 0, init: 0, max: 0, used: 0, committed: 0 };
  const outer = reader.enterPart();
  while (reader.next()) {
    if (reader.field === 1) pool.type = reader.number();
    else readSizes(reader, pool);
  }
  reader.leave(outer);
  return pool;
}

/** The fields that memories and pools have alike. */
function readSizes(reader: JvmReader, sizes: JvmMemorySizes): void {
  switch (reader.field) {
    case 2:
      sizes.init = reader.number();
      break;
    case 3:
      sizes.max = reader.number();
      break;
    case 4:
      sizes.used = reader.number();
      break;
    case 5:
      sizes.committed = reader.number();
      break;
    default:
      reader.skip();
  }
}

function readCollections(reader: JvmReader): JvmCollections {
  const collections: JvmCollections = { phase: 0, count: 0, time: 0 };
  const outer = reader.enterPart();
  while (reader.next()) {
    if (reader.field === 1) collections.phase = reader.number();
    else if (reader.field === 2) collections.count = reader.number();
    else if (reader.field === 3) collections.time = reader.number();
    else reader.skip();
  }
  reader.leave(outer);
  return collections;
}

function readThreads(reader: JvmReader, threads: JvmThreads): void {
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        threads.live = reader.number();
        break;
      case 2:
        threads.daemon = reader.number();
        break;
      case 3:
        threads.peak = reader.number();
        break;
      case 4:
        threads.runnable = reader.number();
        break;
      case 5:
        threads.blocked = reader.number();
        break;
      case 6:
        threads.waiting = reader.number();
        break;
      case 7:
        threads.timedWaiting = reader.number();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
}

function readClasses(reader: JvmReader, classes: JvmClasses): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) classes.loaded = reader.number();
    else if (reader.field === 2) classes.totalUnloaded = reader.number();
    else if (reader.field === 3) classes.totalLoaded = reader.number();
    else reader.skip();
  }
  reader.leave(outer);
}
