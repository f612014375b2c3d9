import { MalRuntimeError } from '../errors.js';
import { MalError, unknown } from '../problem.js';
import type { Assignment, Choice, Closure, Statement } from '../syntax-tree.js';
import { ENTITY_ATTRIBUTES, EntityView } from './entity-view.js';
import { type Role, Scope } from './scope.js';
import { type ClosureFunctions, compileTerm, type Evaluate, Frame, type TermContext } from './terms.js';
import { describe, limited, plus, toNumber, toScalar, toText, truth, type Value } from './values.js';

/** A closure, ready to run. Its time is bounded by its length: the language has no loops. */
export interface CompiledClosure {
  /** It writes to maps; whoever hands it labels that others share hands it a copy. */
  readonly changes: boolean;
  /** `args`: one for each role. Throws {@link MalRuntimeError}. */
  run(args: readonly Value[]): Value;
}

type Execute = (frame: Frame) => void;

/** Throws {@link MalError}. `roles`: what the closure's parameters are. */
export function compileClosure(closure: Closure, roles: readonly Role[], functions: ClosureFunctions): CompiledClosure {
  const names = closure.parameters.length === 0 && roles.length === 1 ? ['it'] : closure.parameters;
  if (names.length !== roles.length) {
    throw new MalError(
      closure.at,
      `this closure must have ${roles.length} ${roles.length === 1 ? 'parameter' : 'parameters'}, and has ${names.length}`,
    );
  }
  const scope = Scope.root();
  for (const [i, name] of names.entries()) scope.define(name, roles[i], closure.at);
  const context: TermContext = { scope, functions, written: { changes: false } };
  const execute = compileBody(closure.body, context);
  const size = scope.size;
  return {
    changes: context.written.changes,
    run(args) {
      const frame = new Frame(size, args);
      execute(frame);
      return frame.result;
    },
  };
}

/** Runs statements until one returns. The value of a body is that of the last expression in it that stood alone. */
function compileBody(body: readonly Statement[], context: TermContext): Execute {
  const inner = { ...context, scope: context.scope.inner() };
  const statements = body.map((s) => compileStatement(s, inner));
  const [only] = statements;
  if (statements.length === 1) return only!;
  return (frame) => {
    for (const execute of statements) {
      execute(frame);
      if (frame.returned) return;
    }
  };
}

function compileStatement(s: Statement, context: TermContext): Execute {
  switch (s.kind) {
    case 'evaluate':
      return evaluated(compileTerm(s.value, context));
    case 'define': {
      const value = s.value === null ? () => null : compileTerm(s.value, context);
      const { slot } = context.scope.define(s.name, undefined, s.at);
      return (frame) => {
        frame.slots[slot] = value(frame);
      };
    }
    case 'assign':
      return compileAssignment(s, context);
    case 'if':
      return compileChoice(s, context);
    case 'block':
      return compileBody(s.body, context);
    case 'return': {
      const value = s.value === null ? () => null : compileTerm(s.value, context);
      return (frame) => {
        frame.result = value(frame);
        frame.returned = true;
      };
    }
  }
}

const evaluated =
  (value: Evaluate): Execute =>
  (frame) => {
    frame.result = value(frame);
  };

function compileChoice(s: Choice, context: TermContext): Execute {
  const branches = s.branches.map((b) => ({ test: compileTerm(b.test, context), body: compileBody(b.body, context) }));
  const otherwise = s.otherwise === null ? undefined : compileBody(s.otherwise, context);
  return (frame) => {
    frame.result = null;
    const taken = branches.find((b) => truth(b.test(frame)));
    (taken?.body ?? otherwise)?.(frame);
  };
}

function compileAssignment(s: Assignment, context: TermContext): Execute {
  const { target, op } = s;
  const value = compileTerm(s.value, context);
  if (target.kind === 'variable') return assignVariable(target.name, s, value, context);
  if (target.kind !== 'property' && target.kind !== 'index') throw new MalError(target.at, 'this cannot be assigned to');
  context.written.changes = true;
  if (target.kind === 'property' && isEntity(target.of, context) && !ENTITY_ATTRIBUTES.includes(target.name)) {
    throw new MalError(target.at, `only ${ENTITY_ATTRIBUTES[0]} to ${ENTITY_ATTRIBUTES.at(-1)} of an entity can be set`);
  }
  const owner = compileTerm(target.of, context);
  const key: Evaluate = target.kind === 'property' ? () => target.name : compileTerm(target.key, context);
  return (frame) => {
    const map = owner(frame);
    const name = toText(key(frame));
    const given = value(frame);
    if (map instanceof EntityView) map.set(name, op === '=' ? given : plus(map.get(name), given));
    else if (map instanceof Map) setEntry(map, name, op === '=' ? given : plus(map.get(name) ?? null, given));
    else throw new MalRuntimeError(`${describe(map)} has no ${name} that could be set`);
  };
}

/** Null takes an entry away. */
function setEntry(map: Map<string, Value>, name: string, value: Value): void {
  const scalar = toScalar(value);
  if (scalar === null) map.delete(name);
  else map.set(limited(name), typeof scalar === 'string' ? limited(scalar) : scalar);
}

function isEntity(of: { readonly kind: string }, { scope }: TermContext): boolean {
  return of.kind === 'variable' && scope.find((of as { readonly name?: string }).name ?? '')?.role === 'entity';
}

function assignVariable(name: string, s: Assignment, value: Evaluate, { scope }: TermContext): Execute {
  const variable = scope.find(name);
  if (variable === undefined)
    throw new MalError(s.target.at, `${unknown('variable', name, scope.known())}; write def ${name} = … for a new one`);
  if (variable.role !== undefined) throw new MalError(s.target.at, `the parameter ${name} cannot be assigned to`);
  const { slot } = variable;
  if (s.op === '=') {
    return (frame) => {
      frame.slots[slot] = value(frame);
    };
  }
  return (frame) => {
    const before = frame.slots[slot] ?? null;
    const given = value(frame);
    frame.slots[slot] = typeof before === 'number' ? before + toNumber(given) : plus(before, given);
  };
}
