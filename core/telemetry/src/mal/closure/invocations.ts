import { MalRuntimeError } from '../errors.js';
import type { Pattern } from '../pattern.js';
import { MalError, shorten, unknown } from '../problem.js';
import type { InvocationTerm, Term } from '../syntax-tree.js';
import { METHODS, type Method, type Receiver, receiverKind, STATICS } from './methods.js';
import { compileTerm, type Evaluate, staticType, type TermContext, writtenPattern } from './terms.js';
import { describe, toText, type Value } from './values.js';

/** A call within a closure: of a method, of a function of a class (`Integer.parseInt(x)`), or of a plugin's function. */
export function compileInvocation(t: InvocationTerm, context: TermContext): Evaluate {
  const { of, name } = t;
  if (of === null) return compileFunction(name, t, context);
  if (of.kind === 'variable' && context.scope.find(of.name) === undefined) return compileFunction(`${of.name}.${name}`, t, context);
  return compileMethod(t, of, context);
}

function compileFunction(name: string, { args, at }: InvocationTerm, context: TermContext): Evaluate {
  const values = args.map((a) => compileTerm(a, context));
  const added = context.functions.get(name);
  if (added !== undefined) {
    return (frame) => added(...values.map((value) => nullOrText(value(frame))));
  }
  const found = STATICS.get(name);
  if (found === undefined) throw new MalError(at, unknown('function', name, [...STATICS.keys(), ...context.functions.keys()]));
  if (found.args !== args.length) throw new MalError(at, `${name} takes ${found.args} arguments, and has ${args.length}`);
  return (frame) => found.call(values.map((value) => value(frame)));
}

const nullOrText = (value: Value): string | null => (value === null ? null : toText(value));

function compileMethod(t: InvocationTerm, of: Term, context: TermContext): Evaluate {
  const { name, at, safe } = t;
  const method = METHODS.get(name);
  if (method === undefined) throw new MalError(at, unknown('method', name, METHODS.keys()));
  checkReceiver(t, of, method, context);
  if (t.args.length < method.least || t.args.length > method.most) {
    const wanted = method.least === method.most ? method.least : `${method.least} to ${method.most}`;
    throw new MalError(at, `${name}() takes ${wanted} arguments, and has ${t.args.length}`);
  }
  if (method.changes) context.written.changes = true;
  const pattern = method.pattern && t.args[0] !== undefined ? writtenPattern(t.args[0]) : undefined;
  // A pattern is compiled already; its place among the arguments is kept.
  const args = t.args.map((a, i) => (pattern !== undefined && i === 0 ? () => null : compileTerm(a, context)));
  const owner = compileTerm(of, context);
  return (frame) => {
    const receiver = owner(frame);
    if (receiver === null && safe) return null;
    return call(
      method,
      name,
      receiver,
      args.map((a) => a(frame)),
      pattern,
    );
  };
}

function call(method: Method, name: string, receiver: Value, args: readonly Value[], pattern: Pattern | undefined): Value {
  const kind = receiverKind(receiver);
  const apply = kind === undefined ? undefined : method.of[kind];
  if (apply === undefined) {
    const hint = receiver === null ? `; write ?.${name}() where a label may be missing` : '';
    throw new MalRuntimeError(`${describe(receiver)} has no method ${shorten(name)}()${hint}`);
  }
  if (method.pattern && pattern === undefined && kind === 'text') throw new MalRuntimeError(`${name}() needs a pattern`);
  return apply(receiver as never, args, pattern);
}

const RECEIVERS: { readonly [type: string]: readonly Receiver[] } = {
  labels: ['map'],
  label: ['text', 'number'],
  text: ['text'],
  number: ['number'],
};

/** Where the kind of a receiver is clear, a method that it does not have is a mistake in the rule. */
function checkReceiver({ name, at }: InvocationTerm, of: Term, method: Method, context: TermContext): void {
  const type = staticType(of, context);
  if (type === 'entity' || type === 'boolean')
    throw new MalError(at, `${type === 'entity' ? 'an entity' : 'true or false'} has no methods`);
  const kinds = type === undefined ? undefined : RECEIVERS[type];
  if (kinds === undefined || kinds.some((kind) => method.of[kind] !== undefined)) return;
  throw new MalError(at, `${type === 'labels' ? 'the map of labels' : `a ${type}`} has no method ${name}()`);
}
