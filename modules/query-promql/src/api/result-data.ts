import type { Result, Series } from '../evaluation/series.js';

/** A value at a time: unix seconds and its text. */
type Sample = readonly [seconds: number, value: string];

const sample = (at: number, value: number): Sample => [Math.floor(at / 1000), sampleText(value)];

/** As Prometheus writes numbers that are none. */
export function sampleText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

const metricOf = ({ name, labels }: Series): object => Object.fromEntries(name === undefined ? labels : [['__name__', name], ...labels]);

/** All values of all steps. A number is one series without labels. Empty points, and series that have no other, are left out. */
export function matrixData(result: Result, steps: readonly number[]): object {
  const series =
    result.kind === 'vector'
      ? result.series
      : [{ name: undefined, labels: new Map<string, string>(), values: steps.map(() => result.value) }];
  const rows = series.map((s) => ({
    metric: metricOf(s),
    values: s.values.flatMap((value, i) => (value === undefined ? [] : [sample(steps[i]!, value)])),
  }));
  return { resultType: 'matrix', result: rows.filter(({ values }) => values.length > 0) };
}

/** The last value of each series, at the time of its step. A number is shown at `now`. */
export function instantData(result: Result, steps: readonly number[], now: number): object {
  if (result.kind === 'scalar') return { resultType: 'scalar', result: sample(now, result.value) };
  const rows = result.series.flatMap((s) => {
    const last = s.values.findLastIndex((value) => value !== undefined);
    return last < 0 ? [] : [{ metric: metricOf(s), value: sample(steps[last]!, s.values[last]!) }];
  });
  return { resultType: 'vector', result: rows };
}
