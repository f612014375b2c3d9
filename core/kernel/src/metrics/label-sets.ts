import type { Labels } from '../api/facilities.js';
import { labelName, plainText } from './text-format.js';

/** Label sets that a module's metric may have. */
export const MAX_LABEL_SETS = 100;
const OVERFLOW: Labels = { overflow: 'true' };
const NO_LABELS: Labels = {};

interface Entry<V> {
  readonly labels: Labels;
  value: V;
}

/** The label sets of one metric, with something of type `V` for each: at most `limit`, and one more for all that come later. */
export class LabelSets<V> {
  readonly #make: () => V;
  readonly #limit: number;
  readonly #reserved: readonly string[];
  readonly #sets = new Map<string, Entry<V>>();
  /** Cleaning labels costs some 10 us; callers on hot paths pass the same object each time. */
  readonly #byObject = new WeakMap<Labels, Entry<V>>();

  /** `reserved`: label names that are added later; a label of that name becomes `own_<name>`. */
  constructor(
    make: () => V,
    { limit = MAX_LABEL_SETS, reserved = [] }: { readonly limit?: number; readonly reserved?: readonly string[] } = {},
  ) {
    this.#make = make;
    this.#reserved = reserved;
    this.#limit = limit;
  }

  at(labels: Labels = NO_LABELS): V {
    return this.#entry(labels).value;
  }

  set(labels: Labels, update: (value: V) => V): void {
    const entry = this.#entry(labels);
    entry.value = update(entry.value);
  }

  *[Symbol.iterator](): Iterator<readonly [Labels, V]> {
    for (const { labels, value } of this.#sets.values()) yield [labels, value];
  }

  #entry(labels: Labels): Entry<V> {
    const cached = this.#byObject.get(labels);
    if (cached !== undefined) return cached;
    const entry = this.#find(labels);
    this.#byObject.set(labels, entry);
    return entry;
  }

  #find(labels: Labels): Entry<V> {
    const clean = cleanLabels(labels, this.#reserved);
    const known = this.#sets.get(keyOf(clean));
    if (known !== undefined) return known;
    const full = this.#sets.size >= this.#limit;
    const kept = full ? OVERFLOW : clean;
    const key = keyOf(kept);
    const existing = this.#sets.get(key);
    if (existing !== undefined) return existing;
    const made = { labels: kept, value: this.#make() };
    this.#sets.set(key, made);
    return made;
  }
}

/** Label sets that are written alike are one set: names and values are made valid, and order does not matter. */
function cleanLabels(labels: Labels, reserved: readonly string[]): Labels {
  const entries = Object.entries(labels);
  if (entries.length === 0) return NO_LABELS;
  const clean = entries.map(([name, value]) => [cleanName(name, reserved), plainText(String(value))] as const);
  return Object.fromEntries(clean.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function cleanName(name: string, reserved: readonly string[]): string {
  const valid = labelName(name);
  return reserved.includes(valid) ? `own_${valid}` : valid;
}

const keyOf = (labels: Labels): string => (labels === NO_LABELS ? '' : JSON.stringify(labels));
