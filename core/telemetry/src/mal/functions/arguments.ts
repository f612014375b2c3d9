import { LAYERS } from '../../entities/layers.js';
import { type CompiledClosure, compileClosure } from '../closure/compile-closure.js';
import type { Role } from '../closure/scope.js';
import type { Compiled, Evaluate } from '../compiled.js';
import type { MeterDetectPoint } from '../metric.js';
import { Pattern } from '../pattern.js';
import { MalError, unknown } from '../problem.js';
import type { MalCompileOptions } from '../rules.js';
import type { Call, Closure, Expression, ListLiteral, NameReference, Place, TextLiteral } from '../syntax-tree.js';

/** What may stand at a place of an argument list, and how errors call it. */
const KINDS = {
  number: 'a number',
  operand: 'a metric or a number',
  text: 'a text',
  textOrNull: 'a text',
  texts: 'a list of texts',
  numbers: 'a list of numbers',
  layer: 'a layer, as Layer.GENERAL',
  detectPoint: 'DetectPoint.CLIENT or DetectPoint.SERVER',
  unit: 'a unit, as TimeUnit.MILLISECONDS',
  downsampling: 'AVG, SUM, LATEST, SUM_PER_MIN, MIN or MAX',
  retag: 'K8sRetagType.Pod2Service',
  closure: 'a closure',
  closureOrNull: 'a closure',
} as const;
export type ArgumentKind = keyof typeof KINDS;

/** The argument lists that a function takes; `pairs` = any number of label and text. */
export type Signatures = readonly (readonly ArgumentKind[])[] | 'pairs';

const ENUMS: { readonly [kind in ArgumentKind]?: string } = {
  layer: 'Layer',
  detectPoint: 'DetectPoint',
  unit: 'TimeUnit',
  downsampling: 'DownsamplingType',
  retag: 'K8sRetagType',
};

function accepts(kind: ArgumentKind, e: Expression): boolean {
  switch (kind) {
    case 'number':
    case 'operand':
      return ['number', 'name', 'negation', 'arithmetic', 'call'].includes(e.kind);
    case 'text':
      return e.kind === 'text';
    case 'textOrNull':
      return e.kind === 'text' || isNull(e);
    case 'texts':
      return e.kind === 'list' && e.items.every((i) => i.kind === 'text');
    case 'numbers':
      return e.kind === 'list' && e.items.every((i) => i.kind === 'number');
    case 'closure':
      return e.kind === 'closure';
    case 'closureOrNull':
      return e.kind === 'closure' || isNull(e);
    case 'downsampling':
      return e.kind === 'name' || (e.kind === 'constant' && e.type === ENUMS.downsampling);
    default:
      return e.kind === 'constant' && e.type === ENUMS[kind];
  }
}

const isNull = (e: Expression): boolean => e.kind === 'word' && e.value === null;

/** What a compiler of an argument may need of the rule around it. */
export interface ArgumentContext {
  readonly options: MalCompileOptions;
  compile(e: Expression): Compiled;
}

/** The arguments of a call, checked against what its function takes. Getters throw {@link MalError} for a value that is not allowed. */
export class Arguments {
  private constructor(
    readonly call: Call,
    private readonly list: readonly Expression[],
    private readonly kinds: readonly ArgumentKind[],
    private readonly context: ArgumentContext,
  ) {}

  static check(call: Call, list: readonly Expression[], signatures: Signatures, context: ArgumentContext): Arguments {
    const wanted = signatures === 'pairs' ? [pairs(call, list)] : signatures;
    const fits = wanted.find((s) => s.length === list.length && s.every((kind, i) => accepts(kind, list[i]!)));
    if (fits === undefined) throw mismatch(call, list, wanted);
    return new Arguments(call, list, fits, context);
  }

  get length(): number {
    return this.list.length;
  }
  get at(): Place {
    return this.call.at;
  }
  get options(): MalCompileOptions {
    return this.context.options;
  }

  /** The places of all arguments of a kind. */
  placesOf(kind: ArgumentKind): readonly number[] {
    return this.kinds.flatMap((k, i) => (k === kind ? [i] : []));
  }

