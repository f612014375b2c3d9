import type { AttributeDefinition, AttributeType, Source, SourceDefinition } from '../sources/source.js';
import { shorten, unknown } from './problem.js';
import type { Attribute, Cast, Step } from './syntax-tree.js';

/** A mistake in a statement: where, and what. Caught where the statement is compiled. */
export class OalError extends Error {
  override readonly name = 'OalError';
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a source's property. Gives null or undefined where the source has none, also in the middle of a path. */
export type Read = (source: Source) => unknown;

export interface ResolvedAttribute {
  /** After the cast, if there is one. */
  readonly type: AttributeType;
  readonly definition: AttributeDefinition;
  readonly read: Read;
  /** How a script writes it; equal for equal attributes. */
  readonly text: string;
}

const NUMBERS: ReadonlySet<AttributeType> = new Set(['int', 'long', 'double']);
export const isNumber = (type: AttributeType): boolean => NUMBERS.has(type);

/** Finds an attribute of a source by the path that a script wrote. Throws {@link OalError}. */
export function resolveAttribute(source: SourceDefinition, { path, cast }: Pick<Attribute, 'path' | 'cast'>): ResolvedAttribute {
  let fields: Readonly<Record<string, AttributeDefinition>> = source.attributes;
  let owner = `source ${source.name}`;
  let definition: AttributeDefinition | undefined;
  let read: Read | undefined;
  for (const step of path) {
    if (definition !== undefined && definition.type !== 'object') {
      throw new OalError(step.at, `${owner} has no attributes: it is ${described(definition)}`);
    }
    definition = attributeNamed(fields, step, owner);
    read = readStep(read, { ...step, name: definition.property ?? step.name });
    if (definition.type === 'map' && step.key !== undefined) definition = { type: 'string' };
    fields = definition.fields ?? {};
    owner = stepText(step);
  }
  const text = path.map(stepText).join('.');
  if (definition === undefined || read === undefined) throw new OalError(0, 'an attribute has a name');
  if (definition.type === 'map') throw new OalError(path[0]!.at, `${text} is a map: write ${text}["key"]`);
  if (cast === null) return { type: definition.type, definition, read, text };
  return { ...applyCast(definition, read, cast, text), definition, text: `(${cast.to})${text}` };
}

function attributeNamed(fields: Readonly<Record<string, AttributeDefinition>>, step: Step, owner: string): AttributeDefinition {
  if (step.name === '*') throw new OalError(step.at, '"*" stands for no attribute and cannot be used here');
  const found = Object.hasOwn(fields, step.name) ? fields[step.name] : undefined;
  if (found === undefined) throw new OalError(step.at, unknown('attribute', step.name, Object.keys(fields), owner));
  if (step.key !== undefined && found.type !== 'map') throw new OalError(step.at, `${step.name} is ${described(found)}, not a map`);
  return found;
}

const stepText = ({ name, key }: Step): string => (key === undefined ? shorten(name) : `${name}[${JSON.stringify(key)}]`);

function readStep(owner: Read | undefined, { name, key }: Step): Read {
  const property = owner === undefined ? readOwn(name) : readOf(owner, name);
  if (key === undefined) return property;
  return (source) => (property(source) as ((key: string) => string | undefined) | null | undefined)?.(key);
}

/** The usual case, for every source: one load. */
const readOwn = (name: string): Read => FREQUENT.get(name) ?? ((source) => (source as unknown as Record<string, unknown>)[name]);

type Frequent = 'latency' | 'status' | 'type' | 'detectPoint' | 'operation';
type Traffic = Source & { readonly [attribute in Frequent]?: unknown };
/**
 * What metrics of traffic read of every source. Each has a function of its own, in whose code the engine notes where the few kinds of sources
 * keep it; in a function for any name it must look that up each time.
 */
const FREQUENT: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['latency', (source: Traffic) => source.latency],
  ['status', (source: Traffic) => source.status],
  ['type', (source: Traffic) => source.type],
  ['detectPoint', (source: Traffic) => source.detectPoint],
  ['operation', (source: Traffic) => source.operation],
]);

const readOf =
  (owner: Read, name: string): Read =>
  (source) =>
    (owner(source) as Record<string, unknown> | null | undefined)?.[name];

/** A type as errors name it. */
export function described({ type, enum: constants }: AttributeDefinition): string {
  if (type === 'enum') return `the enum ${constants?.name ?? ''}`;
  if (isNumber(type)) return `a number (${type})`;
  if (type === 'bool') return 'true or false';
  if (type === 'strings') return 'a list of strings';
  return type === 'object' ? 'an object' : `a ${type}`;
}

function applyCast(definition: AttributeDefinition, read: Read, cast: Cast, text: string): Pick<ResolvedAttribute, 'type' | 'read'> {
  const fromString = cast.to === 'str->long' || cast.to === 'str->int';
  if (fromString ? definition.type !== 'string' : !isNumber(definition.type)) {
    const hint = fromString ? 'takes a string' : 'takes a number';
    throw new OalError(cast.at, `the cast (${cast.to}) ${hint}, and ${text} is ${described(definition)}`);
  }
  switch (cast.to) {
    case 'str->long':
      return { type: 'long', read: (source) => parseInteger(read(source), 2 ** 63) };
    case 'str->int':
      return { type: 'int', read: (source) => parseInteger(read(source), 2 ** 31) };
    case 'long':
      return { type: 'long', read: (source) => ifNumber(read(source), Math.trunc) };
    case 'int':
      return { type: 'int', read: (source) => ifNumber(read(source), narrow) };
  }
}

const ifNumber = (value: unknown, change: (n: number) => number): unknown => (typeof value === 'number' ? change(value) : value);

/** The low 32 bits, as a cast to int keeps them. */
const narrow = (value: number): number => (Number.isFinite(value) ? Number(BigInt.asIntN(32, BigInt(Math.trunc(value)))) : value);

/** NaN for a text that is no whole number or not within [-bound, bound); no text stays no text. */
function parseInteger(value: unknown, bound: number): unknown {
  if (typeof value !== 'string') return value;
  const number = /^[+-]?\d{1,25}$/.test(value) ? Number(value) : Number.NaN;
  return number >= -bound && number < bound ? number : Number.NaN;
}
