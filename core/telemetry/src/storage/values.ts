import type { Value } from './models.js';

const typeRank = (value: Value): number => {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'number') return 2;
  if (typeof value === 'string') return 3;
  return value instanceof Uint8Array ? 4 : 5;
};

function compareLists<T extends string | number>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return a.length - b.length;
}

/** A total order of all values: null, booleans, numbers, strings by UTF-16 code units, bytes, lists of strings. Negative, 0 or positive. */
export function compareValues(a: Value, b: Value): number {
  const rank = typeRank(a) - typeRank(b);
  if (rank !== 0) return rank;
  if (a instanceof Uint8Array || Array.isArray(a)) return compareLists(a as ArrayLike<string | number>, b as ArrayLike<string | number>);
  if (a === b) return 0;
  return a! < b! ? -1 : 1;
}
