import type { Clock } from '@skein/core';
import type { EntityUpdate, Observation, Sample, SampleSet } from '@skein/telemetry';
import { type CounterWindows, type MalContext, SampleFamilies } from '@skein/telemetry/mal';
import type { Recently } from '@skein/telemetry/traffic';
import type { AnalyzerMetrics } from './analyzer-metrics.js';
import type { FoundEntity, MeterEntities } from './meter-entities.js';
import type { MeterSource } from './meter-source.js';
import type { MeterRule, RuleSet } from './rule-set.js';
import type { VirtualProcesses } from './virtual-processes.js';

const MINUTE = 60_000;
/** What a source and a row hold in memory, roughly. */
const SOURCE_BYTES = 150;
const ROW_BYTES = 400;
/** The unit of bucket bounds in ms, where a rule names none: native meters come in milliseconds, all others in seconds. Source: analysis.md 10.3. */
const HISTOGRAM_UNITS: Readonly<Record<string, number>> = { agent: 1 };
const SECONDS = 1000;

export interface MeterAnalyzerOptions {
  readonly rules: ReadonlyMap<string, RuleSet>;
  readonly entities: MeterEntities;
  readonly virtual: VirtualProcesses;
  readonly windows: CounterWindows;
  /** Rows that were written in this minute. */
  readonly written: Recently;
  readonly clock: Clock;
  readonly metrics: AnalyzerMetrics;
}

/** Computes the metrics of sets of samples. */
export class MeterAnalyzer {
  constructor(private readonly options: MeterAnalyzerOptions) {}

  /** What a set means; undefined if it gives nothing. Never throws: a rule that fails fails alone, and is counted. */
  analyze({ group, samples }: SampleSet): Observation | undefined {
    const { rules, clock, virtual, metrics } = this.options;
    const known = rules.get(group);
    const wanted = known === undefined ? [] : samples.filter(({ name }) => known.reads(name));
    if (wanted.length < samples.length) metrics.samplesWithoutRule(group, samples.length - wanted.length);
    if (known === undefined || wanted.length === 0) return undefined;
    const now = clock.now();
    const sources: MeterSource[] = [];
    const rows: EntityUpdate[] = [];
    const families = familiesOf(group, wanted);
    if (families.leftOut > 0) metrics.samplesLeftOut('', 'too many', families.leftOut);
    for (const rule of known.forNames(families.names)) this.apply(rule, families, now, sources, rows);
    rows.push(...virtual.takeRows(now));
    if (sources.length === 0 && rows.length === 0) return undefined;
    const weight = sources.length * SOURCE_BYTES + rows.length * ROW_BYTES + 100;
    return { sources, records: [], entities: rows, weight };
  }

  private apply(rule: MeterRule, families: SampleFamilies, now: number, sources: MeterSource[], rows: EntityUpdate[]): void {
    const { windows, entities, metrics } = this.options;
    const { metric, definition } = rule;
    const context: MalContext = { now, windows, skip: (reason, count) => metrics.samplesLeftOut(metric.name, reason, count) };
    try {
      for (const result of metric.run(families, context)) {
        const entity = entities.find(result.entity, definition);
        this.appear(metric.scope, entity, now, rows);
        rule.emit(result, entity, sources);
      }
    } catch (error) {
      metrics.ruleFailed(metric.name, error);
    }
  }

  /** The rows of an entity say that it is alive now; once a minute is enough. */
  private appear(scope: string, entity: FoundEntity, now: number, rows: EntityUpdate[]): void {
    if (!this.options.written.first(`${scope} ${entity.id} ${entity.variant}`, Math.floor(now / MINUTE))) return;
    rows.push(...entity.rows(now));
  }
}

const familiesOf = (group: string, samples: readonly Sample[]): SampleFamilies =>
  new SampleFamilies(samples, { histogramUnit: HISTOGRAM_UNITS[group] ?? SECONDS });
