import { MalRuntimeError } from '../errors.js';
import { Pattern } from '../pattern.js';
import { MalError, unknown } from '../problem.js';
import type { BinaryTerm, IndexTerm, MapTerm, PropertyTerm, Term } from '../syntax-tree.js';
import { ENTITY_PROPERTIES, EntityView } from './entity-view.js';
import { compileInvocation } from './invocations.js';
import { Matches } from './matches.js';
import type { Scope } from './scope.js';
import {
  compare,
  describe,
  equal,
  isList,
  limited,
  limitedList,
  plus,
  type Scalar,
  toNumber,
  toScalar,
  toText,
  truth,
  type Value,
} from './values.js';

/** The variables of one run of a closure. */
export class Frame {
  readonly slots: Value[];
  result: Value = null;
  returned = false;

  constructor(size: number, args: readonly Value[]) {
    this.slots = [...args];
    for (let i = args.length; i < size; i++) this.slots.push(null);
  }
}

export type Evaluate = (frame: Frame) => Value;
export type ClosureFunctions = ReadonlyMap<string, (...args: readonly (string | null)[]) => string | null>;

export interface TermContext {
  readonly scope: Scope;
  /** Functions of plugins, by the whole name. */
  readonly functions: ClosureFunctions;
  /** Filled while compiling. */
  readonly written: { changes: boolean };
}

/** What is known of a term's value before it is computed. `label` = the value of a label: a text or null. */
export type StaticType = 'labels' | 'label' | 'entity' | 'text' | 'number' | 'boolean' | undefined;

export function staticType(t: Term, { scope }: TermContext): StaticType {
  switch (t.kind) {
    case 'variable':
      return scope.find(t.name)?.role;
    case 'property':
    case 'index':
      return t.of.kind === 'variable' && scope.find(t.of.name)?.role === 'labels' ? 'label' : undefined;
    case 'literal':
      return t.value === null ? undefined : typeof t.value === 'string' ? 'text' : typeof t.value === 'number' ? 'number' : 'boolean';
    case 'template':
      return 'text';
    default:
      return undefined;
  }
}

/** Throws {@link MalError}. What it gives throws {@link MalRuntimeError}. */
export function compileTerm(t: Term, context: TermContext): Evaluate {
  switch (t.kind) {
    case 'literal': {
      const { value } = t;
      return () => value;
    }
    case 'template':
      return compileTemplate(t.parts, context);
    case 'pattern':
      throw new MalError(t.at, 'a pattern stands behind =~ or ==~, or in a method that takes one');
    case 'items':
      return compileList(t.items, context);
    case 'map':
      return compileMap(t, context);
    case 'variable': {
      const variable = context.scope.find(t.name);
      if (variable === undefined) throw new MalError(t.at, unknown('variable', t.name, context.scope.known()));
      const { slot } = variable;
      return (frame) => frame.slots[slot]!;
    }
    case 'property':
      return compileProperty(t, context);
    case 'index':
      return compileIndex(t, context);
    case 'invoke':
      return compileInvocation(t, context);
    case 'unary': {
      const of = compileTerm(t.of, context);
      return t.op === '!' ? (frame) => !truth(of(frame)) : (frame) => -toNumber(of(frame));
    }
    case 'binary':
      return compileBinary(t, context);
    case 'conditional': {
      const test = compileTerm(t.test, context);
      const consequence = compileTerm(t.consequence, context);
      const otherwise = compileTerm(t.otherwise, context);
      return (frame) => (truth(test(frame)) ? consequence(frame) : otherwise(frame));
    }
    case 'elvis': {
      const of = compileTerm(t.of, context);
      const otherwise = compileTerm(t.otherwise, context);
      return (frame) => {
        const value = of(frame);
        return truth(value) ? value : otherwise(frame);
      };
    }
  }
}

function compileTemplate(terms: readonly Term[], context: TermContext): Evaluate {
  const parts = terms.map((t) => compileTerm(t, context));
  return (frame) => limited(parts.map((part) => toText(part(frame))).join(''));
}

function compileList(terms: readonly Term[], context: TermContext): Evaluate {
  if (terms.every((t) => t.kind === 'literal')) {
    const list: readonly Scalar[] = terms.map((t) => t.value);
    return () => list;
  }
  const items = terms.map((t) => compileTerm(t, context));
  return (frame) => limitedList(items.map((item) => toScalar(item(frame))));
}

function compileMap({ entries }: MapTerm, context: TermContext): Evaluate {
  const values = entries.map(({ key, value }) => [key, compileTerm(value, context)] as const);
  return (frame) => new Map(values.map(([key, value]) => [key, toScalar(value(frame))]));
}

