import type { Binding, Compiled, CompiledFamily, CompiledScoped } from './compiled.js';
import { EMPTY } from './family.js';
import { type ArgumentContext, Arguments, describeExpression } from './functions/arguments.js';
import { bothShapes, compileArithmetic, negate, numberLast, pairUp, safeDivision } from './functions/arithmetic.js';
import { extended } from './functions/extensions.js';
import { changed, type FamilyFunction } from './functions/family-function.js';
import { FUNCTION_NAMES, familyFunctions } from './functions/functions.js';
import { scopes } from './functions/scopes.js';
import type { MalDownsampling } from './metric.js';
import { printMal } from './print.js';
import { MalError, unknown } from './problem.js';
import type { MalCompileOptions } from './rules.js';
import type { Arithmetic, Call, Expression, NameReference } from './syntax-tree.js';

const DOWNSAMPLINGS: ReadonlyMap<string, MalDownsampling> = new Map([
  ['AVG', 'avg'],
  ['SUM', 'sum'],
  ['LATEST', 'latest'],
  ['SUM_PER_MIN', 'sumPerMin'],
  ['MIN', 'min'],
  ['MAX', 'max'],
]);

export interface ExpressionContext {
  readonly options: MalCompileOptions;
  /** Text of all that decides what a metric name means: file, filter, prefix. */
  readonly setting: string;
  /** What follows every metric name. */
  readonly prefix: Call | undefined;
  /** Filled with the metric names of the expression. */
  readonly inputs: Set<string>;
}

/** `chain` applied to `of`: what stands first in it takes `of` as its receiver. */
export function chained(of: Expression, chain: Call): Call {
  if (chain.receiver === null) return { ...chain, receiver: of };
  return { ...chain, receiver: chained(of, chain.receiver as Call) };
}

/** Whether an expression is a chain of functions that lacks only what it is applied to. */
export function isChain(e: Expression): e is Call {
  return e.kind === 'call' && (e.receiver === null || isChain(e.receiver));
}

/** Checks an expression and makes a function of it. Throws {@link MalError}. */
export function compileExpression(e: Expression, context: ExpressionContext): Compiled {
  switch (e.kind) {
    case 'number': {
      const { value } = e;
      return { type: 'number', evaluate: () => value };
    }
    case 'name':
      return compileName(e, context);
    case 'negation': {
      const of = unscoped(compileExpression(e.of, context), e);
      if (of.type === 'number') return { type: 'number', evaluate: (run) => -of.evaluate(run) };
      return { ...of, evaluate: (run) => negate(of.evaluate(run)) };
    }
    case 'arithmetic':
      return compileSides(e, context);
    case 'call':
      return compileCall(e, context);
    default:
      throw new MalError(e.at, `a metric or a number stands here, not ${describeExpression(e)}`);
  }
}

function compileName(e: NameReference, context: ExpressionContext): Compiled {
  if (context.prefix !== undefined) return compileExpression(chained(e, context.prefix), { ...context, prefix: undefined });
  const { name } = e;
  context.inputs.add(name);
  return {
    type: 'family',
    evaluate: (run) => run.set.family(name, run.filter),
    shape: { aggregated: new Set(), histogram: false },
  };
}

function compileSides(e: Arithmetic, context: ExpressionContext): Compiled {
  return compileArithmetic(e.op, unscoped(compileExpression(e.left, context), e), unscoped(compileExpression(e.right, context), e));
}

function unscoped(compiled: Compiled, { at }: Expression): Exclude<Compiled, CompiledScoped> {
  if (compiled.type !== 'scoped') return compiled;
  throw new MalError(at, `${scopeFunction(compiled.binding)} comes last: nothing can be computed with what it gives`);
}

const FUNCTION_OF_SCOPE: { readonly [scope in Binding['scope']]: string } = {
  service: 'service()',
  service_instance: 'instance()',
  endpoint: 'endpoint()',
  process: 'process()',
  service_relation: 'serviceRelation()',
  service_instance_relation: 'serviceInstanceRelation()',
  process_relation: 'processRelation()',
};
const scopeFunction = (binding: Binding): string => FUNCTION_OF_SCOPE[binding.scope];

