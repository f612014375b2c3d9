import type { Sample, SampleLabels } from '../messages/meter-samples.js';

/** Labels, and the text by which they are compared. Never changed. */
export class LabelSet {
  static readonly NONE = new LabelSet(new Map());
  private text: string | undefined;

  constructor(readonly map: SampleLabels) {}

  /** Equal for equal labels, in whatever order they came. */
  get key(): string {
    this.text ??= labelsKey(this.map);
    return this.text;
  }

  /** A label that is missing is empty. */
  get(name: string): string {
    return this.map.get(name) ?? '';
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
  if (labels.size === 0) return '';
  let key = '';
  for (const name of [...labels.keys()].sort()) key += keyPart(name) + keyPart(labels.get(name)!);
  return key;
}
