import { checkLength, limited, textOf, type Value } from './values.js';

/** A method of values; what it is called on is never null. */
export interface Method {
  readonly least: number;
  readonly most: number;
  readonly apply: (value: Exclude<Value, null>, args: readonly Value[]) => Value;
}

const ofText = (least: number, most: number, apply: (text: string, args: readonly Value[]) => Value): Method => ({
  least,
  most,
  apply: (value, args) => apply(textOf(value), args),
});
const argument = (args: readonly Value[], at: number): string => textOf(args[at] ?? null);
const place = (value: Value | undefined): number | undefined => (typeof value === 'number' ? Math.trunc(value) : undefined);

function sizeOf(value: Exclude<Value, null>): number {
  if (typeof value !== 'object') return textOf(value).length;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** Replaces plain texts. The size is known before the text is made. */
function replace(text: string, part: string, by: string): string {
  if (part === '') return text;
  const pieces = text.split(part);
  checkLength(text.length + (pieces.length - 1) * (by.length - part.length));
  return pieces.join(by);
}

/** Methods that expressions may call, by name. What they are called on is taken as text, but for size, isEmpty and contains. */
export const METHODS: ReadonlyMap<string, Method> = new Map([
  ['toString', ofText(0, 0, (text) => text)],
  ['trim', ofText(0, 0, (text) => text.trim())],
  ['toLowerCase', ofText(0, 0, (text) => limited(text.toLowerCase()))],
  ['toUpperCase', ofText(0, 0, (text) => limited(text.toUpperCase()))],
  ['startsWith', ofText(1, 1, (text, args) => text.startsWith(argument(args, 0)))],
  ['endsWith', ofText(1, 1, (text, args) => text.endsWith(argument(args, 0)))],
  ['indexOf', ofText(1, 1, (text, args) => text.indexOf(argument(args, 0)))],
  ['substring', ofText(1, 2, (text, args) => text.slice(Math.max(0, place(args[0]) ?? 0), place(args[1]) ?? text.length))],
  ['replace', ofText(2, 2, (text, args) => replace(text, argument(args, 0), argument(args, 1)))],
  ['split', ofText(1, 1, (text, args) => text.split(argument(args, 0), 1000))],
  ['length', { least: 0, most: 0, apply: sizeOf }],
  ['size', { least: 0, most: 0, apply: sizeOf }],
  ['isEmpty', { least: 0, most: 0, apply: (value) => sizeOf(value) === 0 }],
  [
    'contains',
    {
      least: 1,
      most: 1,
      apply: (value, args) => (Array.isArray(value) ? value.includes(args[0] ?? null) : textOf(value).includes(argument(args, 0))),
    },
  ],
]);
