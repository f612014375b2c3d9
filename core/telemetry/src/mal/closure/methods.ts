import { MalRuntimeError } from '../errors.js';
import type { Pattern } from '../pattern.js';
import { Matches } from './matches.js';
import {
  compare,
  describe,
  equal,
  isList,
  limited,
  limitedList,
  toNumber,
  toScalar,
  toText,
  type Value,
  type ValueList,
  type ValueMap,
} from './values.js';

/** What kinds of receivers have methods. */
export type Receiver = 'text' | 'number' | 'list' | 'map' | 'matches';

/** A method that closures may call: name, how many arguments, and what it does for each kind of receiver that has it. */
export interface Method {
  readonly least: number;
  readonly most: number;
  /** The first argument is a pattern, which must be written out in the rule. */
  readonly pattern?: true;
  /** Changes its receiver. */
  readonly changes?: true;
  readonly of: { readonly [kind in Receiver]?: (receiver: never, args: readonly Value[], pattern: Pattern | undefined) => Value };
}

type OnText = (text: string, args: readonly Value[]) => Value;
type OnMap = (map: ValueMap, args: readonly Value[]) => Value;
type OnList = (list: ValueList, args: readonly Value[]) => Value;
type WithPattern = (text: string, args: readonly Value[], pattern: Pattern) => Value;

const text = (least: number, most: number, on: OnText): Method => ({ least, most, of: { text: on } });
const patterned = (args: number, on: WithPattern): Method => ({ least: args, most: args, pattern: true, of: { text: on as never } });
const arg = (args: readonly Value[], i: number): Value => args[i] ?? null;
const textAt = (args: readonly Value[], i: number): string => {
  const value = arg(args, i);
  if (typeof value === 'string') return value;
  throw new MalRuntimeError(`${describe(value)} is no text`);
};

function index(value: Value, length: number, what: string): number {
  const i = toNumber(value);
  if (Number.isInteger(i) && i >= 0 && i <= length) return i;
  throw new MalRuntimeError(`${what}: ${i} is not within 0 and ${length}`);
}

function substring(s: string, args: readonly Value[]): Value {
  const from = index(arg(args, 0), s.length, 'substring');
  const to = args.length > 1 ? index(arg(args, 1), s.length, 'substring') : s.length;
  if (from > to) throw new MalRuntimeError(`substring: ${from} is behind ${to}`);
  return s.slice(from, to);
}

function parseNumber(s: string, whole: boolean): number {
  const wanted = whole ? /^[+-]?\d{1,18}$/ : /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$/;
  if (wanted.test(s.trim())) return Number(s);
  throw new MalRuntimeError(`${describe(s)} is no ${whole ? 'whole number' : 'number'}`);
}

const isNumber = (s: string): boolean => /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$/.test(s.trim());

/** As in Java: what is empty at the end is left out. */
function split(s: string, pattern: Pattern): ValueList {
  const parts = pattern.compiled.split(s);
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return limitedList(parts);
}

function tokenize(s: string, args: readonly Value[]): Value {
  const separators = args.length === 0 ? ' \t\n\r\f' : textAt(args, 0);
  const tokens: string[] = [];
  let token = '';
  for (const c of s) {
    if (!separators.includes(c)) token += c;
    else if (token !== '') {
      tokens.push(token);
      token = '';
    }
  }
  if (token !== '') tokens.push(token);
  return limitedList(tokens);
}

function pad(s: string, args: readonly Value[], left: boolean): string {
  const length = index(arg(args, 0), 1_000, 'padding');
  const filler = args.length > 1 ? textAt(args, 1) : ' ';
  return left ? s.padStart(length, filler) : s.padEnd(length, filler);
}

function replaced(s: string, pattern: Pattern, by: string, all: boolean): string {
  try {
    const matcher = pattern.compiled.matcher(s);
    return limited(all ? matcher.replaceAll(by, true) : matcher.replaceFirst(by, true));
  } catch (error) {
    if (error instanceof MalRuntimeError) throw error;
    throw new MalRuntimeError(`the replacement "${by.slice(0, 100)}" cannot be used: ${(error as Error).message}`);
  }
}

const count = (s: string, from: number): number => Math.min(s.length, Math.max(0, Math.trunc(from)));

