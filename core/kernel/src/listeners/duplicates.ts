import type { Contributed } from '../api/tokens.js';

/** One text per key that two values claim; names both modules. */
export function* duplicates<T>(values: readonly Contributed<T>[], key: (value: T) => string, what: string): Iterable<string> {
  const owners = new Map<string, string>();
  for (const { module, value } of values) {
    const name = key(value);
    const first = owners.get(name);
    if (first === undefined) owners.set(name, module);
    else yield `${what} ${name} is contributed by ${first} and by ${module}`;
  }
}
