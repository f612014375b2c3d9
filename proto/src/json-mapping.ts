import { JsonError } from './json-error.js';

/**
 * Reads one JSON value into what the generated class holds.
 * `path` is made only for an error: it is called, not built on the way.
 */
export type JsonReader<T> = (value: unknown, path: Path) => T;
/** A place in the document, written out on demand. */
export type Path = () => string;

const MAX_INT32 = 2 ** 31 - 1;
const MIN_INT32 = -(2 ** 31);
/** The largest double below 2^63. */
const MAX_INT64 = 2 ** 63 - 1024;
const MIN_INT64 = -(2 ** 63);
const INTEGER = /^-?\d{1,19}$/;

const root: Path = () => '';

const LONE_SURROGATES = /\p{Surrogate}/gu;

/** JSON can write halves of characters, which protobuf cannot: they become U+FFFD. */
export const string: JsonReader<string> = (value, path) =>
  typeof value === 'string' ? value.replace(LONE_SURROGATES, '\ufffd') : wrong('a string', value, path);

export const bool: JsonReader<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return wrong('true or false', value, path);
};

export const int32: JsonReader<number> = (value, path) => {
  const number = integer(value);
  return number >= MIN_INT32 && number <= MAX_INT32 ? number : wrong('a 32-bit integer', value, path);
};

/** As a number or as decimal text, proto3's way. Exact up to 2^53; above, the nearest double within the type. */
export const int64: JsonReader<number> = (value, path) => {
  const number = integer(value);
  if (number >= MIN_INT64 && number <= 2 ** 63) return Math.min(number, MAX_INT64);
  return wrong('a 64-bit integer', value, path);
};

/** An enum by name or number. A name that is not known is 0, as senders may be newer; unknown numbers stay. */
export const enumeration =
  (names: Readonly<Record<string, number>>): JsonReader<number> =>
  (value, path) => {
    if (typeof value !== 'string') return int32(value, path);
    if (INTEGER.test(value)) return int32(value, path);
    return Object.hasOwn(names, value) ? names[value]! : 0;
  };

export const list =
  <T>(item: JsonReader<T>): JsonReader<T[]> =>
  (value, path) =>
    Array.isArray(value) ? value.map((v, i) => item(v, () => `${path()}[${i}]`)) : wrong('an array', value, path);

/** How each field of a message is read, by its proto name. */
export type Fields<T> = { readonly [K in keyof T]-?: JsonReader<Exclude<T[K], null | undefined>> };

/**
 * Reads an object into a message. Fields go by their proto name or its lowerCamel form, `null` is an absent field, and what is not known is
 * ignored, whatever its name.
 */
export function object<T>(fields: Fields<T>): JsonReader<T> {
  const known = new Map<string, readonly [name: string, read: JsonReader<unknown>]>();
  for (const [name, read] of Object.entries<JsonReader<unknown>>(fields)) {
    known.set(name, [name, read]);
    known.set(lowerCamel(name), [name, read]);
  }
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object', value, path);
    const message: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      const field = known.get(key);
      if (field !== undefined && member !== null) message[field[0]] = field[1](member, () => joined(path(), key));
    }
    return message as T;
  };
}

/** Reads a whole document. Throws {@link JsonError} with the path of the first value that is wrong. */
export const fromJson = <T>(read: JsonReader<T>, document: unknown): T => read(document, root);

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const lowerCamel = (name: string): string => name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** NaN for what is no integer. */
function integer(value: unknown): number {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number.NaN;
  return typeof value === 'string' && INTEGER.test(value) ? Number(value) : Number.NaN;
}

function wrong(expected: string, value: unknown, path: Path): never {
  throw new JsonError(path(), expected, describe(value));
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