const mapGet: OnMap = (map, args) => map.get(toText(arg(args, 0))) ?? null;
const listAt: OnList = (list, args) => list[toNumber(arg(args, 0))] ?? null;

const whole: Method = { least: 0, most: 0, of: { text: (s: string) => parseNumber(s, true), number: (n: number) => Math.trunc(n) } };
const decimal: Method = { least: 0, most: 0, of: { text: (s: string) => parseNumber(s, false), number: (n: number) => n } };

/** Every method that a closure may call, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['length', text(0, 0, (s) => s.length)],
  ['trim', text(0, 0, (s) => s.trim())],
  ['strip', text(0, 0, (s) => s.trim())],
  ['toLowerCase', text(0, 0, (s) => s.toLowerCase())],
  ['toUpperCase', text(0, 0, (s) => s.toUpperCase())],
  ['capitalize', text(0, 0, (s) => s.slice(0, 1).toUpperCase() + s.slice(1))],
  ['reverse', text(0, 0, (s) => [...s].reverse().join(''))],
  ['isBlank', text(0, 0, (s) => s.trim() === '')],
  ['isNumber', text(0, 0, isNumber)],
  ['startsWith', text(1, 1, (s, args) => s.startsWith(textAt(args, 0)))],
  ['endsWith', text(1, 1, (s, args) => s.endsWith(textAt(args, 0)))],
  ['lastIndexOf', text(1, 1, (s, args) => s.lastIndexOf(textAt(args, 0)))],
  ['substring', text(1, 2, substring)],
  ['concat', text(1, 1, (s, args) => limited(s + textAt(args, 0)))],
  ['charAt', text(1, 1, (s, args) => s[index(arg(args, 0), s.length - 1, 'charAt')] ?? '')],
  ['take', text(1, 1, (s, args) => s.slice(0, count(s, toNumber(arg(args, 0)))))],
  ['drop', text(1, 1, (s, args) => s.slice(count(s, toNumber(arg(args, 0)))))],
  ['padLeft', text(1, 2, (s, args) => pad(s, args, true))],
  ['padRight', text(1, 2, (s, args) => pad(s, args, false))],
  ['equalsIgnoreCase', text(1, 1, (s, args) => s.toLowerCase() === toText(arg(args, 0)).toLowerCase())],
  ['replace', text(2, 2, (s, args) => limited(s.replaceAll(textAt(args, 0), () => textAt(args, 1))))],
  ['tokenize', text(0, 1, tokenize)],
  ['name', text(0, 0, (s) => s)],
  ['split', patterned(1, (s, _, pattern) => split(s, pattern))],
  ['replaceAll', patterned(2, (s, args, pattern) => replaced(s, pattern, textAt(args, 1), true))],
  ['replaceFirst', patterned(2, (s, args, pattern) => replaced(s, pattern, textAt(args, 1), false))],
  [
    'matches',
    {
      least: 0,
      most: 1,
      pattern: true,
      of: { text: ((s, _, p) => p.matches(s)) as WithPattern as never, matches: (m: Matches) => m.whole },
    },
  ],
  ['find', { least: 0, most: 0, of: { matches: (m: Matches) => m.truth } }],
  ['toInteger', whole],
  ['toLong', whole],
  ['intValue', whole],
  ['longValue', whole],
  ['toDouble', decimal],
  ['toFloat', decimal],
  ['toBigDecimal', decimal],
  ['doubleValue', decimal],
  ['toString', { least: 0, most: 0, of: { text: (s: string) => s, number: (n: number) => String(n) } }],
  ['abs', { least: 0, most: 0, of: { number: (n: number) => Math.abs(n) } }],
  ['round', { least: 0, most: 0, of: { number: (n: number) => Math.round(n) } }],
  ['equals', { least: 1, most: 1, of: { text: same, number: same, list: same, map: same } }],
  ['compareTo', { least: 1, most: 1, of: { text: order, number: order } }],
  [
    'contains',
    {
      least: 1,
      most: 1,
      of: {
        text: (s: string, args) => s.includes(textAt(args, 0)),
        list: (list: ValueList, args) => list.some((item) => equal(item, arg(args, 0))),
      },
    },
  ],
  [
    'indexOf',
    {
      least: 1,
      most: 1,
      of: {
        text: (s: string, args) => s.indexOf(textAt(args, 0)),
        list: (list: ValueList, args) => list.findIndex((item) => equal(item, arg(args, 0))),
      },
    },
  ],
  ['size', sized((length) => length)],
  ['isEmpty', sized((length) => length === 0)],
  ['get', { least: 1, most: 1, of: { map: mapGet, list: listAt } }],
  ['getAt', { least: 1, most: 1, of: { map: mapGet, list: listAt } }],
  ['first', { least: 0, most: 0, of: { list: (list: ValueList) => list[0] ?? null } }],
  ['last', { least: 0, most: 0, of: { list: (list: ValueList) => list.at(-1) ?? null } }],
  ['join', { least: 1, most: 1, of: { list: (list: ValueList, args) => limited(list.map(toText).join(textAt(args, 0))) } }],
  ['containsKey', { least: 1, most: 1, of: { map: (map: ValueMap, args) => map.has(toText(arg(args, 0))) } }],
  ['getOrDefault', { least: 2, most: 2, of: { map: (map: ValueMap, args) => map.get(toText(arg(args, 0))) ?? arg(args, 1) } }],
  ['remove', { least: 1, most: 1, changes: true, of: { map: remove } }],
  ['put', { least: 2, most: 2, changes: true, of: { map: put } }],
]);

function same(receiver: Value, args: readonly Value[]): boolean {
  return equal(receiver, arg(args, 0));
}
function order(receiver: Value, args: readonly Value[]): number {
  return compare(receiver, arg(args, 0));
}
function remove(map: ValueMap, args: readonly Value[]): Value {
  const key = toText(arg(args, 0));
  const before = map.get(key) ?? null;
  map.delete(key);
  return before;
}
function put(map: ValueMap, args: readonly Value[]): Value {
  const key = limited(toText(arg(args, 0)));
  const before = map.get(key) ?? null;
  map.set(key, toScalar(arg(args, 1)));
  return before;
}
function sized(answer: (length: number) => Value): Method {
  return {
    least: 0,
    most: 0,
    of: {
      text: (s: string) => answer(s.length),
      list: (list: ValueList) => answer(list.length),
      map: (map: ValueMap) => answer(map.size),
      matches: (matches: Matches) => answer(matches.list.length),
    },
  };
}

export function receiverKind(value: Value): Receiver | undefined {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (isList(value)) return 'list';
  if (value instanceof Map) return 'map';
  return value instanceof Matches ? 'matches' : undefined;
}

/** Functions of classes, by the whole name. They take texts or numbers. */
export const STATICS: ReadonlyMap<string, { readonly args: number; call(args: readonly Value[]): Value }> = new Map([
  ['Integer.parseInt', { args: 1, call: (args: readonly Value[]) => parseNumber(textAt(args, 0), true) }],
  ['Integer.valueOf', { args: 1, call: (args: readonly Value[]) => parseNumber(toText(arg(args, 0)), true) }],
  ['Long.parseLong', { args: 1, call: (args: readonly Value[]) => parseNumber(textAt(args, 0), true) }],
  ['Long.valueOf', { args: 1, call: (args: readonly Value[]) => parseNumber(toText(arg(args, 0)), true) }],
  ['Double.parseDouble', { args: 1, call: (args: readonly Value[]) => parseNumber(textAt(args, 0), false) }],
  ['Double.valueOf', { args: 1, call: (args: readonly Value[]) => parseNumber(toText(arg(args, 0)), false) }],
  ['String.valueOf', { args: 1, call: (args: readonly Value[]) => toText(arg(args, 0)) }],
  ['Math.abs', { args: 1, call: (args: readonly Value[]) => Math.abs(toNumber(arg(args, 0))) }],
  ['Math.round', { args: 1, call: (args: readonly Value[]) => Math.round(toNumber(arg(args, 0))) }],
  ['Math.floor', { args: 1, call: (args: readonly Value[]) => Math.floor(toNumber(arg(args, 0))) }],
  ['Math.ceil', { args: 1, call: (args: readonly Value[]) => Math.ceil(toNumber(arg(args, 0))) }],
  ['Math.max', { args: 2, call: (args: readonly Value[]) => Math.max(toNumber(arg(args, 0)), toNumber(arg(args, 1))) }],
  ['Math.min', { args: 2, call: (args: readonly Value[]) => Math.min(toNumber(arg(args, 0)), toNumber(arg(args, 1))) }],
]);