  placeAt(i: number): Place {
    return this.list[i]!.at;
  }

  text(i: number): string {
    const e = this.list[i]!;
    return e.kind === 'text' ? e.value : '';
  }

  texts(i: number): readonly string[] {
    return (this.list[i] as ListLiteral).items.map((item) => (item as TextLiteral).value);
  }

  /** Names of labels, at least one. */
  labels(i: number): readonly string[] {
    const labels = this.texts(i);
    if (labels.length === 0) throw new MalError(this.placeAt(i), 'at least one label must be named');
    return labels;
  }

  numbers(i: number): readonly number[] {
    return (this.list[i] as ListLiteral).items.map((item) => item.value as number);
  }

  number(i: number): Evaluate<number> {
    const compiled = this.operand(i);
    if (compiled.type === 'number') return compiled.evaluate;
    throw new MalError(this.placeAt(i), `argument ${i + 1} of ${this.call.name}() must be a number, found a metric`);
  }

  operand(i: number): Compiled {
    return this.context.compile(this.list[i]!);
  }

  pattern(i: number): Pattern {
    return Pattern.compile(this.text(i), this.placeAt(i));
  }

  /** `roles`: what the closure's parameters are. */
  closure(i: number, roles: readonly Role[]): CompiledClosure | undefined {
    const e = this.list[i]!;
    return e.kind === 'closure' ? compileClosure(e satisfies Closure, roles, this.options.closureFunctions ?? new Map()) : undefined;
  }

  layer(i: number): string {
    return this.constant(i, 'layer', [...LAYERS, ...(this.options.layers ?? [])]);
  }

  detectPoint(i: number): MeterDetectPoint {
    return this.constant(i, 'detect point', ['SERVER', 'CLIENT', 'PROXY', 'UNRECOGNIZED'] as const);
  }

  constant<T extends string>(i: number, what: string, known: readonly T[]): T {
    const { name, at } = this.list[i] as NameReference;
    const found = known.find((k) => k === name);
    if (found === undefined) throw new MalError(at, unknown(what, name, known));
    return found;
  }
}

function pairs(call: Call, list: readonly Expression[]): readonly ArgumentKind[] {
  if (list.length > 0 && list.length % 2 === 0) return list.map((_, i) => (i % 2 === 0 ? 'text' : 'textOrNull'));
  throw new MalError(call.at, `${call.name}() takes pairs of a label and a text`);
}

function mismatch(call: Call, list: readonly Expression[], wanted: readonly (readonly ArgumentKind[])[]): MalError {
  const name = `${call.name}()`;
  const ofLength = wanted.filter((s) => s.length === list.length);
  if (ofLength.length === 0) {
    const forms = wanted.map((s) => (s.length === 0 ? 'nothing' : s.map((kind) => KINDS[kind]).join(', ')));
    return new MalError(call.at, `${name} takes ${forms.join('; or ')}`);
  }
  // Of the forms with as many arguments, the one that is right for longest is likely the one that was meant.
  const firstWrong = (s: readonly ArgumentKind[]): number => s.findIndex((kind, i) => !accepts(kind, list[i]!));
  const meant = ofLength.reduce((best, s) => (firstWrong(s) > firstWrong(best) ? s : best));
  const i = firstWrong(meant);
  return new MalError(list[i]!.at, `argument ${i + 1} of ${name} must be ${KINDS[meant[i]!]}, found ${describeExpression(list[i]!)}`);
}

/** An expression in an error message. */
export function describeExpression(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return 'a number';
    case 'text':
      return 'a text';
    case 'word':
      return String(e.value);
    case 'list':
      return e.items.length === 0
        ? 'an empty list'
        : `a list of ${e.items.every((i) => i.kind === 'text') ? 'texts' : e.items.every((i) => i.kind === 'number') ? 'numbers' : 'texts and numbers'}`;
    case 'constant':
      return `${e.type}.${e.name}`;
    case 'closure':
      return 'a closure';
    case 'name':
      return `"${e.name}"`;
    default:
      return 'a metric or a number';
  }
}
