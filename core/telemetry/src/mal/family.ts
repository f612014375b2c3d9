import type { Sample, SampleLabels } from '../messages/meter-samples.js';

/** Labels, and what is computed from them once for all rules of a set. Never changed. */
export class LabelSet {
  static readonly NONE = new LabelSet(new Map(), '');
  /** What is left for the last projection that was asked for: rules of one file ask for the same again and again. */
  private rest: { readonly of: LabelNames; readonly labels: LabelSet } | undefined;

  constructor(
    readonly map: SampleLabels,
    private text?: string,
  ) {}

  /** Equal for equal labels, in whatever order they came. */
  get key(): string {
    this.text ??= labelsKey(this.map);
    return this.text;
  }

  /** The key, from one who knows the names of all labels in order and so need not sort them. */
  keyBy(read: () => string): string {
    this.text ??= read();
    return this.text;
  }

  /** A label that is missing is empty. */
  get(name: string): string {
    return this.map.get(name) ?? '';
  }

  without(names: LabelNames): LabelSet {
    if (this.rest?.of.id === names.id) return this.rest.labels;
    const map = new Map<string, string>();
    for (const [name, value] of this.map) if (!names.list.includes(name)) map.set(name, value);
    const labels = map.size === this.map.size ? this : new LabelSet(map);
    this.rest = { of: names, labels };
    return labels;
  }
}

/** Names of labels that samples are grouped by. */
export class LabelNames {
  /** Equal for equal names in equal order. */
  readonly id: string;
  private readonly sorted: readonly { readonly name: string; readonly part: string }[];

  constructor(readonly list: readonly string[]) {
    this.id = list.map(keyPart).join('');
    this.sorted = [...new Set(list)].sort().map((name) => ({ name, part: keyPart(name) }));
  }

  /** Whether these are all labels of a set. */
  private areAllOf({ map }: LabelSet): boolean {
    if (map.size !== this.sorted.length) return false;
    for (const { name } of this.sorted) if (!map.has(name)) return false;
    return true;
  }

  /** The key of what `of` gives, without making it. */
  keyOf(labels: LabelSet): string {
    return this.areAllOf(labels) ? labels.keyBy(() => this.read(labels)) : this.read(labels);
  }

  private read(labels: LabelSet): string {
    let key = '';
    for (const { name, part } of this.sorted) key += part + keyPart(labels.get(name));
    return key;
  }

  /** The labels of these names; those that are missing are empty. `key`: as `keyOf` gave it. */
  of(labels: LabelSet, key: string): LabelSet {
    return this.areAllOf(labels) ? labels : new LabelSet(new Map(this.list.map((name) => [name, labels.get(name)])), key);
  }
}

/** A sample as functions see it; many share their labels. */
export class Point implements Omit<Sample, 'labels'> {
  constructor(
    readonly name: string,
    readonly labels: LabelSet,
    /** Never NaN. */
    readonly value: number,
    readonly timestamp: number,
  ) {}

  withValue(value: number): Point {
    return new Point(this.name, this.labels, value, this.timestamp);
  }
  withLabels(labels: LabelSet): Point {
    return new Point(this.name, labels, this.value, this.timestamp);
  }
}

/** The samples of one name, or what was computed from them. Without any it is EMPTY. */
export type Family = readonly Point[];

export const EMPTY: Family = [];

/** Applies a function to every value. NaN is no value: its sample is left out, and a family of nothing else is EMPTY. */
export function mapValues(family: Family, change: (value: number) => number): Family {
  const changed: Point[] = [];
  for (const point of family) {
    const value = change(point.value);
    if (!Number.isNaN(value)) changed.push(point.withValue(value));
  }
  return changed;
}

/** Lengths stand before the texts, so that no text can look like another's end. */
export const keyPart = (text: string): string => `${text.length}:${text}`;

function labelsKey(labels: SampleLabels): string {
  let key = '';
  const names = labels.size > 1 ? [...labels.keys()].sort() : labels.keys();
  for (const name of names) key += keyPart(name) + keyPart(labels.get(name)!);
  return key;
}
