import { asBuffer, BYTES, FIXED64, VARINT, WireReader } from '../wire-reader.js';
import {
  MAX_METER_BUCKETS,
  MAX_METER_LABELS,
  MAX_METER_TEXT,
  type MeterBucket,
  type MeterMetric,
  type MeterMisfit,
  type MeterView,
} from './meter-view.js';

/** Decodes a `MeterData` message. Its texts are copies; the bytes may be used again. Throws MalformedError. */
export const decodeMeter = (bytes: Uint8Array): MeterView => readMeter(new WireReader(asBuffer(bytes)));

/** Decodes a `MeterDataCollection` message and calls `take` for each meter, in order. Throws MalformedError, and what `take` throws. */
export function decodeMeterCollection(bytes: Uint8Array, take: (meter: MeterView) => void): void {
  const reader = new WireReader(asBuffer(bytes));
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    take(readMeter(reader));
    reader.leave(outer);
  }
}

/** Up to the end of the message at hand. */
function readMeter(reader: WireReader): MeterView {
  const meter: MeterView = { metric: undefined, service: '', serviceInstance: '', timestamp: 0 };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
      case 2:
        meter.metric = readMetric(reader, reader.field === 2);
        break;
      case 3:
        meter.service = text(reader);
        break;
      case 4:
        meter.serviceInstance = text(reader);
        break;
      case 5:
        reader.expect(VARINT);
        meter.timestamp = reader.int64();
        break;
      default:
        reader.skip();
    }
  }
  return meter;
}

/** What is read of one metric. */
class Metric implements MeterMetric {
  name = '';
  value: number | undefined = undefined;
  misfit: MeterMisfit | undefined = undefined;
  readonly labels = new Map<string, string>();
  readonly buckets: MeterBucket[] = [];

  text(reader: WireReader): string {
    reader.expect(BYTES);
    const found = reader.string();
    if (found.length > MAX_METER_TEXT) this.misfit = 'text-too-long';
    return found;
  }

  put(name: string, value: string): void {
    if (this.labels.has(name)) this.misfit = 'duplicate-label';
    else if (this.labels.size >= MAX_METER_LABELS) this.misfit = 'too-many-labels';
    else this.labels.set(name, value);
  }
}

/** A single value and a histogram differ only in their third field. */
function readMetric(reader: WireReader, histogram: boolean): MeterMetric {
  const metric = new Metric();
  if (!histogram) metric.value = 0;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) metric.name = metric.text(reader);
    else if (reader.field === 2) readLabel(reader, metric);
    else if (reader.field !== 3) reader.skip();
    else if (histogram) readBucket(reader, metric);
    else metric.value = double(reader);
  }
  reader.leave(outer);
  return metric;
}

function readLabel(reader: WireReader, metric: Metric): void {
  let name = '';
  let value = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) name = metric.text(reader);
    else if (reader.field === 2) value = metric.text(reader);
    else reader.skip();
  }
  reader.leave(outer);
  metric.put(name, value);
}

function readBucket(reader: WireReader, metric: Metric): void {
  let bound = 0;
  let count = 0;
  let open = false;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) bound = double(reader);
    else if (reader.field === 2) count = int64(reader);
    else if (reader.field === 3) open = int64(reader) !== 0;
    else reader.skip();
  }
  reader.leave(outer);
  if (metric.buckets.length >= MAX_METER_BUCKETS) metric.misfit = 'too-many-buckets';
  else metric.buckets.push({ bound: open ? Number.NEGATIVE_INFINITY : bound, count });
}

function text(reader: WireReader): string {
  reader.expect(BYTES);
  return reader.string();
}

function double(reader: WireReader): number {
  reader.expect(FIXED64);
  return reader.double();
}

function int64(reader: WireReader): number {
  reader.expect(VARINT);
  return reader.int64();
}
