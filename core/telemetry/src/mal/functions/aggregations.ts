import type { Shape } from '../compiled.js';
import { type Family, LabelNames, LabelSet, Point } from '../family.js';
import type { FamilyFunction } from './family-function.js';

interface Group {
  readonly key: string;
  readonly first: Point;
  total: number;
  count: number;
}

/** Splits a family by the labels named, in order of first appearance. A label that is missing is empty. */
function group(family: Family, by: LabelNames, add: (total: number, value: number) => number): Iterable<Group> {
  if (family.length === 1) return [{ key: by.keyOf(family[0]!.labels), first: family[0]!, total: family[0]!.value, count: 1 }];
  const groups = new Map<string, Group>();
  for (const point of family) {
    const key = by.keyOf(point.labels);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { key, first: point, total: point.value, count: 1 });
    else {
      known.total = add(known.total, point.value);
      known.count++;
    }
  }
  return groups.values();
}

const sample = ({ first, key }: Group, by: LabelNames, value: number): Point =>
  new Point(first.name, by.of(first.labels, key), value, first.timestamp);

const leaves =
  (labels: readonly string[]) =>
  (shape: Shape): Shape => ({ ...shape, aggregated: new Set(labels) });

const aggregation = (add: (total: number, value: number) => number, finish: (group: Group) => number): FamilyFunction => ({
  signatures: [[], ['texts']],
  compile(args) {
    const labels = args.length === 0 ? [] : args.texts(0);
    const by = new LabelNames(labels);
    return {
      apply(family) {
        const result: Point[] = [];
        for (const g of group(family, by, add)) {
          const value = finish(g);
          if (!Number.isNaN(value)) result.push(sample(g, by, value));
        }
        return result;
      },
      shape: leaves(labels),
    };
  },
});

const plus = (total: number, value: number): number => total + value;
const total = (g: Group): number => g.total;

/** How many values the last label has, under all the others. */
const count: FamilyFunction = {
  signatures: [[], ['texts']],
  compile(args) {
    const labels = args.length === 0 ? [] : args.texts(0);
    const left = labels.slice(0, -1);
    const [all, others] = [new LabelNames(labels), new LabelNames(left)];
    return {
      apply: (family) => (labels.length < 2 ? [countAll(family, labels[0])] : countGroups(family, all, others)),
      shape: leaves(left),
    };
  },
};

/** One sample without labels: how many samples there are, or how many values of the label that are not blank. */
function countAll(family: Family, label: string | undefined): Point {
  const first = family[0]!;
  const values = label === undefined ? undefined : new Set(family.map((p) => p.labels.get(label)).filter((v) => v.trim() !== ''));
  return new Point(first.name, LabelSet.NONE, values?.size ?? family.length, first.timestamp);
}

function countGroups(family: Family, all: LabelNames, left: LabelNames): Family {
  const distinct = Array.from(group(family, all, plus), (g) => g.first);
  return Array.from(group(distinct, left, plus), (g) => sample(g, left, g.count));
}

/** Functions that make one sample of many. Name and time are those of the first (analysis.md 10.3). */
export const aggregations: ReadonlyMap<string, FamilyFunction> = new Map([
  ['sum', aggregation(plus, total)],
  ['min', aggregation(Math.min, total)],
  ['max', aggregation(Math.max, total)],
  ['avg', aggregation(plus, (g) => g.total / g.count)],
  ['count', count],
]);