function compileProperty({ of, name, safe, at }: PropertyTerm, context: TermContext): Evaluate {
  const type = staticType(of, context);
  if (type === 'entity' && !ENTITY_PROPERTIES.includes(name)) throw new MalError(at, unknown('name of an entity', name, ENTITY_PROPERTIES));
  if (type === 'label' || type === 'text' || type === 'number')
    throw new MalError(at, `a ${type} has no "${name}"; a method is called with brackets`);
  const owner = compileTerm(of, context);
  return (frame) => {
    const value = owner(frame);
    if (value instanceof Map) return value.get(name) ?? null;
    if (value instanceof EntityView) return value.get(name);
    if (value === null && safe) return null;
    throw new MalRuntimeError(`${describe(value)} has no "${name}"`);
  };
}

function compileIndex({ of, key }: IndexTerm, context: TermContext): Evaluate {
  const owner = compileTerm(of, context);
  const which = compileTerm(key, context);
  return (frame) => {
    const value = owner(frame);
    const at = which(frame);
    if (value instanceof Map) return value.get(toText(at)) ?? null;
    if (value instanceof EntityView) return value.get(toText(at));
    if (value instanceof Matches) return value.at(toNumber(at));
    if (isList(value)) return value.at(toNumber(at)) ?? null;
    if (typeof value === 'string') return value.at(toNumber(at)) ?? null;
    throw new MalRuntimeError(`${describe(value)} has nothing at ${describe(at)}`);
  };
}

/** The pattern that a term writes out: `/re/` or a text. */
export function writtenPattern(t: Term): Pattern {
  if (t.kind === 'pattern') return Pattern.compile(t.text, t.at);
  if (t.kind === 'literal' && typeof t.value === 'string') return Pattern.compile(t.value, t.at);
  throw new MalError(t.at, 'a pattern must be written out, as /re/ or as a text');
}

function compileBinary(t: BinaryTerm, context: TermContext): Evaluate {
  const left = compileTerm(t.left, context);
  if (t.op === '=~' || t.op === '==~') return compileMatch(t.op, left, writtenPattern(t.right));
  const right = compileTerm(t.right, context);
  checkTypes(t, context);
  switch (t.op) {
    case '||':
      return (frame) => truth(left(frame)) || truth(right(frame));
    case '&&':
      return (frame) => truth(left(frame)) && truth(right(frame));
    case '==':
      return (frame) => equal(left(frame), right(frame));
    case '!=':
      return (frame) => !equal(left(frame), right(frame));
    case '<':
      return (frame) => compare(left(frame), right(frame)) < 0;
    case '<=':
      return (frame) => compare(left(frame), right(frame)) <= 0;
    case '>':
      return (frame) => compare(left(frame), right(frame)) > 0;
    case '>=':
      return (frame) => compare(left(frame), right(frame)) >= 0;
    case 'in':
      return (frame) => within(left(frame), right(frame));
    case '!in':
      return (frame) => !within(left(frame), right(frame));
    case '+':
      return (frame) => plus(left(frame), right(frame));
    case '-':
      return (frame) => toNumber(left(frame)) - toNumber(right(frame));
    case '*':
      return (frame) => toNumber(left(frame)) * toNumber(right(frame));
    case '/':
      return (frame) => toNumber(left(frame)) / toNumber(right(frame));
    case '%':
      return (frame) => toNumber(left(frame)) % toNumber(right(frame));
  }
}

function compileMatch(op: '=~' | '==~', left: Evaluate, pattern: Pattern): Evaluate {
  const text = (value: Value): string => (value === null ? '' : toText(value));
  if (op === '==~') return (frame) => pattern.matches(text(left(frame)));
  return (frame) => new Matches(pattern, text(left(frame)));
}

/** A label is a text; compared with a number it is never what the rule's author meant. */
function checkTypes({ op, left, right, at }: BinaryTerm, context: TermContext): void {
  if (!['==', '!=', '<', '<=', '>', '>=', '-', '*', '/', '%'].includes(op)) return;
  const types = [staticType(left, context), staticType(right, context)];
  if (types.includes('number') && (types.includes('label') || types.includes('text'))) {
    throw new MalError(at, `a label is a text: compare it with a text, or write .toInteger() or .toDouble() behind it`);
  }
}

function within(value: Value, owner: Value): boolean {
  if (isList(owner)) return owner.some((item) => equal(item, value));
  if (owner instanceof Map) return value !== null && owner.has(toText(value));
  throw new MalRuntimeError(`${describe(owner)} is no list`);
}
