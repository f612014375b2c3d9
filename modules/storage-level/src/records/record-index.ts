import type { Condition, RecordModel, Value } from '@skein/telemetry/storage';
import { hashText, type TextHash } from '../bytes/text-hash.js';

/** Posting field of the tags; no model has a field of this name. */
export const TAGS = '#tags';
/** Posting field of all rows. */
export const ALL = '';
export const ALL_HASH: TextHash = { high: 0, low: 0 };
/** A condition with more values than this is checked on rows instead. */
const MAX_VALUES = 64;

/** Fields whose values have postings: what can be asked for by equality. Numbers are found by bounds. */
export function indexedFields(model: RecordModel): readonly string[] {
  const fields = new Set([...model.filter, ...(model.group === undefined ? [] : [model.group])]);
  return [...fields].filter((name) => ['string', 'bool', 'strings'].includes(model.fields[name]?.type ?? ''));
}

/** One thing that every found row must have: any of these values in this field. */
export interface Term {
  readonly field: string;
  readonly hashes: readonly TextHash[];
}

/** What of a query postings can answer; the rest is checked on the rows. */
export function termsOf(model: RecordModel, where: readonly Condition[] = [], tags: readonly string[] = []): Term[] {
  const indexed = new Set(indexedFields(model));
  const terms: Term[] = [];
  for (const [field, op, wanted] of where) {
    if (!indexed.has(field)) continue;
    if (op === '=') push(terms, field, [wanted]);
    else if (op === 'in' || op === 'hasAny') push(terms, field, wanted);
    else if (op === 'hasAll') for (const value of wanted) push(terms, field, [value]);
  }
  for (const tag of tags) terms.push({ field: TAGS, hashes: [hashText(tag)] });
  return terms;
}

function push(terms: Term[], field: string, values: readonly Value[]): void {
  if (values.length > MAX_VALUES || !values.every((value) => typeof value === 'string' || typeof value === 'boolean')) return;
  terms.push({ field, hashes: values.map((value) => hashText(String(value))) });
}
