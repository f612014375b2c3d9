import type { Aggregation, Rounding } from './expression.js';
import { type Evaluated, failed, mapValues, type Point, type Series } from './result.js';

/** A point with the value that an aggregation gives; only max, min and latest are one of the points. */
type Aggregator = (stored: readonly (Point & { readonly value: number })[]) => Point;

const total = (points: readonly { readonly value: number }[]): number => points.reduce((sum, p) => sum + p.value, 0);
const nothing: Point = { id: null, value: null };
const best = (points: readonly (Point & { readonly value: number })[], better: (a: number, b: number) => boolean): Point => {
  let chosen: (Point & { readonly value: number }) | undefined;
  for (const p of points) if (chosen === undefined || better(p.value, chosen.value)) chosen = p;
  return chosen ? { id: chosen.id, value: chosen.value } : nothing;
};

const AGGREGATORS: Readonly<Record<Aggregation, Aggregator>> = {
  avg: (points) => ({ id: null, value: points.length === 0 ? null : total(points) / points.length }),
  sum: (points) => ({ id: null, value: total(points) }),
  count: (points) => ({ id: null, value: points.length }),
  max: (points) => best(points, (a, b) => a > b),
  min: (points) => best(points, (a, b) => a < b),
  latest: (points) => {
    const last = points.at(-1);
    return last ? { id: last.id, value: last.value } : nothing;
  },
};

/** The points that hold a value. */
export const stored = (points: readonly Point[]): readonly (Point & { readonly value: number })[] =>
  points.filter((p): p is Point & { readonly value: number } => p.value !== null);

/** A value per result; query.md 4.5. */
export function aggregate(name: Aggregation, e: Evaluated): Evaluated {
  if (e.error !== undefined) return e;
  if (name === 'latest' && e.type !== 'TIME_SERIES_VALUES' && e.type !== 'UNKNOWN') {
    return failed('LATEST can only be used in time series result.');
  }
  return {
    type: 'SINGLE_VALUE',
    results: e.results.map((s): Series => ({ labels: s.labels, points: [AGGREGATORS[name](stored(s.points))] })),
    labelled: e.labelled,
    logical: false,
  };
}

/** The aggregated value of some points; undefined when none holds a value. */
export const aggregateValue = (name: Aggregation, points: readonly Point[]): number | undefined => {
  const values = stored(points);
  return values.length === 0 ? undefined : (AGGREGATORS[name](values).value ?? undefined);
};

export function round(e: Rounding, of: Evaluated): Evaluated {
  if (of.error !== undefined) return of;
  const f = { abs: Math.abs, ceil: Math.ceil, floor: Math.floor, round: (v: number) => halfUp(v, e.places) }[e.function];
  return mapValues(of, f);
}

/** Half away from zero, on the decimal text of the value, so that 1.005 rounded to 2 places is 1.01. */
function halfUp(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 15 || Math.abs(value) >= 1e21) return value;
  const shift = (v: number, by: number): number => {
    const [digits, exponent = '0'] = String(v).split('e');
    return Number(`${digits}e${Number(exponent) + by}`);
  };
  return Math.sign(value) * shift(Math.round(shift(Math.abs(value), places)), -places);
}
