import { MalRuntimeError } from '../errors.js';
import { MAX_LABEL_LENGTH } from '../limits.js';
import { shorten } from '../problem.js';
import type { EntityView } from './entity-view.js';
import type { Matches } from './matches.js';

export type Scalar = null | boolean | number | string;
export type ValueList = readonly Scalar[];
export type ValueMap = Map<string, Scalar>;
/**
 * What a closure computes with. Labels are a map; a label that is missing is null. Lists and maps hold no others, so that none can hold
 * itself, or ever more copies of others.
 */
export type Value = Scalar | ValueList | ValueMap | Matches | EntityView;

/** Most items of a list. */
const MAX_ITEMS = 1_000;

/** As Groovy has it: null, false, 0 and whatever is empty are false. */
export function truth(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value === 'number') return value !== 0;
  if (isList(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : value.truth;
}

// Array.isArray does not see through readonly arrays.
export const isList = (value: Value): value is ValueList => Array.isArray(value);

/** What may be an item of a list or map, or a label. */
export function toScalar(value: Value): Scalar {
  if (value === null || typeof value !== 'object') return value;
  throw new MalRuntimeError(`${describe(value)} is no text`);
}

/** How a value is written in a label. Null is empty, as a label that is missing is everywhere else in the language. */
export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new MalRuntimeError(`${describe(value)} is no text`);
}

/** Refuses texts that have grown too long. */
export function limited(text: string): string {
  if (text.length > MAX_LABEL_LENGTH) throw new MalRuntimeError(`a text became longer than ${MAX_LABEL_LENGTH} characters`);
  return text;
}

export function limitedList(list: ValueList): ValueList {
  if (list.length > MAX_ITEMS) throw new MalRuntimeError(`a list became longer than ${MAX_ITEMS} items`);
  return list;
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => item === b[i]);
  return a instanceof Map && b instanceof Map && a.size === b.size && [...a].every(([k, v]) => b.has(k) && v === b.get(k));
}

/** Below 0, 0 or above 0. Only numbers and texts have an order, each among themselves. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  throw new MalRuntimeError(`${describe(a)} and ${describe(b)} cannot be compared`);
}

/** `+`: of two numbers their sum, of two lists both, of anything else the texts. */
export function plus(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (isList(a) && isList(b)) return limitedList([...a, ...b]);
  return limited(toText(a) + toText(b));
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  throw new MalRuntimeError(`${describe(value)} is no number`);
}

/** A value in an error message. */
export function describe(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `the text "${shorten(value)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return 'a list';
  return value instanceof Map ? 'a map' : value.description;
}
