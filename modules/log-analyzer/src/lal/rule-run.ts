import type { LogBody, LogMessage, LogTag, Sample, Zone } from '@skein/telemetry';
import type { LogContent } from './log-content.js';
import { textOf, type Value } from './values.js';

/** What rules may ask of their surroundings. */
export interface RuleTools {
  /** Of times that name none. */
  readonly zone: Zone;
  now(): number;
  /** Whether one more log under this id fits into the minute. */
  allows(id: string, perMinute: number): boolean;
  isLayer(name: string): boolean;
}

/** Most rules add nothing; these are never written to. */
const NO_TAGS: LogTag[] = [];
const NO_SAMPLES: Sample[] = [];

/** One log on its way through one rule: what the rule has learnt of it and decided so far. */
export class RuleRun {
  parsed: Value = null;
  readonly variables: Value[] = [];
  service: string;
  instance: string;
  endpoint: string;
  layer: string;
  traceId: string;
  segmentId: string;
  spanId: number;
  timestamp: number;
  body: LogBody;
  /** Those that the rule adds. */
  tags = NO_TAGS;
  metrics = NO_SAMPLES;
  /** Fields of the output, by name. */
  outputs: Map<string, Value> | undefined;
  /** Fields of a slow statement that a `slowSql` block tells, and of a sampled trace that a `sampledTrace` block tells. */
  slowSql: Map<string, Value> | undefined;
  sampledTrace: Map<string, Value> | undefined;
  /** Without a sink nothing is kept; of several decisions the last one counts. */
  decision: 'none' | 'keep' | 'drop' = 'none';

  constructor(
    readonly log: LogMessage,
    readonly content: LogContent,
    readonly tools: RuleTools,
  ) {
    this.service = log.service;
    this.instance = log.serviceInstance;
    this.endpoint = log.endpoint;
    this.layer = log.layer;
    this.traceId = log.trace?.traceId ?? '';
    this.segmentId = log.trace?.segmentId ?? '';
    this.spanId = log.trace?.spanId ?? 0;
    this.timestamp = log.timestamp;
    this.body = log.body;
  }

  /** The first tag of that key, of the log's own and then of those that the rule added; empty if there is none. */
  tag(key: string): string {
    for (const tag of this.log.tags) if (tag.key === key) return tag.value;
    for (const tag of this.tags) if (tag.key === key) return tag.value;
    return '';
  }

  addTag(key: string, value: Value): void {
    if (value === null || value === '') return;
    if (this.tags === NO_TAGS) this.tags = [];
    this.tags.push({ key, value: textOf(value) });
  }

  addMetric(sample: Sample): void {
    if (this.metrics === NO_SAMPLES) this.metrics = [];
    this.metrics.push(sample);
  }

  setOutput(name: string, value: Value): void {
    this.outputs ??= new Map();
    this.outputs.set(name, value);
  }
}
