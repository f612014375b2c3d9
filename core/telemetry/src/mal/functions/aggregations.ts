import type { Shape } from '../compiled.js';
import { type Family, keyPart, LabelSet, Point } from '../family.js';
import type { FamilyFunction } from './family-function.js';

interface Group {
  readonly first: Point;
  total: number;
  count: number;
}

/** Splits a family by the labels named, in order of first appearance. A label that is missing is empty. */
function group(family: Family, by: readonly string[], add: (total: number, value: number) => number): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const point of family) {
    let key = '';
    for (const label of by) key += keyPart(point.labels.get(label));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: point, total: point.value, count: 1 });
    else {
      known.total = add(known.total, point.value);
      known.count++;
    }
  }
  return groups.values();
}

const labelsOf = (point: Point, by: readonly string[]): LabelSet =>
  by.length === 0 ? LabelSet.NONE : new LabelSet(new Map(by.map((label) => [label, point.labels.get(label)])));

const leaves =
  (labels: readonly string[]) =>
  (shape: Shape): Shape => ({ ...shape, aggregated: new Set(labels) });

const aggregation = (add: (total: number, value: number) => number, finish: (group: Group) => number): FamilyFunction => ({
  signatures: [[], ['texts']],
  compile(args) {
    const by = args.length === 0 ? [] : args.texts(0);
    return {
      apply(family) {
        const result: Point[] = [];
        for (const g of group(family, by, add)) {
          const value = finish(g);
          if (!Number.isNaN(value)) result.push(new Point(g.first.name, labelsOf(g.first, by), value, g.first.timestamp));
        }
        return result;
      },
      shape: leaves(by),
    };
  },
});

const plus = (total: number, value: number): number => total + value;
const total = (g: Group): number => g.total;

/** How many values the last label has, under all the others. */
const count: FamilyFunction = {
  signatures: [[], ['texts']],
  compile(args) {
    const by = args.length === 0 ? [] : args.texts(0);
    const left = by.slice(0, -1);
    return { apply: (family) => (by.length < 2 ? [countAll(family, by[0])] : countGroups(family, by, left)), shape: leaves(left) };
  },
};

/** One sample without labels: how many samples there are, or how many values of the label that are not blank. */
function countAll(family: Family, label: string | undefined): Point {
  const first = family[0]!;
  const values = label === undefined ? undefined : new Set(family.map((p) => p.labels.get(label)).filter((v) => v.trim() !== ''));
  return new Point(first.name, LabelSet.NONE, values?.size ?? family.length, first.timestamp);
}

function countGroups(family: Family, by: readonly string[], left: readonly string[]): Family {
  const distinct = Array.from(group(family, by, plus), (g) => g.first);
  return Array.from(group(distinct, left, plus), (g) => new Point(g.first.name, labelsOf(g.first, left), g.count, g.first.timestamp));
}

/** Functions that make one sample of many. Name and time are those of the first (analysis.md 10.3). */
export const aggregations: ReadonlyMap<string, FamilyFunction> = new Map([
  ['sum', aggregation(plus, total)],
  ['min', aggregation(Math.min, total)],
  ['max', aggregation(Math.max, total)],
  ['avg', aggregation(plus, (g) => g.total / g.count)],
  ['count', count],
]);
