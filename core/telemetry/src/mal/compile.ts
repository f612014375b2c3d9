import { compileClosure } from './closure/compile-closure.js';
import { truth } from './closure/values.js';
import { chained, compileExpression, type ExpressionContext, isChain } from './compile-expression.js';
import type { CompiledScoped } from './compiled.js';
import { labelsFor } from './functions/labels.js';
import type { MalKind, MalMetric } from './metric.js';
import { parseFilter, parseMal } from './parse.js';
import { MalError, positionIn, shorten } from './problem.js';
import { resultsOf } from './results.js';
import type { CompiledMal, MalCompileOptions, MalProblem, MalRule, MalRuleFile } from './rules.js';
import type { SampleFilter } from './sample-families.js';
import type { Call, Expression, ExpressionSource } from './syntax-tree.js';

/** Mistakes told of one file; a reader mends the first ones first. */
const MAX_PROBLEMS = 50;

/** Compiles the rules of all files. Never throws: mistakes are told, and the other rules are compiled all the same. */
export function compileMal(files: readonly MalRuleFile[], options: MalCompileOptions = {}): CompiledMal {
  const compiled = files.map((file) => new FileCompiler(file, options).compile());
  return { metrics: compiled.flatMap((c) => c.metrics), problems: compiled.flatMap((c) => c.problems) };
}

/** What all rules of a file share. */
interface Frame {
  readonly filter: SampleFilter | undefined;
  readonly prefix: Call | undefined;
  readonly suffix: Call | undefined;
}

class FileCompiler {
  private readonly problems = new Map<string, MalProblem>();

  constructor(
    private readonly file: MalRuleFile,
    private readonly options: MalCompileOptions,
  ) {}

  compile(): CompiledMal {
    const frame = this.frame();
    // Without its filter, prefix or suffix a rule would be another one.
    const rules = frame === undefined ? [] : this.file.metricsRules;
    const metrics = rules.flatMap((rule) => this.attempt(rule, () => this.metric(rule, frame!)) ?? []);
    return { metrics, problems: [...this.problems.values()].slice(0, MAX_PROBLEMS) };
  }

  private frame(): Frame | undefined {
    const filter = this.attempt(undefined, () => this.filter());
    const prefix = this.attempt(undefined, () => this.chain('expPrefix'));
    const suffix = this.attempt(undefined, () => this.chain('expSuffix'));
    return this.problems.size > 0 ? undefined : { filter, prefix, suffix };
  }

  private filter(): SampleFilter | undefined {
    const text = this.file.filter ?? '';
    if (text.trim() === '') return undefined;
    const closure = compileClosure(parseFilter(text), ['labels'], this.options.closureFunctions ?? new Map());
    return (point) => truth(closure.run([labelsFor(closure, point.labels)]));
  }

  private chain(source: 'expPrefix' | 'expSuffix'): Call | undefined {
    const text = this.file[source] ?? '';
    if (text.trim() === '') return undefined;
    const chain = parseMal(text, source);
    if (isChain(chain)) return chain;
    throw new MalError(chain.at, `${source} is a chain of functions, as sum(['service']).service(['service'], Layer.GENERAL)`);
  }

  private metric(rule: MalRule, { filter, prefix, suffix }: Frame): MalMetric {
    const { file, filter: filterText = '', expPrefix = '', metricPrefix = '' } = this.file;
    const parsed = parseMal(rule.exp);
    const expression = suffix === undefined ? parsed : chained(parsed, suffix);
    const inputs = new Set<string>();
    const setting = JSON.stringify([file, filterText, expPrefix]);
    const context: ExpressionContext = { options: this.options, setting, prefix, inputs };
    const compiled = scoped(compileExpression(expression, context), parsed);
    const { evaluate, binding, shape } = compiled;
    const kind = kindOf(compiled);
    return {
      name: nameOf(metricPrefix, rule, parsed),
      file,
      scope: binding.scope,
      downsampling: downsamplingOf(compiled, kind, parsed),
      kind,
      ...(shape.ranks === undefined ? {} : { ranks: shape.ranks }),
      inputs: [...inputs],
      run(set, malContext) {
        const run = { set, filter, context: malContext };
        return resultsOf(evaluate(run), binding, kind, run);
      },
    };
  }

  private attempt<T>(rule: MalRule | undefined, compile: () => T): T | undefined {
    try {
      return compile();
    } catch (error) {
      const problem = toMalError(error);
      const { source, offset } = problem.at;
      // A mistake in what all rules share is told once, with the first rule that shows it.
      const key = source === 'exp' ? `${this.problems.size}` : `${source} ${offset} ${problem.message}`;
      if (!this.problems.has(key)) this.problems.set(key, this.describe(problem, rule));
      return undefined;
    }
  }

  private describe({ at, message }: MalError, rule: MalRule | undefined): MalProblem {
    const { file } = this.file;
    const { line, column } = positionIn(this.text(at.source, rule), at.offset);
    if (at.source === 'exp') return { file, rule: rule?.name ?? '', line: line + (rule?.line ?? 1) - 1, column, message };
    const where = rule === undefined ? message : `${message} (seen in rule ${shorten(rule.name)})`;
    return { file, rule: at.source, line, column, message: where };
  }

  private text(source: ExpressionSource, rule: MalRule | undefined): string {
    return (source === 'exp' ? rule?.exp : this.file[source]) ?? '';
  }
}

function toMalError(error: unknown): MalError {
  if (error instanceof MalError) return error;
  // The limits of the parser keep the depth far below this; it is the net below them.
  if (error instanceof RangeError) return new MalError({ source: 'exp', offset: 0 }, 'the expression is nested too deeply');
  throw error;
}

function scoped(compiled: ReturnType<typeof compileExpression>, { at }: Expression): CompiledScoped {
  if (compiled.type === 'scoped') return compiled;
  throw new MalError(
    at,
    'the expression says for whom it is: end it, or expSuffix, with service(), instance(), endpoint() or another scope',
  );
}

function kindOf({ shape, binding }: CompiledScoped): MalKind {
  if (shape.histogram) return shape.ranks === undefined ? 'histogram' : 'histogramPercentile';
  const own = [...shape.aggregated].filter((label) => !binding.labels.list.includes(label));
  return own.length > 0 ? 'labeled' : 'single';
}

function downsamplingOf({ shape: { downsampling = 'avg' } }: CompiledScoped, kind: MalKind, { at }: Expression): MalMetric['downsampling'] {
  if (kind === 'single' || kind === 'labeled' || downsampling === 'avg' || downsampling === 'sum') return downsampling;
  throw new MalError(at, 'a histogram is merged by AVG or SUM');
}

function nameOf(prefix: string, { name }: MalRule, { at }: Expression): string {
  const whole = prefix === '' ? name : `${prefix}_${name}`;
  if (/^[A-Za-z_]\w{0,255}$/.test(whole)) return whole;
  throw new MalError(at, `"${shorten(whole)}" cannot be the name of a metric: it consists of letters, digits and "_", up to 256`);
}
