import type { Row, Value } from './models.js';
import type { Condition } from './query.js';
import { compareValues } from './values.js';

const isList = (value: Value): value is readonly string[] => Array.isArray(value);
const equals = (a: Value, b: Value): boolean => compareValues(a, b) === 0;
/** A list has a value if one of its entries is it, or if it is the very list; another value only if it is it. */
const has = (value: Value, wanted: Value): boolean =>
  isList(value) && typeof wanted === 'string' ? value.includes(wanted) : equals(value, wanted);

/**
 * Whether a row meets a condition.
 *
 * - On a list of strings `=` means contains, `!=` does not contain, `in` and `hasAny` has one of, `hasAll` has all of,
 *   `contains` one of its entries contains the text.
 * - On other values `in` and `hasAny` are equal to one of, `hasAll` equal to all of, `contains` has the text in it (case counts).
 * - `>=` and `<=` compare numbers with numbers and strings with strings, by code units; anything else is false.
 * - An absent (or null) field meets `!=` any value, `=` null and `hasAll` of nothing, and no other condition.
 */
export function matches(row: Row, [field, op, wanted]: Condition): boolean {
  const value = Object.hasOwn(row, field) ? (row[field] ?? null) : null;
  switch (op) {
    case '=':
      return has(value, wanted);
    case '!=':
      return !has(value, wanted);
    case '>=':
      return comparable(value, wanted) && compareValues(value, wanted) >= 0;
    case '<=':
      return comparable(value, wanted) && compareValues(value, wanted) <= 0;
    case 'in':
    case 'hasAny':
      return value !== null && wanted.some((one) => has(value, one));
    case 'hasAll':
      return wanted.every((one) => value !== null && has(value, one));
    case 'contains':
      if (value === null) return false;
      return isList(value) ? value.some((entry) => entry.includes(wanted)) : typeof value === 'string' && value.includes(wanted);
  }
}

const comparable = (a: Value, b: Value): boolean => typeof a === typeof b && (typeof a === 'number' || typeof a === 'string');

export const matchesAll = (row: Row, where: readonly Condition[] | undefined): boolean =>
  where === undefined || where.every((condition) => matches(row, condition));

/** Whether a list of `key=value` has all of the wanted entries. */
export const matchesTags = (tags: Value | undefined, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || wanted.every((tag) => Array.isArray(tags) && tags.includes(tag));

/** Whether a text has all of `include` and none of `exclude`; case counts. An absent text is empty. */
export function matchesText(
  text: Value | undefined,
  wanted: { readonly include?: readonly string[]; readonly exclude?: readonly string[] } | undefined,
): boolean {
  if (wanted === undefined) return true;
  const searched = typeof text === 'string' ? text : '';
  return !wanted.include?.some((part) => !searched.includes(part)) && !wanted.exclude?.some((part) => searched.includes(part));
}
