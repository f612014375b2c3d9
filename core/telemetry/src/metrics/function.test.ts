import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copyMetricState, mergeMetricState, metricValue, newTable } from '../storage/metric-state.js';
import type { MetricModel, MetricState } from '../storage/models.js';
import { type MetricStepSettings, type MetricTable, metricFunctions, metricSignature, parseMetricSignature } from './function.js';
import { percentileRoof, percentilesOf } from './percentile.js';
import { valueReader } from './read.js';

interface Input {
  readonly value?: number;
  readonly first?: boolean;
  readonly second?: boolean;
  readonly text?: string;
  readonly time?: number;
}
const settings: MetricStepSettings = { apdexThreshold: (name) => (name === 'slow' ? 5000 : 500) };

const modelOf = (name: string, args: readonly number[]): MetricModel => ({
  kind: 'metric',
  name: 'm',
  scope: 's',
  signature: metricSignature(name, args),
  ...metricFunctions.get(name)!.model(args),
});

/** The state after some inputs, as whoever accumulates would make it; the slots lie in the middle of a larger array. */
function stateOf(name: string, args: readonly number[], inputs: readonly Input[]): MetricState & { readonly dropped: number } {
  const found = metricFunctions.get(name)!;
  const model = modelOf(name, args);
  const step = found.step(args, settings);
  const slots = new Float64Array([7, ...found.start, 7]);
  const table: MetricTable | undefined = model.table && newTable(model.table);
  let dropped = 0;
  for (const { value = 0, first = false, second = false, text, time = 0 } of inputs)
    if (!step(slots, 1, table, value, first, second, text, time)) dropped++;
  expect([slots[0], slots.at(-1)]).toEqual([7, 7]);
  return { slots: slots.slice(1, -1), ...(table && { table }), dropped };
}
const valueFor = (name: string, args: readonly number[], inputs: readonly Input[], minutes = 1): number | undefined =>
  valueReader(modelOf(name, args))(stateOf(name, args, inputs), minutes);
const labelsOf = (name: string, args: readonly number[], inputs: readonly Input[], minutes = 1): unknown =>
  Object.fromEntries(metricFunctions.get(name)!.labels!(args)(stateOf(name, args, inputs), minutes));
const values = (...list: readonly number[]): Input[] => list.map((value) => ({ value }));

