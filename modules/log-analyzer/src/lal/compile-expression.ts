import { nearest } from '@skein/core';
import { parseBoundedJson } from './bounded-json.js';
import { LalMistake, RuleError } from './lal-error.js';
import { logMember } from './log-members.js';
import { METHODS } from './methods.js';
import { compilePattern, type Pattern } from './pattern.js';
import type { RuleRun } from './rule-run.js';
import type { ArithmeticOperator, CompareOperator, Expression, Step } from './syntax-tree.js';
import { areEqual, CASTS, compare, entryOf, isTrue, limited, memberOf, numberOf, textOf, type Value } from './values.js';

/** An expression, ready to be asked of a log. Throws a RuleError. */
export type Evaluate = (run: RuleRun) => Value;

/** Deepest nesting of expressions and blocks. */
export const MAX_DEPTH = 64;

/** Variables that can be seen, by name: where their values lie. */
export type Scope = ReadonlyMap<string, number>;

/** Compiles an expression into closures. Throws {@link LalMistake}. */
export function compileExpression(e: Expression, scope: Scope, depth = 0): Evaluate {
  if (depth > MAX_DEPTH) throw new LalMistake(e.at, `nested deeper than ${MAX_DEPTH}`);
  const inner = (part: Expression): Evaluate => compileExpression(part, scope, depth + 1);
  switch (e.kind) {
    case 'literal': {
      const { value } = e;
      return () => value;
    }
    case 'template':
      return template(e.parts.map((part) => (typeof part === 'string' ? part : inner(part))));
    case 'regexp':
      throw new LalMistake(e.at, 'a regular expression can only stand after regexp, =~ or ==~');
    case 'name':
      return rootOf(e.name, e.at, scope);
    case 'function':
      return callOf(e.name, e.args, e.at, inner);
    case 'path':
      return pathOf(e.base, e.steps, inner);
    case 'unary': {
      const value = inner(e.value);
      return e.operator === '!' ? (run) => !isTrue(value(run)) : (run) => -numberOf(value(run));
    }
    case 'cast':
      return castOf(inner(e.value), e.type, e.at);
    case 'arithmetic':
      return arithmetic(
        inner(e.first),
        e.rest.map(({ operator, value }) => [operator, inner(value)] as const),
      );
    case 'compare':
      return comparison(e.operator, inner(e.left), e.right, inner);
    case 'and': {
      const parts = e.parts.map(inner);
      return (run) => parts.every((part) => isTrue(part(run)));
    }
    case 'or': {
      const parts = e.parts.map(inner);
      return (run) => parts.some((part) => isTrue(part(run)));
    }
    case 'elvis': {
      const [value, otherwise] = [inner(e.value), inner(e.otherwise)];
      return (run) => {
        const first = value(run);
        return isTrue(first) ? first : otherwise(run);
      };
    }
    case 'ternary': {
      const [condition, then, otherwise] = [inner(e.condition), inner(e.then), inner(e.otherwise)];
      return (run) => (isTrue(condition(run)) ? then(run) : otherwise(run));
    }
  }
}

/** A text that must be known before any log is seen. Throws {@link LalMistake}. */
export function literalText(e: Expression | undefined, at: number, what: string): string {
  if (e?.kind === 'literal' && typeof e.value === 'string') return e.value;
  throw new LalMistake(e?.at ?? at, `${what} must be a plain text`);
}

/** A pattern written as regular expression or as plain text. Throws {@link LalMistake}. */
export function literalPattern(e: Expression | undefined, at: number): Pattern {
  if (e?.kind === 'regexp') return compilePattern(e.pattern, e.at);
  return compilePattern(literalText(e, at, 'a regular expression'), e?.at ?? at);
}

/** `unknown x "a"; did you mean "b"?` */
export function unknownName(what: string, name: string, known: Iterable<string>, at: number): LalMistake {
  const names = [...known];
  const near = nearest(name, names);
  const hint = near === undefined ? `; known: ${names.sort().join(', ')}` : `; did you mean "${near}"?`;
  return new LalMistake(at, `unknown ${what} "${name.slice(0, 60)}"${hint}`);
}

function template(parts: ReadonlyArray<string | Evaluate>): Evaluate {
  return (run) => {
    let text = '';
    for (const part of parts) text = limited(text + (typeof part === 'string' ? part : textOf(part(run))));
    return text;
  };
}

function rootOf(name: string, at: number, scope: Scope): Evaluate {
  const slot = scope.get(name);
  if (slot !== undefined) return (run) => run.variables[slot] ?? null;
  if (name === 'parsed') return (run) => run.parsed;
  if (name === 'log') throw new LalMistake(at, 'log has members only: log.service, log.timestamp ...');
  throw unknownName('name', name, ['parsed', 'log', ...scope.keys()], at);
}

