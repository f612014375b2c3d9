import type { MetricModel } from '../storage/models.js';
import type { Addend, MetricFunction, MetricParameter, MetricStep } from './function.js';

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

/** A function that does nothing but add. */
export const adding = (
  name: string,
  valueInput: MetricFunction['valueInput'],
  adds: readonly Addend[],
  value?: Shape['value'],
  parameters: MetricFunction['parameters'] = [],
): MetricFunction => {
  const shape: Shape = { slots: adds.map(() => 'sum'), ...(value && { value }) };
  return { ...scalar(name, valueInput, shape, stepOf(adds), { parameters }), adds };
};

const stepOf =
  (adds: readonly Addend[]): MetricStep =>
  (slots, offset, _table, value, first, second) => {
    for (const [i, addend] of adds.entries()) slots[offset + i]! += amountOf(addend, value, first, second);
    return true;
  };

function amountOf(addend: Addend, value: number, first: boolean, second: boolean): number {
  switch (addend) {
    case 'one':
      return 1;
    case 'value':
      return value;
    case 'first':
      return first ? 1 : 0;
    case 'second':
      return second ? 1 : 0;
  }
}

/** Slots: sum, count. */
export const averages: readonly MetricFunction[] = [
  adding('longAvg', 'long', ['value', 'one'], { of: [1, 0], over: [0, 1], integer: true }),
  adding('doubleAvg', 'double', ['value', 'one'], { of: [1, 0], over: [0, 1], integer: false }),
];

/** One slot: the sum. */
export const counts: readonly MetricFunction[] = [
  adding('sum', 'long', ['value'], { of: [1], integer: true }),
  adding('count', 'none', ['one'], { of: [1], integer: true }),
  adding('cpm', 'none', ['one'], { of: [1], over: 'minutes', integer: true }),
];

const condition: MetricParameter = { kind: 'condition' };

/** Ratios are in units of 0.01 %: 10000 is all. A ratio over nothing is 0. */
export const ratios: readonly MetricFunction[] = [
  // slots: total, match
  adding('percent', 'none', ['one', 'first'], { of: [0, 10_000], over: [1, 0], integer: true }, [condition]),
  // slots: numerator, denominator
  adding('rate', 'none', ['first', 'second'], { of: [10_000, 0], over: [0, 1], integer: true }, [condition, condition]),
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
