import { put } from './put.js';
import type { ConfigSchema } from './schema-walk.js';

/**
 * Puts the defaults of a composed schema (`allOf`, and the maps and lists inside it) into a plain value, in place, and returns it.
 * What is written stays as it is, also when it is wrong.
 */
export function fillDefaults(schema: ConfigSchema, value: unknown): unknown {
  const filled = value === undefined ? structuredClone(schema.default) : value;
  const whole = (schema.allOf ?? []).reduce((part, inner) => fillDefaults(inner, part), filled);
  if (Array.isArray(whole)) fillList(schema, whole);
  else if (typeof whole === 'object' && whole !== null) fillMap(schema, whole as Record<string, unknown>);
  return whole;
}

function fillMap({ properties = {} }: ConfigSchema, map: Record<string, unknown>): void {
  for (const [key, inner] of Object.entries(properties)) {
    const filled = fillDefaults(inner, Object.hasOwn(map, key) ? map[key] : undefined);
    if (filled !== undefined) put(map, key, filled);
  }
}

function fillList({ items }: ConfigSchema, list: unknown[]): void {
  if (items === undefined || 'length' in items) return;
  for (const [i, value] of list.entries()) list[i] = fillDefaults(items, value);
}
