import type { MetricFunction } from './function.js';
import { adding } from './scalars.js';

/** A mean of whole numbers. A small one is at least 1, so that it shows: compatibility, analysis.md 10.4. */
export function meterAverage(sum: number, count: number): number {
  const average = count === 0 ? 0 : Math.trunc(sum / count);
  return average === 0 && sum > 0 ? 1 : average;
}

const average = adding('avg', 'long', ['value', 'one']);

/**
 * What meter rules make of single values, besides `sum`, `min` and `max`, which scripts for traffic have too. Inputs are whole numbers from 0
 * up. Source: analysis.md 10.4.
 */
export const meterScalars: readonly MetricFunction[] = [
  // Slots: sum, count. The value has no closed formula: it never falls from a positive sum to 0.
  { ...average, value: () => (state) => meterAverage(state.slots[0] ?? 0, state.slots[1] ?? 0) },
  adding('sumPerMin', 'long', ['value'], { of: [1], over: 'minutes', integer: true }),
  {
    name: 'latest',
    valueInput: 'long',
    kind: 'regular',
    parameters: [],
    start: [0, Number.NEGATIVE_INFINITY],
    // Slots: value, its time. Of equal times the larger value wins, as it does when states are merged.
    model: () => ({ slots: ['last', 'max'], value: { of: [1, 0], integer: true } }),
    step: () => (slots, offset, _table, value, _first, _second, _text, time) => {
      const order = time - slots[offset + 1]! || value - slots[offset]!;
      if (!(order > 0)) return true;
      slots[offset] = value;
      slots[offset + 1] = time;
      return true;
    },
  },
];
