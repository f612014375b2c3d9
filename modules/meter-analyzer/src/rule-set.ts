import { bucketKey, formatLabels, type SourceDefinition } from '@skein/telemetry';
import type { MalMetric, MalResult } from '@skein/telemetry/mal';
import type { FoundEntity } from './meter-entities.js';
import { MeterSource } from './meter-source.js';

/** A rule and the source that carries what it gives. */
export class MeterRule {
  constructor(
    readonly metric: MalMetric,
    readonly definition: SourceDefinition,
  ) {}

  /** A source for each value of a result. */
  emit({ time, values }: MalResult, entity: FoundEntity, into: MeterSource[]): void {
    const { kind } = this.metric;
    for (const { labels, value } of values) into.push(new MeterSource(this.definition, entity, time, value, labelOf(kind, labels)));
  }
}

/** What the table of a metric is keyed by: see the functions that `lineOf` names. */
function labelOf(kind: MalMetric['kind'], labels: ReadonlyMap<string, string>): string {
  if (kind === 'single') return '';
  if (kind === 'labeled') return formatLabels(labels);
  const bound = labels.get('le') ?? '';
  if (kind === 'histogram' || labels.size <= 1) return bound;
  const others = new Map(labels);
  others.delete('le');
  return bucketKey(bound, formatLabels(others));
}

/** The rules of one group of samples, by the names of the samples that they read. */
export class RuleSet {
  private readonly byName = new Map<string, number[]>();
  /** Which set of samples a rule was chosen for last, by its number. */
  private readonly chosen: Uint32Array;
  private round = 0;

  constructor(private readonly rules: readonly MeterRule[]) {
    this.chosen = new Uint32Array(rules.length);
    for (const [number, { metric }] of rules.entries()) {
      for (const name of metric.inputs) this.byName.set(name, [...(this.byName.get(name) ?? []), number]);
    }
  }

  /** Whether any rule reads samples of this name. */
  reads(name: string): boolean {
    return this.byName.has(name);
  }

  /** The rules that read any of the names, each once, in their order. */
  forNames(names: Iterable<string>): readonly MeterRule[] {
    this.round = (this.round + 1) % 2 ** 32;
    const numbers: number[] = [];
    for (const name of names) {
      for (const number of this.byName.get(name) ?? []) {
        if (this.chosen[number] === this.round) continue;
        this.chosen[number] = this.round;
        numbers.push(number);
      }
    }
    return numbers.sort((a, b) => a - b).map((number) => this.rules[number]!);
  }
}
