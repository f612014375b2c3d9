import { type MetricFunction, type MetricStepSettings, metricSignature } from '../metrics/function.js';
import { valueReader } from '../metrics/read.js';
import type { MetricDefinition } from '../metrics-catalog.js';
import type { OalScript } from '../points.js';
import type { AttributeDefinition, SourceDefinition } from '../sources/source.js';
import type { MetricModel } from '../storage/models.js';
import { OalError } from './attribute.js';
import type { PlanInput } from './branch.js';
import { LabelLimits } from './label-limits.js';
import { metricInputs } from './metric-inputs.js';
import { type ParsedScript, parseScript } from './parse-script.js';
import { Plan, type SkipListener } from './plan.js';
import { type OalProblem, placeAt, problemAt, shorten, unknown } from './problem.js';
import type { MetricStatement, Word } from './syntax-tree.js';

/** Threshold of a service that no setting names. Source: analysis.md 1.6. */
export const DEFAULT_APDEX_THRESHOLD = 500;

export interface CompileOptions {
  readonly scripts: readonly OalScript[];
  readonly sources: readonly SourceDefinition[];
  /** Names of metrics, and of records and entities, that are switched off, besides those that scripts disable. */
  readonly disabled?: Iterable<string>;
  /** Apdex threshold in ms of a service name; default 500. */
  readonly apdexThreshold?: (service: string) => number;
  /** Told of each input that a metric left out. */
  readonly onSkip?: SkipListener;
  readonly labelLimits?: LabelLimits;
}

export interface CompiledMetric extends MetricDefinition {
  readonly model: MetricModel;
  /** Where it was defined, `core.oal:3:1`. */
  readonly place: string;
}

export interface CompiledOal {
  readonly metrics: readonly CompiledMetric[];
  /** One for every source definition, whether or not a metric wants it. */
  readonly plans: ReadonlyMap<SourceDefinition, Plan>;
  /** Every name that is switched off, whatever it names. */
  readonly disabled: ReadonlySet<string>;
  /** Those that no script defines as a metric: records and entities, or slips. */
  readonly disabledOther: readonly string[];
  /** All mistakes of all scripts. The statements that have none are compiled all the same. */
  readonly problems: readonly OalProblem[];
}

/** Compiles OAL scripts to plans made of closures. Never throws for what a script says. */
export function compileOal(options: CompileOptions): CompiledOal {
  const parsed = options.scripts.map(parseScript);
  const disabled = disabledNames(parsed, options.disabled ?? []);
  const compiler = new Compiler(options);
  const problems = parsed.flatMap((p) => p.problems);
  for (const { script, statements } of parsed) {
    for (const statement of statements) {
      if (statement.kind === 'disable' || disabled.has(statement.name.text)) continue;
      const problem = compiler.take(script, statement);
      if (problem !== undefined) problems.push(problem);
    }
  }
  const defined = new Set(parsed.flatMap((p) => p.statements.map((s) => (s.kind === 'metric' ? s.name.text : ''))));
  const disabledOther = [...disabled].filter((name) => !defined.has(name));
  return { metrics: compiler.metrics, plans: compiler.plans(), disabled, disabledOther, problems: inOrder(problems, options.scripts) };
}

function disabledNames(parsed: readonly ParsedScript[], more: Iterable<string>): Set<string> {
  const names = new Set(more);
  for (const { statements } of parsed) for (const s of statements) if (s.kind === 'disable') names.add(s.name.text);
  return names;
}

/** As a reader meets them: script by script, from top to bottom. */
function inOrder(problems: readonly OalProblem[], scripts: readonly OalScript[]): OalProblem[] {
  const order = new Map(scripts.map(({ file }, i) => [file, i]));
  return [...problems].sort((a, b) => order.get(a.file)! - order.get(b.file)! || a.line - b.line || a.column - b.column);
}

class Compiler {
  readonly metrics: CompiledMetric[] = [];
  private readonly settings: MetricStepSettings;
  private readonly sources: ReadonlyMap<string, SourceDefinition>;
  private readonly enums: ReadonlySet<string>;
  private readonly inputs = new Map<SourceDefinition, PlanInput[]>();
  private readonly places = new Map<string, string>();

  constructor(private readonly options: CompileOptions) {
    this.settings = { apdexThreshold: options.apdexThreshold ?? (() => DEFAULT_APDEX_THRESHOLD) };
    this.sources = new Map(options.sources.map((s) => [s.name, s]));
    this.enums = new Set(options.sources.flatMap((s) => enumsOf(s.attributes)));
  }

  take(script: OalScript, statement: MetricStatement): OalProblem | undefined {
    try {
      const source = this.sourceNamed(statement.source);
      const inputs = metricInputs(source, statement, this.enums);
      const place = this.claim(script, statement.name);
      const metric = metricOf(statement.name.text, source, inputs.function, inputs.args, place);
      this.metrics.push(metric);
      const step = inputs.function.step(inputs.args, this.settings);
      this.inputs.set(source, [...(this.inputs.get(source) ?? []), { model: metric.model, inputs, step }]);
      return undefined;
    } catch (error) {
      if (error instanceof OalError) return problemAt(script, error.at, error.message);
      throw error;
    }
  }

  plans(): ReadonlyMap<SourceDefinition, Plan> {
    const { labelLimits = new LabelLimits(), onSkip = () => {}, sources } = this.options;
    return new Map(sources.map((s) => [s, new Plan(s, this.inputs.get(s) ?? [], labelLimits, onSkip)]));
  }

  private sourceNamed({ text, at }: Word): SourceDefinition {
    const source = this.sources.get(text);
    if (source === undefined) throw new OalError(at, unknown('source', text, this.sources.keys()));
    return source;
  }

  private claim(script: OalScript, { text, at }: Word): string {
    const place = placeAt(script, at);
    const first = this.places.get(text);
    if (first !== undefined) throw new OalError(at, `metric ${shorten(text)} is defined twice; first at ${first}`);
    this.places.set(text, place);
    return place;
  }
}

const enumsOf = (attributes: Readonly<Record<string, AttributeDefinition>>): string[] =>
  Object.values(attributes).flatMap((a) => [...(a.enum === undefined ? [] : [a.enum.name]), ...enumsOf(a.fields ?? {})]);

function metricOf(name: string, source: SourceDefinition, called: MetricFunction, args: readonly number[], place: string): CompiledMetric {
  const signature = metricSignature(called.name, args);
  const model: MetricModel = { kind: 'metric', name, scope: source.scope, signature, ...called.model(args) };
  const { scope, scopeId, catalog } = source;
  const value = called.kind === 'regular' ? valueReader(model) : undefined;
  const labels = called.labels?.(args);
  return { name, kind: called.kind, scope, scopeId, catalog, signature, model, place, ...(value && { value }), ...(labels && { labels }) };
}
