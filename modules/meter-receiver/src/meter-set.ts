import type { MeterMetric, MeterView } from '@skein/proto/meter';
import type { Sample, SampleSet } from '@skein/telemetry';
import { javaNumber } from './java-number.js';

/** Bytes of memory of one sample and of one label, about. */
const SAMPLE_BYTES = 200;
const LABEL_BYTES = 80;
/** `le` of the bucket that is open below. Source: receivers.md 6.6. */
const OPEN_BELOW = '-9223372036854775808';
/** Labels that name the sender; rules expect them. */
const IDENTITY = ['service', 'instance'] as const;

/** Tells how many meters are left out, and why. */
export type Skip = (count: number, reason: string) => void;

/** What one set may not exceed. */
export class SetTooLargeError extends Error {
  override readonly name = 'SetTooLargeError';
}

/**
 * Meters that are analysed together: those of one stream, or of one collection. Service, instance and time may come with any of them; the last
 * ones that came belong to all. Meters that cannot be used are left out alone. Source: receivers.md 6.6.
 */
export class MeterSet {
  private service = '';
  private instance = '';
  private timestamp = 0;
  private readonly metrics: MeterMetric[] = [];
  private weight = 0;

  /** `maxBytes`: memory that the set may take, about. */
  constructor(
    private readonly maxBytes: number,
    private readonly skip: Skip,
  ) {}

  /** @throws SetTooLargeError, and the meter is not in the set */
  add(meter: MeterView): void {
    const { metric } = meter;
    if (metric === undefined) {
      this.skip(1, 'no-value');
      return;
    }
    if (meter.service !== '') this.service = meter.service;
    if (meter.serviceInstance !== '') this.instance = meter.serviceInstance;
    if (meter.timestamp > 0) this.timestamp = meter.timestamp;
    const reason = metric.misfit ?? reasonAgainst(metric);
    if (reason !== undefined) {
      this.skip(1, reason);
      return;
    }
    const weight = weigh(metric);
    if (this.weight + weight > this.maxBytes) throw new SetTooLargeError(`the meters take more than ${this.maxBytes} bytes`);
    this.weight += weight;
    this.metrics.push(metric);
  }

  /** The samples of all meters; undefined if there are none, or nobody said whose they are. Called once. */
  finish(): SampleSet | undefined {
    const { service, instance, timestamp, metrics } = this;
    if (metrics.length === 0) return undefined;
    if (service === '' || instance === '' || timestamp === 0) {
      this.skip(metrics.length, 'no-identity');
      return undefined;
    }
    const samples: Sample[] = [];
    for (const { name, labels, value, buckets } of metrics) {
      labels.set('service', service);
      labels.set('instance', instance);
      if (value !== undefined) samples.push({ name, labels, value, timestamp });
      for (let i = 0; i < buckets.length; i++) {
        const { bound, count } = buckets[i]!;
        const le = bound === Number.NEGATIVE_INFINITY ? OPEN_BELOW : javaNumber(bound);
        samples.push({ name, labels: new Map(labels).set('le', le), value: count, timestamp });
      }
    }
    return { group: 'agent', samples, weight: this.weight };
  }
}

function reasonAgainst({ name, labels, value }: MeterMetric): string | undefined {
  if (name === '') return 'no-name';
  for (const label of IDENTITY) if (labels.has(label)) return 'reserved-label';
  return value === undefined || Number.isFinite(value) || Number.isNaN(value) ? undefined : 'infinite';
}

function weigh({ name, labels, value, buckets }: MeterMetric): number {
  const each = SAMPLE_BYTES + (labels.size + IDENTITY.length + 1) * LABEL_BYTES;
  let texts = name.length;
  for (const [label, text] of labels) texts += label.length + text.length;
  return texts + each * (value === undefined ? buckets.length : 1);
}
