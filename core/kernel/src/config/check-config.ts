import type { TSchema } from 'typebox';
import type { Problem } from '../host/types.js';
import { SchemaWalk } from './schema-walk.js';
import type { SettingPath } from './setting-text.js';

export interface CheckedConfig {
  /** Defaults filled in, sizes and durations as numbers. Meaningless when there are problems. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Checks a configuration against a schema. Fills in defaults, also those of settings inside a map that was left out; converts sizes and
 * durations to numbers and environment substitutions to what the schema wants. Never changes `value`, and checking the result again gives
 * the same. A map takes unknown keys only if its schema says `additionalProperties`.
 *
 * @param subject the first part of every setting's name, such as `modules.grpc-server`
 * @param origin where a part was written; asked for the nearest written part around a problem
 */
export function checkConfig(
  schema: TSchema,
  value: unknown,
  subject: string,
  origin?: (path: SettingPath) => string | undefined,
): CheckedConfig {
  const walk = new SchemaWalk(subject, origin);
  const checked = walk.convert(schema, value ?? startOf(schema), []);
  return { value: checked, problems: walk.problems };
}

const startOf = (schema: TSchema): unknown => structuredClone((schema as { readonly default?: unknown }).default ?? {});
