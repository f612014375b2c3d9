import { RuleError } from './lal-error.js';

/** What expressions work on: what JSON can say. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** Longest text that a rule may make, UTF-16 units. */
export const MAX_TEXT = 1_048_576;

/** What a condition takes for true: nothing, empty texts and lists, and 0 are not. */
export function isTrue(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return false;
  if (typeof value !== 'object') return true;
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** A value as text; objects and lists as JSON, nothing as `null`. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? limited(JSON.stringify(value)) : String(value);
}

/** Throws a RuleError for a text that no rule may make. */
export function limited(text: string): string {
  checkLength(text.length);
  return text;
}

/** As {@link limited}, before the text is made. */
export function checkLength(units: number): void {
  if (units > MAX_TEXT) throw new RuleError('too-large', `a text of more than ${MAX_TEXT} characters`);
}

const NUMBER = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/;

/** The number that a value is or that a text shows; undefined if it is none. */
export function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > 400) return undefined;
  const text = value.trim();
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** As {@link asNumber}. Throws a RuleError where there is no number. */
export function numberOf(value: Value): number {
  const number = asNumber(value);
  if (number === undefined || !Number.isFinite(number)) throw new RuleError('not-a-number', `"${shown(value)}" is no number`);
  return number;
}

const shown = (value: Value): string => textOf(value).slice(0, 60);

/** Equal as values. A number or a truth value equals the text that shows it, since senders write both `200` and `"200"`. */
export function areEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a === 'object' || typeof b === 'object') return typeof a === typeof b && textOf(a) === textOf(b);
  if (typeof a === 'number' || typeof b === 'number') {
    const left = asNumber(a);
    return left !== undefined && left === asNumber(b);
  }
  return String(a) === String(b);
}

/** Negative, 0 or positive. Nothing is smaller than everything; two texts that are no numbers go by their characters. */
export function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'string' && typeof b === 'string' && (asNumber(a) === undefined || asNumber(b) === undefined))
    return a < b ? -1 : Number(a > b);
  return numberOf(a) - numberOf(b);
}

/** A member of an object; null where there is none. */
export function memberOf(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.hasOwn(value, name) ? ((value as { readonly [key: string]: Value })[name] ?? null) : null;
}

/** An entry of a list, from the end for negative numbers, or a member of an object. */
export function entryOf(value: Value, index: Value): Value {
  if (!Array.isArray(value)) return index === null ? null : memberOf(value, textOf(index));
  const at = numberOf(index);
  return (value[at < 0 ? value.length + at : at] as Value | undefined) ?? null;
}

const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;

function whole(value: Value, min: number, max: number): number {
  const number = Math.trunc(numberOf(value));
  if (number >= min && number <= max) return number;
  throw new RuleError('out-of-range', `${number} is out of range`);
}

function truthOf(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? value.trim().toLowerCase() === 'true' : isTrue(value);
}

const unlessNull =
  (cast: (value: Exclude<Value, null>) => Value): ((value: Value) => Value) =>
  (value) =>
    value === null ? null : cast(value);

/** What `as` makes of a value. Whole numbers are cut, not rounded; nothing stays nothing, but for Boolean. */
export const CASTS: ReadonlyMap<string, (value: Value) => Value> = new Map([
  ['String', unlessNull(textOf)],
  ['Integer', unlessNull((value) => whole(value, MIN_INT, MAX_INT))],
  ['Long', unlessNull((value) => whole(value, -(2 ** 63), 2 ** 63))],
  ['Double', unlessNull(numberOf)],
  ['Float', unlessNull((value) => Math.fround(numberOf(value)))],
  ['Boolean', truthOf],
]);
