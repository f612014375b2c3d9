import { DEFAULT_MAX_BYTES } from './check-row.js';
import type { EntityModel, Instant, Row, Value } from './models.js';
import { compareValues } from './values.js';

/** Entries that a `union` field keeps: the shortest, so that any order of merging keeps the same ones. */
export const MAX_UNION_ENTRIES = 256;

/** `at` decides between values of `first` and `last` fields and is 0 for others. */
export interface EntityFieldState {
  readonly value: Value;
  readonly at: Instant;
}
/** What is known of an entity: the fields that have a value. */
export type EntityState = ReadonlyMap<string, EntityFieldState>;

type MergedField = EntityModel['fields'][string];

/** The state that one update alone makes. */
export function entityState(model: EntityModel, at: Instant, row: Row): EntityState {
  const state = new Map<string, EntityFieldState>();
  for (const name of Object.keys(row)) {
    const value = row[name];
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field === undefined || value === undefined || value === null) continue;
    const timed = field.merge === 'first' || field.merge === 'last';
    state.set(name, { value: field.merge === 'union' ? union(field, value, []) : value, at: timed ? at : 0 });
  }
  return state;
}

/**
 * Joins two states of an entity, field by field: commutative, associative and idempotent.
 * `first` is the value of the smallest `at` and of equal ones the smallest value; `last` the value of the largest `at` and of equal ones
 * the largest value, by {@link compareValues}. `union` is sorted and keeps its shortest entries, as many as
 * {@link MAX_UNION_ENTRIES} and the field's `maxBytes` allow. Fields that the model does not know are left out.
 */
export function mergeEntityStates(model: EntityModel, a: EntityState, b: EntityState): EntityState {
  const merged = new Map<string, EntityFieldState>();
  for (const name of Object.keys(model.fields)) {
    const left = a.get(name);
    const right = b.get(name);
    if (left !== undefined && right !== undefined) merged.set(name, mergeFields(model.fields[name]!, left, right));
    else if (left !== undefined || right !== undefined) merged.set(name, (left ?? right)!);
  }
  return merged;
}

/** The row as queries see it: the plain values. */
export function entityRow(id: string, state: EntityState): Row & { readonly id: string } {
  const row: Record<string, Value> & { id: string } = { id };
  for (const [name, { value }] of state) row[name] = value;
  return row;
}

function mergeFields(field: MergedField, a: EntityFieldState, b: EntityFieldState): EntityFieldState {
  if (field.merge === 'union') return { value: union(field, a.value, b.value), at: 0 };
  const order = compareValues(a.value, b.value);
  switch (field.merge) {
    case 'min':
      return order <= 0 ? a : b;
    case 'max':
      return order >= 0 ? a : b;
    case 'first':
      return (a.at - b.at || order) <= 0 ? a : b;
    case 'last':
      return (a.at - b.at || order) >= 0 ? a : b;
  }
}

/**
 * The shortest entries stay. Then an entry that was cut from a part is cut from the whole, too, and leaves no room for one that a part
 * had to cut: whatever follows it is at least as long.
 */
function union(field: MergedField, a: Value, b: Value): readonly string[] {
  const entries = [...new Set([...(a as readonly string[]), ...(b as readonly string[])])];
  const maxBytes = field.maxBytes ?? DEFAULT_MAX_BYTES;
  const mostBytes = entries.reduce((sum, entry) => sum + entry.length * 3, 0);
  const fits = entries.length <= MAX_UNION_ENTRIES && mostBytes <= maxBytes;
  return (fits ? entries : shortest(entries, maxBytes)).sort(compareValues);
}

function shortest(entries: readonly string[], maxBytes: number): string[] {
  const sized = entries.map((entry) => ({ entry, bytes: Buffer.byteLength(entry, 'utf8') }));
  sized.sort((a, b) => a.bytes - b.bytes || compareValues(a.entry, b.entry));
  let total = 0;
  const end = sized.findIndex(({ bytes }, i) => {
    total += bytes;
    return i >= MAX_UNION_ENTRIES || total > maxBytes;
  });
  return sized.slice(0, end < 0 ? sized.length : end).map(({ entry }) => entry);
}