function compileCall(call: Call, context: ExpressionContext): Compiled {
  if (call.name === 'time') return compileTime(call, context);
  const [first, ...others] = call.args;
  // A function that stands first takes what it is applied to as its first argument.
  const receiver = call.receiver ?? first;
  const list = call.receiver === null ? others : call.args;
  checkName(call, context);
  if (receiver === undefined) throw new MalError(call.at, `${call.name}() has no metric to be applied to`);
  const of = compileExpression(receiver, context);
  if (of.type === 'number') throw new MalError(call.at, `${call.name}() is applied to a metric, not to a number`);
  const argumentContext: ArgumentContext = { options: context.options, compile: (e) => compileExpression(e, context) };
  if (call.name === 'downsampling') return compileDownsampling(call, of, list, argumentContext);
  if (call.name === 'decorate') return compileDecorate(call, of, list, argumentContext);
  const family = unscoped(of, call);
  if (family.type === 'number') return family;
  if (call.name === 'safeDiv') return compileSafeDivision(call, family, list, argumentContext);
  const scope = scopes.get(call.name);
  if (scope !== undefined) {
    const binding = scope.compile(Arguments.check(call, list, scope.signatures, argumentContext));
    return { ...family, type: 'scoped', binding: { ...binding, decorators: [] } };
  }
  return compileFunction(call, receiver, family, list, context, argumentContext);
}

function checkName({ name, at }: Call, { options }: ExpressionContext): void {
  const extensions = options.extensions ?? new Map();
  if (FUNCTION_NAMES.includes(name) || extensions.has(name)) return;
  throw new MalError(at, unknown('function', name, [...FUNCTION_NAMES, ...extensions.keys()]));
}

function compileTime(call: Call, context: ExpressionContext): Compiled {
  if (call.receiver !== null) throw new MalError(call.at, 'time() stands alone');
  Arguments.check(call, call.args, [[]], { options: context.options, compile: (e) => compileExpression(e, context) });
  return { type: 'number', evaluate: ({ context: { now } }) => Math.floor(now / 1_000) };
}

function compileFunction(
  call: Call,
  receiver: Expression,
  family: CompiledFamily,
  list: readonly Expression[],
  context: ExpressionContext,
  argumentContext: ArgumentContext,
): CompiledFamily {
  const definition = familyFunctions.get(call.name) ?? extension(call.name, context.options);
  const args = Arguments.check(call, list, definition.signatures, argumentContext);
  // The prefix is part of the setting, so a receiver that is printed without it says enough.
  const change = definition.compile(args, () => `${context.setting}|${call.name}|${printMal(receiver)}`);
  return { type: 'family', evaluate: changed(family.evaluate, change), shape: change.shape?.(family.shape) ?? family.shape };
}

/** Only asked for names that {@link checkName} let through. */
const extension = (name: string, { extensions }: MalCompileOptions): FamilyFunction => extended(name, extensions!.get(name)!);

function compileSafeDivision(call: Call, family: CompiledFamily, list: readonly Expression[], context: ArgumentContext): Compiled {
  const args = Arguments.check(call, list, [['operand']], context);
  const divisor = unscoped(args.operand(0), call);
  if (divisor.type === 'number') return numberLast(safeDivision, family, divisor.evaluate);
  return {
    type: 'family',
    evaluate(run) {
      const left = family.evaluate(run);
      const right = divisor.evaluate(run);
      return left.length === 0 || right.length === 0 ? EMPTY : pairUp(left, right, safeDivision);
    },
    shape: bothShapes(family.shape, divisor.shape),
  };
}

function compileDownsampling(
  call: Call,
  of: CompiledFamily | CompiledScoped,
  list: readonly Expression[],
  context: ArgumentContext,
): Compiled {
  const args = Arguments.check(call, list, [['downsampling']], context);
  const downsampling = DOWNSAMPLINGS.get(args.constant(0, 'downsampling', [...DOWNSAMPLINGS.keys()]))!;
  return { ...of, shape: { ...of.shape, downsampling } };
}

function compileDecorate(call: Call, of: CompiledFamily | CompiledScoped, list: readonly Expression[], context: ArgumentContext): Compiled {
  if (of.type !== 'scoped') throw new MalError(call.at, 'decorate() comes after service(), instance() or another scope');
  if (of.shape.histogram) throw new MalError(call.at, 'decorate() is not for histograms');
  const closure = Arguments.check(call, list, [['closure']], context).closure(0, ['entity'])!;
  return { ...of, binding: { ...of.binding, decorators: [...of.binding.decorators, closure] } };
}
