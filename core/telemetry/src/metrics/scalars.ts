import type { MetricModel } from '../storage/models.js';
import type { MetricFunction, MetricStep } from './function.js';

type Shape = Pick<MetricModel, 'slots' | 'table' | 'value'>;

/** A function that keeps slots only and takes no `int` arguments. */
const scalar = (
  name: string,
  valueInput: MetricFunction['valueInput'],
  shape: Shape,
  step: MetricStep,
  rest: Partial<Pick<MetricFunction, 'parameters' | 'start'>> = {},
): MetricFunction => ({
  name,
  valueInput,
  kind: 'regular',
  parameters: rest.parameters ?? [],
  start: rest.start ?? shape.slots.map(() => 0),
  model: () => shape,
  step: () => step,
});

const average = (integer: boolean): Shape => ({ slots: ['sum', 'sum'], value: { of: [1, 0], over: [0, 1], integer } });

const addToAverage: MetricStep = (slots, offset, _table, value) => {
  slots[offset]! += value;
  slots[offset + 1]! += 1;
  return true;
};

/** Slots: sum, count. */
export const averages: readonly MetricFunction[] = [
  scalar('longAvg', 'long', average(true), addToAverage),
  scalar('doubleAvg', 'double', average(false), addToAverage),
];

const countOne: MetricStep = (slots, offset) => {
  slots[offset]! += 1;
  return true;
};

/** One slot: the sum. */
export const counts: readonly MetricFunction[] = [
  scalar('sum', 'long', { slots: ['sum'], value: { of: [1], integer: true } }, (slots, offset, _table, value) => {
    slots[offset]! += value;
    return true;
  }),
  scalar('count', 'none', { slots: ['sum'], value: { of: [1], integer: true } }, countOne),
  scalar('cpm', 'none', { slots: ['sum'], value: { of: [1], over: 'minutes', integer: true } }, countOne),
];

/** Ratios are in units of 0.01 %: 10000 is all. A ratio over nothing is 0. */
export const ratios: readonly MetricFunction[] = [
  scalar(
    'percent',
    'none',
    // slots: total, match
    { slots: ['sum', 'sum'], value: { of: [0, 10_000], over: [1, 0], integer: true } },
    (slots, offset, _table, _value, matches) => {
      slots[offset]! += 1;
      if (matches) slots[offset + 1]! += 1;
      return true;
    },
    { parameters: [{ kind: 'condition' }] },
  ),
  scalar(
    'rate',
    'none',
    // slots: numerator, denominator
    { slots: ['sum', 'sum'], value: { of: [10_000, 0], over: [0, 1], integer: true } },
    (slots, offset, _table, _value, numerator, denominator) => {
      if (numerator) slots[offset]! += 1;
      if (denominator) slots[offset + 1]! += 1;
      return true;
    },
    { parameters: [{ kind: 'condition' }, { kind: 'condition' }] },
  ),
  {
    name: 'apdex',
    valueInput: 'long',
    kind: 'regular',
    parameters: [{ kind: 'string-attribute' }, { kind: 'bool-attribute' }],
    start: [0, 0, 0],
    // slots: total, satisfied, tolerated
    model: () => ({ slots: ['sum', 'sum', 'sum'], value: { of: [0, 10_000, 5_000], over: [1, 0, 0], integer: true } }),
    step:
      (_args, settings) =>
      (slots, offset, _table, latency, success, _second, name = '') => {
        slots[offset]! += 1;
        const threshold = settings.apdexThreshold(name);
        if (!success || latency > threshold * 4) return true;
        slots[offset + (latency > threshold ? 2 : 1)]! += 1;
        return true;
      },
  },
];

const extreme = (name: string, merge: 'max' | 'min', valueInput: 'long' | 'double', start: number): MetricFunction =>
  scalar(
    name,
    valueInput,
    { slots: [merge], value: { of: [1], integer: valueInput === 'long' } },
    merge === 'max'
      ? (slots, offset, _table, value) => {
          if (value > slots[offset]!) slots[offset] = value;
          return true;
        }
      : (slots, offset, _table, value) => {
          if (value < slots[offset]!) slots[offset] = value;
          return true;
        },
    { start: [start] },
  );

/** A maximum starts at 0, so that of negative inputs is 0: compatibility, analysis.md 1.5. */
export const extremes: readonly MetricFunction[] = [
  extreme('max', 'max', 'long', 0),
  extreme('maxDouble', 'max', 'double', 0),
  extreme('min', 'min', 'long', Number.POSITIVE_INFINITY),
  extreme('minDouble', 'min', 'double', Number.POSITIVE_INFINITY),
];
