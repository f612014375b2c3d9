import type { Property } from './instance-observations.js';

/** Below the size of the model's field, 64 KiB, with room for what JSON escapes. */
const MOST_BYTES = 60_000;

/**
 * Properties as a JSON object of texts. All `ipv4` are joined into `ipv4s`, which is always there; of other repeated keys the last counts.
 * What does not fit into 60 kB is left out.
 */
export function propertiesText(properties: readonly Property[]): { readonly text: string; readonly leftOut: number } {
  // Not an object literal: `__proto__` is a key like any other.
  const byKey = new Map<string, string>();
  const addresses: string[] = [];
  let room = MOST_BYTES;
  let leftOut = 0;
  for (const { key, value } of properties) {
    const bytes = Buffer.byteLength(JSON.stringify(key)) + Buffer.byteLength(JSON.stringify(value)) + 2;
    if (bytes > room) {
      leftOut++;
      continue;
    }
    room -= bytes;
    if (key === 'ipv4') addresses.push(value);
    else byKey.set(key, value);
  }
  byKey.set('ipv4s', addresses.join(','));
  return { text: JSON.stringify(Object.fromEntries(byKey)), leftOut };
}