describe('metric functions', () => {
  it('give the values of the reference', () => {
    expect(valueFor('longAvg', [], values(1, 2, 2))).toBe(1);
    expect(valueFor('longAvg', [], values(-1, -2))).toBe(-1);
    expect(valueFor('doubleAvg', [], values(1, 2, 2))).toBe(5 / 3);
    expect(valueFor('sum', [], values(5, -7))).toBe(-2);
    expect(valueFor('count', [], values(5, 5, 5))).toBe(3);
    expect(valueFor('cpm', [], Array(119).fill({}), 60)).toBe(1);
    expect(valueFor('cpm', [], Array(119).fill({}), 1)).toBe(119);
    expect(valueFor('percent', [], [{ first: true }, { first: true }, {}])).toBe(6666);
    expect(valueFor('percent', [], Array(5).fill({}))).toBe(0);
    expect(valueFor('max', [], values(3, 9, 2))).toBe(9);
    expect(valueFor('max', [], values(-3))).toBe(0);
    expect(valueFor('maxDouble', [], values(0.25, -1))).toBe(0.25);
    expect(valueFor('min', [], values(3, -9, 2))).toBe(-9);
    expect(valueFor('minDouble', [], values(0.5, 2))).toBe(0.5);
  });

  it('rate counts each condition for itself and is 0 over nothing', () => {
    expect(valueFor('rate', [], [{ first: true }, { second: true }, { first: true, second: true }, { second: true }])).toBe(6666);
    expect(valueFor('rate', [], [{ first: true }])).toBe(0);
  });

  it('apdex takes the threshold of the service', () => {
    const calls = [
      { value: 100, first: true },
      { value: 600, first: true },
      { value: 2001, first: true },
      { value: 100, first: false },
    ];
    expect(valueFor('apdex', [], calls)).toBe(3750);
    expect(valueFor('apdex', [], [{ value: 500, first: true }])).toBe(10_000);
    expect(valueFor('apdex', [], [{ value: 2000, first: true }])).toBe(5000);
    expect(
      valueFor(
        'apdex',
        [],
        calls.map((call) => ({ ...call, text: 'slow' })),
      ),
    ).toBe(7500);
  });

  it('percentiles are lower bounds of buckets, ranked in 32-bit floats', () => {
    expect(labelsOf('percentile2', [10], values(5, 12, 18, 25, 100))).toEqual({
      '{p=50}': 10,
      '{p=75}': 20,
      '{p=90}': 100,
      '{p=95}': 100,
      '{p=99}': 100,
    });
    expect(labelsOf('percentile', [10], values(19))).toMatchObject({ '{p=50}': 10, '{p=99}': 10 });
    expect(percentileRoof(338_950, 99)).toBe(335_560);
    const table = new Map([
      [10, [3390]],
      [2, [335_560]],
    ]);
    expect(percentilesOf(table, 10, [99])).toEqual([20]);
    expect(percentilesOf(new Map(), 10)).toEqual([]);
    expect(valueFor('p99', [10], values(5, 12, 18, 25, 100))).toBe(100);
    expect(valueFor('p50', [10], values(5, 12, 18, 25, 100))).toBe(10);
    expect(percentilesOf(stateOf('percentile2', [10], values(...Array.from({ length: 100 }, (_, i) => i * 10))).table!, 10, [70])).toEqual([
      690,
    ]);
    expect(labelsOf('percentile2', [10], values(-25))).toMatchObject({ '{p=50}': -20 });
  });

  it('histograms have every bucket from the first input on', () => {
    const counts = labelsOf('histogram', [100, 20], values(0, 99, 100, 5000)) as Record<string, number>;
    expect(Object.keys(counts)).toHaveLength(21);
    expect(counts).toMatchObject({ 0: 2, 100: 1, 200: 0, 1900: 0, 2000: 1 });
    expect(labelsOf('thermodynamic', [100, 2], values(250, -50))).toEqual({ 0: 1, 100: 0, 200: 1 });
  });

  it('labels are counted and averaged up to their limit', () => {
    const labels = ['a', 'b', 'a', 'c', '__proto__'].map((text) => ({ text }));
    expect(labelsOf('labelCount', [50], labels.slice(0, 4))).toEqual({ '{n=a}': 2, '{n=b}': 1, '{n=c}': 1 });
    const limited = stateOf('labelCount', [2], labels);
    expect([...limited.table!]).toEqual([
      ['a', [2]],
      ['b', [1]],
    ]);
    expect(limited.dropped).toBe(2);
    const amounts = [
      { text: 'gc', value: 1 },
      { text: 'gc', value: 4 },
      { text: 'tiny', value: 1 },
      { text: 'tiny', value: 0 },
      { text: 'none', value: 0 },
    ];
    expect(labelsOf('labelAvg', [], amounts)).toEqual({ '{n=gc}': 2, '{n=tiny}': 1, '{n=none}': 0 });
    expect(
      stateOf(
        'labelAvg',
        [],
        Array.from({ length: 60 }, (_, i) => ({ text: `l${i}`, value: 1 })),
      ).dropped,
    ).toBe(10);
  });

  it('of meters give the values of the reference', () => {
    expect(valueFor('avg', [], values(1, 0, 0))).toBe(1);
    expect(valueFor('avg', [], values(0, 0))).toBe(0);
    expect(valueFor('avg', [], values(5, 6))).toBe(5);
    expect(valueFor('sumPerMin', [], values(100, 19), 60)).toBe(1);
    expect(
      valueFor(
        'latest',
        [],
        [
          { value: 7, time: 20 },
          { value: 9, time: 10 },
        ],
      ),
    ).toBe(7);
    expect(valueFor('latest', [], [{ value: 0, time: 20 }])).toBe(0);
  });

  it('of labelled meters keep each label set for itself', () => {
    const inputs = [
      { text: '{a=1}', value: 0, time: 3 },
      { text: '{a=1}', value: 7, time: 1 },
      { text: '{a=1}', value: 2, time: 2 },
      { text: '{a=1,b=x}', value: 120, time: 1 },
    ];
    expect(labelsOf('avgLabeled', [], inputs)).toEqual({ '{a=1}': 3, '{a=1,b=x}': 120 });
    expect(labelsOf('sumLabeled', [], inputs)).toEqual({ '{a=1}': 9, '{a=1,b=x}': 120 });
    expect(labelsOf('sumPerMinLabeled', [], inputs, 60)).toEqual({ '{a=1}': 0, '{a=1,b=x}': 2 });
    expect(labelsOf('latestLabeled', [], inputs)).toEqual({ '{a=1}': 0, '{a=1,b=x}': 120 });
    expect(labelsOf('minLabeled', [], inputs)).toEqual({ '{a=1}': 0, '{a=1,b=x}': 120 });
    expect(labelsOf('maxLabeled', [], inputs)).toEqual({ '{a=1}': 7, '{a=1,b=x}': 120 });
    expect(
      stateOf(
        'sumLabeled',
        [],
        Array.from({ length: 1010 }, (_, i) => ({ text: `{n=${i}}`, value: 1 })),
      ).dropped,
    ).toBe(10);
  });

  it('of histograms average or add the counts of each bucket', () => {
    const buckets = (labels = ''): Input[] => [
      { text: `10${labels}`, value: 3 },
      { text: `9${labels}`, value: 1 },
      { text: `10${labels}`, value: 0 },
      { text: `100${labels}`, value: 1 },
      { text: `100${labels}`, value: 0 },
    ];
    expect(labelsOf('avgHistogram', [], buckets())).toEqual({ 9: 1, 10: 1, 100: 1 });
    expect(labelsOf('sumHistogram', [], buckets())).toEqual({ 9: 1, 10: 3, 100: 1 });
    expect(Object.keys(labelsOf('sumHistogram', [], buckets()) as object)).toEqual(['9', '10', '100']);
    expect(labelsOf('avgHistogramPercentile', [50, 99], buckets())).toEqual({ '{p=50}': 10, '{p=99}': 100 });
    expect(labelsOf('sumHistogramPercentile', [99, 50], [...buckets(), ...buckets('{a=1,p=x}')])).toEqual({
      '{p=50}': 10,
      '{p=99}': 100,
      '{a=1,p=x,p=50}': 10,
      '{a=1,p=x,p=99}': 100,
    });
    expect(labelsOf('sumHistogramPercentile', [50], [{ text: '10', value: 0 }])).toEqual({ '{p=50}': 0 });
  });

  it('of histograms with open ends show 0 below and the largest bound above', () => {
    const open = [
      { text: '-9223372036854775808', value: 1 },
      { text: '50', value: 1 },
      { text: 'Infinity', value: 2 },
    ];
    expect(labelsOf('sumHistogramPercentile', [20, 50, 99], open)).toEqual({ '{p=20}': 0, '{p=50}': 50, '{p=99}': 50 });
  });

  it('come to the same state whether inputs are added at once or in parts that are merged', () => {
    const input = fc.record({
      value: fc.integer({ min: -1000, max: 100_000 }),
      first: fc.boolean(),
      second: fc.boolean(),
      text: fc.constantFrom('a', 'b', 'slow', '__proto__', '10', '20{a=b}'),
      time: fc.integer({ min: 0, max: 3 }),
    });
    const anyFunction = fc.constantFrom(...[...metricFunctions.keys()]);
    fc.assert(
      fc.property(anyFunction, fc.array(fc.array(input, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }), (name, parts) => {
        const args = metricFunctions
          .get(name)!
          .parameters.filter(({ kind }) => kind === 'int')
          .map(() => 20);
        const model = modelOf(name, args);
        const [head, ...tail] = parts.map((part) => stateOf(name, args, part)).reverse();
        const merged = tail.reduce((into, state) => mergeMetricState(model, into, state), copyMetricState(head!));
        const whole = stateOf(name, args, parts.flat());
        expect(Array.from(merged.slots)).toEqual(Array.from(whole.slots));
        expect(new Map(merged.table)).toEqual(new Map(whole.table));
      }),
      { numRuns: 500 },
    );
  });

  it('read one label as they read all, and any rank of a percentile', () => {
    const inputs = ['a', 'b', 'a', 'x}y\n'].map((text, i) => ({ text, value: i * 7 }));
    for (const [name, args] of [
      ['percentile2', [10]],
      ['labelCount', [50]],
      ['labelAvg', []],
    ] as const) {
      const state = stateOf(name, args, inputs);
      const labels = metricFunctions.get(name)!.labels!(args)(state, 1);
      expect(labels.size).toBeGreaterThan(2);
      for (const [label, value] of labels) expect(valueReader(modelOf(name, args), label)(state, 1)).toBe(value);
      for (const label of ['', '{}', '{n=none}', '{p=x}', '{p=100}', 'a'])
        expect(valueReader(modelOf(name, args), label)(state, 1)).toBeUndefined();
    }
    const hundred = stateOf('percentile2', [10], values(...Array.from({ length: 100 }, (_, i) => i * 10)));
    expect(valueReader(modelOf('percentile2', [10]), '{p=70}')(hundred, 1)).toBe(690);
    expect(valueReader(modelOf('longAvg', []), '{p=70}')(hundred, 1)).toBeUndefined();
  });

  it('of meters read one label set as they read all', () => {
    const inputs = ['10', '20{a=1}', '30{a=1}'].map((text, i) => ({ text, value: i + 1 }));
    for (const [name, args] of [
      ['avgLabeled', []],
      ['sumHistogramPercentile', [50, 75, 100]],
    ] as const) {
      const state = stateOf(name, args, inputs);
      const labels = metricFunctions.get(name)!.labels!(args)(state, 1);
      expect(labels.size).toBeGreaterThan(2);
      for (const [label, value] of labels) expect(valueReader(modelOf(name, args), label)(state, 1)).toBe(value);
      for (const label of ['', '{}', '{p=0}', '{p=101}', 'x']) expect(valueReader(modelOf(name, args), label)(state, 1)).toBeUndefined();
    }
  });

  it('have models whose values are finite for any input', () => {
    for (const { name, start, valueInput, parameters } of metricFunctions.values()) {
      const args = parameters.filter(({ kind }) => kind === 'int').map(() => 10);
      const model = modelOf(name, args);
      expect(start).toHaveLength(model.slots.length);
      const state = stateOf(name, args, [{ value: valueInput === 'none' ? 0 : -1 }]);
      expect(Number.isFinite(metricValue(model, state, 1) ?? 0)).toBe(true);
      expect(parseMetricSignature(model.signature)).toEqual({ function: metricFunctions.get(name), args });
    }
    expect(parseMetricSignature('unknown(1)')).toBeUndefined();
    expect(parseMetricSignature('toString')).toBeUndefined();
  });
});
