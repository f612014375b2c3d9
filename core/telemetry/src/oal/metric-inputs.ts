import { type MetricFunction, type MetricParameter, metricFunctions } from '../metrics/function.js';
import type { SourceDefinition } from '../sources/source.js';
import { described, isNumber, OalError, type ResolvedAttribute, resolveAttribute } from './attribute.js';
import { type CompiledCondition, compileCondition, FAIL, PASS } from './condition.js';
import { unknown } from './problem.js';
import type { Argument, MetricStatement } from './syntax-tree.js';

/** A checked statement: which function, and what to read from a source for it. */
export interface MetricInputs {
  readonly function: MetricFunction;
  /** `int` arguments in order, defaults filled in. */
  readonly args: readonly number[];
  readonly filters: readonly CompiledCondition[];
  /** The `condition` and `bool-attribute` arguments, in order, at most two. */
  readonly tests: readonly CompiledCondition[];
  /** A number, if the function takes one. */
  readonly value: ResolvedAttribute | undefined;
  readonly text: ResolvedAttribute | undefined;
}

/** Checks a statement against its source and function. Throws {@link OalError}. */
export function metricInputs(source: SourceDefinition, statement: MetricStatement, enums: ReadonlySet<string>): MetricInputs {
  const { call, decorator } = statement;
  const found = metricFunctions.get(call.name.text);
  if (found === undefined) throw new OalError(call.at, unknown('function', call.name.text, metricFunctions.keys()));
  const input = inputValue(source, statement, found);
  const filters = statement.filters.map((f) => compileCondition(source, f, enums));
  const list = argumentsFor(source, found, call.list, call.at, enums);
  if (decorator !== null && !(source.decorators ?? []).includes(decorator.value)) {
    throw new OalError(decorator.at, unknown('decorator', decorator.value, source.decorators ?? [], `source ${source.name}`));
  }
  return { function: found, filters, args: list.args, tests: list.tests, text: list.text, value: input ?? list.value };
}

function inputValue(
  source: SourceDefinition,
  { path, cast, name }: MetricStatement,
  called: MetricFunction,
): ResolvedAttribute | undefined {
  const none = path.length === 1 && path[0]!.name === '*' && path[0]!.key === undefined;
  if (none) {
    if (called.valueInput === 'none') return undefined;
    throw new OalError(path[0]!.at, `${called.name} needs a number: name an attribute instead of "*"`);
  }
  const attribute = resolveAttribute(source, { path, cast });
  // What a counting function is given, it does not look at: from(Service.latency).cpm() is a count.
  if (called.valueInput === 'none') return undefined;
  return numberFrom(attribute, path[0]?.at ?? name.at, called.name);
}

function numberFrom(attribute: ResolvedAttribute, at: number, functionName: string): ResolvedAttribute {
  const { type, definition, text } = attribute;
  if (!isNumber(type)) {
    const hint = type === 'string' ? `: cast it, (str->long)` : '';
    throw new OalError(at, `${functionName} needs a number, and ${text} is ${described({ ...definition, type })}${hint}`);
  }
  return attribute;
}

interface Arguments {
  readonly args: number[];
  readonly tests: CompiledCondition[];
  value: ResolvedAttribute | undefined;
  text: ResolvedAttribute | undefined;
}

function argumentsFor(
  source: SourceDefinition,
  called: MetricFunction,
  list: readonly Argument[],
  at: number,
  enums: ReadonlySet<string>,
): Arguments {
  const required = called.parameters.filter((p) => p.default === undefined).length;
  const parameters = spread(called.parameters, list.length);
  if (list.length < required || list.length > parameters.length) {
    const place = list[parameters.length]?.at ?? at;
    throw new OalError(place, `${called.name} takes ${counted(required, parameters.length)}, got ${list.length}: ${usage(called)}`);
  }
  const result: Arguments = { args: [], tests: [], value: undefined, text: undefined };
  for (const [i, parameter] of parameters.entries()) {
    const argument = list[i];
    if (argument === undefined) result.args.push(parameter.default ?? 0);
    else takeArgument(result, parameter, argument, source, called, enums);
  }
  return result;
}

/** One parameter for each argument, where the last one may be written several times. */
function spread(parameters: readonly MetricParameter[], count: number): readonly MetricParameter[] {
  const last = parameters.at(-1);
  if (last?.rest !== true || count <= parameters.length) return parameters;
  return [...parameters, ...new Array<MetricParameter>(count - parameters.length).fill(last)];
}

const counted = (least: number, most: number): string =>
  `${least === most ? most : `${least} to ${most}`} ${most === 1 ? 'argument' : 'arguments'}`;

const WORDS: Readonly<Record<MetricParameter['kind'], string>> = {
  condition: 'a condition',
  int: 'a number',
  'string-attribute': 'a string attribute',
  'bool-attribute': 'an attribute that is true or false',
  'number-attribute': 'a number attribute',
};
const usage = ({ name, parameters }: MetricFunction): string =>
  `${name}(${parameters.map((p) => WORDS[p.kind] + (p.rest ? ' ...' : '')).join(', ')})`;

function takeArgument(
  result: Arguments,
  parameter: MetricParameter,
  argument: Argument,
  source: SourceDefinition,
  called: MetricFunction,
  enums: ReadonlySet<string>,
): void {
  const { kind } = parameter;
  if (kind === 'condition' && argument.kind === 'condition') {
    result.tests.push(compileCondition(source, argument, enums));
  } else if (kind === 'int' && argument.kind === 'number') {
    result.args.push(bounded(argument.value, parameter, argument.at));
  } else if (argument.kind === 'attribute' && kind !== 'int' && kind !== 'condition') {
    takeAttribute(result, kind, resolveAttribute(source, argument), argument.at, called);
  } else {
    throw new OalError(argument.at, `${called.name} needs ${WORDS[kind]} here: ${usage(called)}`);
  }
}

function bounded(value: number, { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: MetricParameter, at: number): number {
  if (value >= minimum && value <= maximum) return value;
  throw new OalError(at, `must be from ${minimum} to ${maximum}`);
}

function takeAttribute(
  result: Arguments,
  kind: 'string-attribute' | 'bool-attribute' | 'number-attribute',
  attribute: ResolvedAttribute,
  at: number,
  called: MetricFunction,
): void {
  const { type, definition, read, text } = attribute;
  if (kind === 'number-attribute') {
    result.value = numberFrom(attribute, at, called.name);
  } else if (kind === 'string-attribute' && type === 'string') {
    result.text = attribute;
  } else if (kind === 'bool-attribute' && type === 'bool') {
    result.tests.push({ text: `${text} == true`, test: (source) => (read(source) === true ? PASS : FAIL) });
  } else {
    throw new OalError(at, `${called.name} needs ${WORDS[kind]} here, and ${text} is ${described({ ...definition, type })}`);
  }
}
