import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MetricDelta } from '../storage/metric-delta.js';
import { MetricLayout } from '../storage/metric-layout.js';
import type { MetricModel, MetricState } from '../storage/models.js';
import { NumberTable } from '../storage/number-table.js';
import { plainState } from '../testing/plain-state.js';
import { DeltaWriter } from './delta-writer.js';

const model = (name: string, slots: MetricModel['slots'], table?: MetricModel['table']): MetricModel => ({
  kind: 'metric',
  name,
  scope: 's',
  signature: '',
  slots,
  ...(table && { table }),
});
const MODELS = [
  model('average', ['sum', 'sum']),
  model('percentile', [], { key: 'int', width: 1, maxKeys: 10 }),
  model('labels', ['max'], { key: 'string', width: 2, maxKeys: 10 }),
  model('latest', ['last', 'max', 'min']),
];
const number = fc.integer({ min: -1000, max: 1000 });
const stateOf = ({ slots, table }: MetricModel): fc.Arbitrary<MetricState> =>
  fc.tuple(fc.array(number, { minLength: slots.length, maxLength: slots.length }), fc.nat(3)).map(([values, key]) => {
    if (table === undefined) return { slots: values };
    return { slots: values, table: table.key === 'int' ? new NumberTable([key, 1]) : new Map([[`k${key}`, [key, 1]]]) };
  });
const metrics = fc
  .shuffledSubarray(MODELS)
  .chain((some) => fc.tuple(...some.map((one) => stateOf(one).map((state) => [one, state] as const))));
const plain = (delta: MetricDelta): unknown => [...delta.metrics].map(([{ name }, state]) => [name, plainState(state)]);

describe('deltas', () => {
  it('give back the states they were made of, however many are packed together', () => {
    fc.assert(
      fc.property(fc.array(metrics, { minLength: 1, maxLength: 400 }), (list) => {
        const writer = new DeltaWriter(MetricLayout.root());
        const expected = list.map((states) => MetricDelta.of('s', 'e', 0, states));
        const packed = list.map((states) => {
          for (const [one, { slots, table }] of states) writer.put(one, Float64Array.of(7, ...Array.from(slots)), 1, table);
          expect(writer.empty).toBe(states.length === 0);
          return writer.take('s', 'e', 0);
        });
        expect(packed.map(plain)).toEqual(list.map((states) => states.map(([{ name }, state]) => [name, plainState(state)])));
        expect(expected.map(plain)).toEqual(packed.map(plain));
      }),
      { numRuns: 30 },
    );
  });

  it('of the same metrics in the same order share a layout, in one window as in the next', () => {
    const root = MetricLayout.root();
    const layoutOf = (...models: readonly MetricModel[]): MetricLayout => {
      const writer = new DeltaWriter(root);
      for (const one of models) writer.put(one, new Float64Array(3), 0, undefined);
      return writer.take('s', 'e', 0).layout;
    };
    const [a, b, c] = MODELS as [MetricModel, MetricModel, MetricModel];
    const both = layoutOf(a, b);
    expect(layoutOf(a, c)).not.toBe(both);
    expect(layoutOf(a, b)).toBe(both);
    expect([both.models, both.width, both.tables]).toEqual([[a, b], 2, 1]);
    expect(layoutOf()).toBe(root);
  });

  it('keep what they are asked to keep', () => {
    fc.assert(
      fc.property(metrics, (states) => {
        const delta = MetricDelta.of('s', 'e', 60_000, states);
        const kept = delta.only(({ name }) => name !== 'percentile');
        expect(plain(kept)).toEqual((plain(delta) as [string, unknown][]).filter(([name]) => name !== 'percentile'));
        expect([kept.scope, kept.entity, kept.minute]).toEqual(['s', 'e', 60_000]);
      }),
    );
  });
});
