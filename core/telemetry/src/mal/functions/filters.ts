import type { Point } from '../family.js';
import type { Arguments } from './arguments.js';
import type { Change, FamilyFunction } from './family-function.js';

const keep = (holds: (point: Point) => boolean): Change => ({ apply: (family) => family.filter(holds) });

type Test = (text: string) => boolean;

/** Functions that keep samples whose labels all pass. A label that is missing is empty. */
const byLabels = (test: (args: Arguments, i: number) => Test): FamilyFunction => ({
  signatures: 'pairs',
  compile(args) {
    const tests: { readonly label: string; readonly passes: Test }[] = [];
    for (let i = 0; i < args.length; i += 2) tests.push({ label: args.text(i), passes: test(args, i + 1) });
    return keep((point) => tests.every(({ label, passes }) => passes(point.labels.get(label))));
  },
});

const equalTo = (args: Arguments, i: number): Test => {
  const wanted = args.text(i);
  return (text) => text === wanted;
};
const matching = (args: Arguments, i: number): Test => {
  const pattern = args.pattern(i);
  return (text) => pattern.matches(text);
};
const not =
  (test: (args: Arguments, i: number) => Test) =>
  (args: Arguments, i: number): Test => {
    const passes = test(args, i);
    return (text) => !passes(text);
  };

const byValue = (holds: (value: number, limit: number) => boolean): FamilyFunction => ({
  signatures: [['number']],
  compile(args) {
    const limit = args.number(0);
    return {
      apply(family, run) {
        const bound = limit(run);
        return family.filter((point) => holds(point.value, bound));
      },
    };
  },
});

/** Functions that leave samples out (analysis.md 10.3). */
export const filters: ReadonlyMap<string, FamilyFunction> = new Map([
  ['tagEqual', byLabels(equalTo)],
  ['tagNotEqual', byLabels(not(equalTo))],
  ['tagMatch', byLabels(matching)],
  ['tagNotMatch', byLabels(not(matching))],
  ['valueEqual', byValue((value, limit) => value === limit)],
  ['valueNotEqual', byValue((value, limit) => value !== limit)],
  ['valueGreater', byValue((value, limit) => value > limit)],
  ['valueGreaterEqual', byValue((value, limit) => value >= limit)],
  ['valueLess', byValue((value, limit) => value < limit)],
  ['valueLessEqual', byValue((value, limit) => value <= limit)],
]);
