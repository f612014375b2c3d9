import { TextTable } from '../text-table.js';
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

/** Nearly all meters are smaller than this. */
const USUAL_SIZE = 4096;

/** Names and labels come again and again. */
const names = new TextTable();

/** Reads meters, whose names and labels it makes once. */
class MeterReader extends WireReader {
  private readonly words: DataView;

  constructor(bytes: Buffer) {
    super(bytes);
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  text(): string {
    this.expect(BYTES);
    const limit = this.limit();
    const text = names.text(this.bytes, this.words, this.at, limit);
    this.at = limit;
    return text;
  }

  override double(): number {
    this.expect(FIXED64);
    return super.double();
  }

  override int64(): number {
    this.expect(VARINT);
    return super.int64();
  }
}

/** Single meters are copied here to be read: views of words, which make names quick to compare, are too dear to make for each. */
const usual = new MeterReader(Buffer.alloc(USUAL_SIZE));

/** Decodes a `MeterData` message. Its texts are copies; the bytes may be used again. Throws MalformedError. */
export function decodeMeter(bytes: Uint8Array): MeterView {
  const original = asBuffer(bytes);
  if (original.length > USUAL_SIZE) return readMeter(new MeterReader(original));
  original.copy(usual.bytes);
  usual.at = 0;
  usual.end = original.length;
  return readMeter(usual);
}

/** Decodes a `MeterDataCollection` message and calls `take` for each meter, in order. Throws MalformedError, and what `take` throws. */
export function decodeMeterCollection(bytes: Uint8Array, take: (meter: MeterView) => void): void {
  const reader = new MeterReader(asBuffer(bytes));
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
function readMeter(reader: MeterReader): MeterView {
  const meter: MeterView = { metric: undefined, service: '', serviceInstance: '', timestamp: 0 };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
      case 2:
        meter.metric = readMetric(reader, reader.field === 2);
        break;
      case 3:
        meter.service = reader.text();
        break;
      case 4:
        meter.serviceInstance = reader.text();
        break;
      case 5:
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

  text(reader: MeterReader): string {
    const found = reader.text();
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
function readMetric(reader: MeterReader, histogram: boolean): MeterMetric {
  const metric = new Metric();
  if (!histogram) metric.value = 0;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) metric.name = metric.text(reader);
    else if (reader.field === 2) readLabel(reader, metric);
    else if (reader.field !== 3) reader.skip();
    else if (histogram) readBucket(reader, metric);
    else metric.value = reader.double();
  }
  reader.leave(outer);
  return metric;
}

function readLabel(reader: MeterReader, metric: Metric): void {
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

function readBucket(reader: MeterReader, metric: Metric): void {
  let bound = 0;
  let count = 0;
  let open = false;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) bound = reader.double();
    else if (reader.field === 2) count = reader.int64();
    else if (reader.field === 3) open = reader.int64() !== 0;
    else reader.skip();
  }
  reader.leave(outer);
  if (metric.buckets.length >= MAX_METER_BUCKETS) metric.misfit = 'too-many-buckets';
  else metric.buckets.push({ bound: open ? Number.NEGATIVE_INFINITY : bound, count });
}
