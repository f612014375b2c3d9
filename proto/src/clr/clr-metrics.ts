import { MalformedError } from '../malformed.js';
import { asBuffer, BYTES, FIXED64, VARINT, WireReader } from '../wire-reader.js';

/** What a .NET agent reports of its process: receivers.md 6.5. */
export interface ClrReport {
  readonly service: string;
  readonly serviceInstance: string;
  readonly metrics: readonly ClrMetric[];
}

/** One look at the runtime. What the agent did not send is zero. */
export interface ClrMetric {
  /** ms since the epoch. */
  time: number;
  cpuUsagePercent: number;
  /** Garbage collections since the last look, by generation. */
  gen0Collections: number;
  gen1Collections: number;
  gen2Collections: number;
  /** Bytes. */
  heapMemory: number;
  availableCompletionPortThreads: number;
  availableWorkerThreads: number;
  maxCompletionPortThreads: number;
  maxWorkerThreads: number;
}

/** Looks that one report may have: an empty one takes 2 bytes on the wire and a hundred times that in memory. */
const MAX_METRICS = 20_000;

/** Decodes a CLRMetricCollection. Throws {@link MalformedError}. */
export function decodeClrReport(bytes: Uint8Array): ClrReport {
  const reader = new WireReader(asBuffer(bytes));
  const metrics: ClrMetric[] = [];
  let service = '';
  let serviceInstance = '';
  while (reader.next()) {
    if (reader.field === 1) {
      if (metrics.length >= MAX_METRICS) throw new MalformedError(`a report of more than ${MAX_METRICS} metrics`, reader.at);
      metrics.push(readMetric(reader));
    } else if (reader.field === 2) service = text(reader);
    else if (reader.field === 3) serviceInstance = text(reader);
    else reader.skip();
  }
  return { service, serviceInstance, metrics };
}

function text(reader: WireReader): string {
  reader.expect(BYTES);
  return reader.string();
}

function number(reader: WireReader): number {
  reader.expect(VARINT);
  return reader.int64();
}

function readMetric(reader: WireReader): ClrMetric {
  const metric: ClrMetric = {
    time: 0,
    cpuUsagePercent: 0,
    gen0Collections: 0,
    gen1Collections: 0,
    gen2Collections: 0,
    heapMemory: 0,
    availableCompletionPortThreads: 0,
    availableWorkerThreads: 0,
    maxCompletionPortThreads: 0,
    maxWorkerThreads: 0,
  };
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) metric.time = number(reader);
    else if (reader.field === 2) readCpu(reader, metric);
    else if (reader.field === 3) readCollections(reader, metric);
    else if (reader.field === 4) readThreads(reader, metric);
    else reader.skip();
  }
  reader.leave(outer);
  return metric;
}

/** The percentage is field 2 of its message, and there is no field 1. */
function readCpu(reader: WireReader, metric: ClrMetric): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    reader.expect(FIXED64);
    metric.cpuUsagePercent = reader.double();
  }
  reader.leave(outer);
}

function readCollections(reader: WireReader, metric: ClrMetric): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) metric.gen0Collections = number(reader);
    else if (reader.field === 2) metric.gen1Collections = number(reader);
    else if (reader.field === 3) metric.gen2Collections = number(reader);
    else if (reader.field === 4) metric.heapMemory = number(reader);
    else reader.skip();
  }
  reader.leave(outer);
}

function readThreads(reader: WireReader, metric: ClrMetric): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) metric.availableCompletionPortThreads = number(reader);
    else if (reader.field === 2) metric.availableWorkerThreads = number(reader);
    else if (reader.field === 3) metric.maxCompletionPortThreads = number(reader);
    else if (reader.field === 4) metric.maxWorkerThreads = number(reader);
    else reader.skip();
  }
  reader.leave(outer);
}
