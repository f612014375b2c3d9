import { fairTurn } from '@skein/query/contract';
import type { Result, Series } from '../evaluation/series.js';
import { JsonText } from './json-text.js';

/** As Prometheus writes numbers: those that are none are `NaN`, `+Inf` and `-Inf`. */
function sampleText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

/** Unix seconds and the text of the value, as JSON. */
const sample = (seconds: string, value: number): string => `[${seconds},"${sampleText(value)}"]`;
const seconds = (ms: number): string => String(Math.floor(ms / 1000));

const metricText = ({ name, labels }: Series): string =>
  JSON.stringify(Object.fromEntries(name === undefined ? labels : [['__name__', name], ...labels]));

/**
 * All values of all steps. A number is one series without labels. Empty points, and series that have no other, are left out. Written
 * series by series, since tens of thousands of values in one piece would keep everybody else waiting.
 */
export async function matrixData(result: Result, steps: readonly number[], signal: AbortSignal): Promise<JsonText> {
  const times = steps.map(seconds);
  const rows: string[] = [];
  for (const s of result.kind === 'vector' ? result.series : [numberSeries(result.value, steps)]) {
    await fairTurn(signal);
    const samples: string[] = [];
    s.values.forEach((value, i) => {
      if (value !== undefined) samples.push(sample(times[i]!, value));
    });
    if (samples.length > 0) rows.push(`{"metric":${metricText(s)},"values":[${samples.join(',')}]}`);
  }
  return new JsonText(`{"resultType":"matrix","result":[${rows.join(',')}]}`);
}

const numberSeries = (value: number, steps: readonly number[]): Series => ({
  name: undefined,
  labels: new Map(),
  values: steps.map(() => value),
});

/** The last value of each series, at the time of its step. A number is shown at `now`. */
export function instantData(result: Result, steps: readonly number[], now: number): JsonText {
  if (result.kind === 'scalar') return new JsonText(`{"resultType":"scalar","result":${sample(seconds(now), result.value)}}`);
  const rows = result.series.flatMap((s) => {
    const last = s.values.findLastIndex((value) => value !== undefined);
    return last < 0 ? [] : [`{"metric":${metricText(s)},"value":${sample(seconds(steps[last]!), s.values[last]!)}}`];
  });
  return new JsonText(`{"resultType":"vector","result":[${rows.join(',')}]}`);
}