function pathOf(base: Expression, steps: readonly Step[], inner: (e: Expression) => Evaluate): Evaluate {
  let value: Evaluate;
  let rest = steps;
  if (base.kind === 'name' && base.name === 'log') {
    const found = logMember(steps, base.at);
    value = found.read;
    rest = steps.slice(found.steps);
  } else value = inner(base);
  for (const step of rest) value = stepOf(value, step, inner);
  return value;
}

function stepOf(value: Evaluate, step: Step, inner: (e: Expression) => Evaluate): Evaluate {
  if (step.kind === 'member') {
    const { name } = step;
    return (run) => memberOf(value(run), name);
  }
  if (step.kind === 'index') {
    const index = inner(step.index);
    return (run) => entryOf(value(run), index(run));
  }
  const method = METHODS.get(step.name);
  if (method === undefined) throw unknownName('method', step.name, METHODS.keys(), step.at);
  const args = checkedArguments(step.name, step.args, method.least, method.most, step.at).map(inner);
  return (run) => {
    const on = value(run);
    return on === null
      ? null
      : method.apply(
          on,
          args.map((arg) => arg(run)),
        );
  };
}

function checkedArguments(name: string, args: readonly Expression[], least: number, most: number, at: number): readonly Expression[] {
  if (args.length >= least && args.length <= most) return args;
  throw new LalMistake(at, `${name} takes ${least === most ? least : `${least} or ${most}`} arguments, not ${args.length}`);
}

/** Functions of one argument. */
const FUNCTIONS: ReadonlyMap<string, (run: RuleRun, argument: Value) => Value> = new Map([
  ['tag', (run, key) => run.tag(textOf(key))],
  ['sourceAttribute', (run, key) => run.log.source?.get(textOf(key)) ?? ''],
  ['toJson', (_run, text) => jsonOf(text, (value) => typeof value === 'object' && value !== null && !Array.isArray(value))],
  ['toJsonArray', (_run, text) => jsonOf(text, Array.isArray)],
]);

/** Nothing stays nothing, and what is an object or a list already stays so. */
function jsonOf(text: Value, fits: (value: Value) => boolean): Value {
  if (text === null || text === '') return null;
  const value = typeof text === 'string' ? parseBoundedJson(text) : text;
  if (value !== undefined && fits(value)) return value;
  throw new RuleError('not-json', `not the JSON that is expected: "${textOf(text).slice(0, 60)}"`);
}

function callOf(name: string, args: readonly Expression[], at: number, inner: (e: Expression) => Evaluate): Evaluate {
  const apply = FUNCTIONS.get(name);
  if (apply === undefined) throw unknownName('function', name, FUNCTIONS.keys(), at);
  const argument = inner(checkedArguments(name, args, 1, 1, at)[0]!);
  return (run) => apply(run, argument(run));
}

function castOf(value: Evaluate, type: string, at: number): Evaluate {
  const cast = CASTS.get(type);
  if (cast === undefined) throw unknownName('type', type, CASTS.keys(), at);
  return (run) => cast(value(run));
}

function arithmetic(first: Evaluate, rest: ReadonlyArray<readonly [ArithmeticOperator, Evaluate]>): Evaluate {
  return (run) => {
    let result = first(run);
    for (const [operator, value] of rest) result = calculate(operator, result, value(run));
    return result;
  };
}

/** `+` joins texts unless both sides are numbers. */
function calculate(operator: ArithmeticOperator, a: Value, b: Value): Value {
  if (operator === '+' && !(typeof a === 'number' && typeof b === 'number')) return limited(textOf(a) + textOf(b));
  const [left, right] = [numberOf(a), numberOf(b)];
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new RuleError('division-by-zero', 'division by zero');
      return left / right;
  }
}

function comparison(operator: CompareOperator, left: Evaluate, right: Expression, inner: (e: Expression) => Evaluate): Evaluate {
  if (operator === '=~' || operator === '==~') {
    const pattern = literalPattern(right, right.at);
    const isWhole = operator === '==~';
    return (run) => {
      const value = left(run);
      if (value === null) return false;
      return isWhole ? pattern.isWhole(textOf(value)) : pattern.found(textOf(value));
    };
  }
  const other = inner(right);
  switch (operator) {
    case '==':
      return (run) => areEqual(left(run), other(run));
    case '!=':
      return (run) => !areEqual(left(run), other(run));
    case '<':
      return (run) => compare(left(run), other(run)) < 0;
    case '<=':
      return (run) => compare(left(run), other(run)) <= 0;
    case '>':
      return (run) => compare(left(run), other(run)) > 0;
    case '>=':
      return (run) => compare(left(run), other(run)) >= 0;
  }
}
