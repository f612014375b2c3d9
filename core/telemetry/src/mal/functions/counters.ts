import type { CounterWindows, Growth } from '../counter-windows.js';
import type { Point } from '../family.js';
import { MalError } from '../problem.js';
import type { Arguments } from './arguments.js';
import type { FamilyFunction } from './family-function.js';

/** Longest range of a window, in ms. */
const MAX_RANGE = 86_400_000;

/** Reads `PT1M`, `PT30S`, `P1DT2H`: ms. */
function parseRange(args: Arguments): number {
  const text = args.text(0);
  const match = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i.exec(text);
  const [, days, hours, minutes, seconds] = match ?? [];
  const range = 1_000 * (Number(seconds ?? 0) + 60 * (Number(minutes ?? 0) + 60 * (Number(hours ?? 0) + 24 * Number(days ?? 0))));
  if (match !== null && range > 0 && range <= MAX_RANGE) return range;
  throw new MalError(args.placeAt(0), `"${text.slice(0, 40)}" is no range: write for example 'PT1M' or 'PT30S', up to one day`);
}

/** Per second. Only whole seconds count, and in less than one nothing is told apart. */
function perSecond({ increase, elapsed }: Growth): number {
  const seconds = Math.floor(elapsed / 1_000);
  return seconds < 1 ? 0 : increase / seconds;
}

const counter = (ranged: boolean, read: (growth: Growth) => number): FamilyFunction => ({
  signatures: [ranged ? ['text'] : []],
  compile(args, site) {
    const range = ranged ? parseRange(args) : 0;
    const text = `${site()}|${range}`;
    let windows: CounterWindows | undefined;
    let name: string | undefined;
    let id = 0;
    return {
      apply(family, { context }) {
        const grown: Point[] = [];
        for (const point of family) {
          if (!Number.isFinite(point.value)) continue;
          // A family may have samples of several names, but hardly ever has.
          if (name !== point.name || windows !== context.windows) {
            windows = context.windows;
            name = point.name;
            id = windows.site(`${text}|${name}`);
          }
          const growth = context.windows.grow(id, point.labels.key, range, point.value, point.timestamp, context.now);
          if (growth !== undefined) grown.push(point.withValue(read(growth)));
        }
        return grown;
      },
    };
  },
});

/** Functions of counters (analysis.md 10.3, decision 0012). A sample without an earlier one of its series has no result. */
export const counters: ReadonlyMap<string, FamilyFunction> = new Map([
  ['increase', counter(true, (growth) => growth.increase)],
  ['rate', counter(true, perSecond)],
  ['irate', counter(false, perSecond)],
]);
