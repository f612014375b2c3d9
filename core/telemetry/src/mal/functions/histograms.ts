import { type Family, LabelSet, type Point } from '../family.js';
import { MalError } from '../problem.js';
import type { FamilyFunction } from './family-function.js';

/** The bucket that holds everything below all others: the lowest bound of a native meter. */
export const LOWEST_BUCKET = '-9223372036854775808';
/** The bucket without an upper bound. */
export const HIGHEST_BUCKET = '9223372036854775807';

const UNITS = {
  NANOSECONDS: 1e-6,
  MICROSECONDS: 1e-3,
  MILLISECONDS: 1,
  SECONDS: 1_000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
} as const;
type Unit = keyof typeof UNITS;

/** Most ranks of a percentile. */
const MAX_RANKS = 20;

/** Most bounds remembered for each place in a rule. */
const MAX_BOUNDS = 1_000;

/** The bound of a bucket in ms, as integer text. Undefined for what is no number. */
function bound(text: string, unit: number): string | undefined {
  const trimmed = text.trim();
  if (/^\+?inf(?:inity)?$/i.test(trimmed)) return HIGHEST_BUCKET;
  if (/^-inf(?:inity)?$/i.test(trimmed) || trimmed === LOWEST_BUCKET) return LOWEST_BUCKET;
  const value = trimmed === '' ? Number.NaN : Number(trimmed);
  if (Number.isNaN(value)) return undefined;
  // 15 digits, so that 0.29 s are 290 ms and not 289.99999999999994.
  const ms = Math.trunc(Number((value * unit).toPrecision(15)));
  if (ms >= 2 ** 63) return HIGHEST_BUCKET;
  return ms < -(2 ** 63) ? LOWEST_BUCKET : BigInt(ms).toString();
}

const histogram: FamilyFunction = {
  signatures: [[], ['text'], ['text', 'unit']],
  compile(args) {
    const label = args.length > 0 ? args.text(0) : 'le';
    const unit = args.length > 1 ? UNITS[args.constant(1, 'unit', Object.keys(UNITS) as Unit[])] : undefined;
    const bounds = new Map<string, string | undefined>();
    return {
      apply(family, { set, context }) {
        const factor = unit ?? set.histogramUnit;
        const buckets = bucketsOf(family, label, (text) => remembered(bounds, `${factor} ${text}`, () => bound(text, factor)));
        if (buckets.length < family.length) context.skip?.('no bucket', family.length - buckets.length);
        return buckets;
      },
      shape: (shape) => ({ ...shape, histogram: true }),
    };
  },
};

/** Bounds come again and again, and are read as numbers only once. */
function remembered(bounds: Map<string, string | undefined>, key: string, read: () => string | undefined): string | undefined {
  const known = bounds.get(key);
  if (known !== undefined || bounds.has(key)) return known;
  if (bounds.size >= MAX_BOUNDS) bounds.clear();
  const found = read();
  bounds.set(key, found);
  return found;
}

function bucketsOf(family: Family, label: string, boundOf: (text: string) => string | undefined): Family {
  const buckets: Point[] = [];
  for (const point of family) {
    const le = boundOf(point.labels.get(label));
    if (le === undefined) continue;
    const labels = new Map(point.labels.map);
    if (label !== 'le') labels.delete(label);
    buckets.push(point.withLabels(new LabelSet(labels.set('le', le))));
  }
  return buckets;
}

const percentile: FamilyFunction = {
  signatures: [['numbers']],
  compile(args) {
    const ranks = args.numbers(0);
    if (ranks.length === 0 || ranks.length > MAX_RANKS || ranks.some((r) => !Number.isInteger(r) || r < 1 || r > 100)) {
      throw new MalError(args.placeAt(0), `ranks are 1 to ${MAX_RANKS} whole numbers from 1 to 100`);
    }
    return {
      apply: (family) => family,
      shape(shape) {
        if (!shape.histogram) throw new MalError(args.at, 'histogram_percentile() comes after histogram()');
        return { ...shape, ranks: [...new Set(ranks)] };
      },
    };
  },
};

/** Functions of histograms; the buckets of one stay as they come, not cumulative (analysis.md 10.3). */
export const histograms: ReadonlyMap<string, FamilyFunction> = new Map([
  ['histogram', histogram],
  ['histogram_percentile', percentile],
]);
