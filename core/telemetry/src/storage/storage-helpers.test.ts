import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CHECK_METRICS, CheckCpm, CheckEntity, CheckLabels, CheckLatest, CheckRecord, Random, randomState } from '../testing/index.js';
import { checkEntityUpdate, checkMetricState, checkModel, checkRecord, clip } from './check-row.js';
import { matches } from './conditions.js';
import { entityState, MAX_UNION_ENTRIES, mergeEntityStates } from './entity-state.js';
import { copyMetricState, mergeMetricState, metricValue } from './metric-state.js';
import type { EntityModel, MetricModel, MetricState, Row, Value } from './models.js';
import { MAX_TABLE_KEYS } from './number-table.js';
import type { Condition } from './query.js';
import { compareValues } from './values.js';

const record = (rest: Record<string, unknown>): Row => ({ recordId: 'r', time: 1, ...rest }) as Row;

describe('row checks', () => {
  it('say what is wrong with a field', () => {
    const bad: ReadonlyArray<readonly [Record<string, unknown>, string]> = [
      [{ time: undefined }, 'time is missing'],
      [{ recordId: null }, 'recordId is missing'],
      [{ time: 1.5 }, 'time is not a safe integer'],
      [{ time: Number.NaN }, 'time is not a safe integer'],
      [{ size: 2 ** 53 }, 'size is not a safe integer'],
      [{ ratio: Number.POSITIVE_INFINITY }, 'ratio is not a finite number'],
      [{ failed: 1 }, 'failed is not true or false'],
      [{ service: 5 }, 'service is not a string'],
      [{ service: '\uD800' }, 'service has a lone surrogate'],
      [{ service: 'é'.repeat(129) }, 'service is longer than 256 bytes'],
      [{ tags: 'a=b' }, 'tags is not a list of strings'],
      [{ tags: ['a', 5] }, 'tags has an entry that is not a string'],
      [{ tags: Array(10).fill('x'.repeat(10_000)) }, 'tags is longer than 65536 bytes'],
      [{ note: '{' }, 'note is not JSON'],
      [{ data: [1] }, 'data is not bytes'],
      [{ other: 1 }, 'other is not a field'],
      [{ toString: 'x' }, 'toString is not a field'],
      [JSON.parse('{"__proto__":1}'), '__proto__ is not a field'],
    ];
    // An own `__proto__` survives only when it is assigned as a property.
    for (const [fields, reason] of bad) {
      const row = record({});
      for (const [name, value] of Object.entries(fields)) Object.defineProperty(row, name, { value, enumerable: true });
      expect(checkRecord(CheckRecord, row)).toBe(reason);
    }
    expect(
      checkRecord(
        CheckRecord,
        record({ service: 'é'.repeat(128), size: -0, note: 'null', tags: [], data: new Uint8Array(3), text: undefined }),
      ),
    ).toBeUndefined();
    expect(checkEntityUpdate(CheckEntity, { id: 'x'.repeat(5000), at: 1, row: {} })).toMatch(/^id is longer/);
    expect(checkEntityUpdate(CheckEntity, { id: '', at: Number.NaN, row: {} })).toBe('at is not an instant');
    expect(checkMetricState(CheckCpm, { slots: [Number.NaN] })).toBe('slot 0 is not finite');
    expect(checkMetricState(CheckCpm, { slots: [1, 2] })).toBe('does not have 1 slots');
    expect(checkMetricState(CheckLabels, { slots: [], table: new Map([[5, [1]]]) })).toBe('has a malformed key');
  });

  it('never throw, whatever a row holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(CheckRecord.fields), 'x'), fc.anything()), (row) => {
        const reason = checkRecord(CheckRecord, row as Row);
        expect(reason === undefined || typeof reason === 'string').toBe(true);
      }),
    );
  });

  it('clip keeps whole characters and is well-formed', () => {
    expect(clip('äöü', 4)).toBe('äö');
    expect(clip('äöü', 3)).toBe('ä');
    expect(clip('a🪿', 4)).toBe('a');
    expect(clip('a\uD800', 10)).toBe('a\uFFFD');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, maxBytes) => {
        const clipped = clip(text, maxBytes);
        expect(Buffer.byteLength(clipped)).toBeLessThanOrEqual(maxBytes);
        expect(text.startsWith(clipped)).toBe(true);
        expect(clipped === text || Buffer.byteLength(text.slice(0, clipped.length + 2)) > maxBytes).toBe(true);
      }),
    );
  });

  it('explain models that no storage can serve', () => {
    expect(checkModel(CheckRecord)).toBeUndefined();
    expect(checkModel({ ...CheckRecord, time: 'service' })).toMatch('time "service"');
    expect(checkModel({ ...CheckRecord, filter: ['nope'] })).toMatch('filter "nope"');
    expect(checkModel({ ...CheckEntity, fields: { id: { type: 'string', merge: 'first' } }, filter: [] })).toMatch('id');
    expect(checkModel({ ...CheckLatest, slots: ['last'], value: { of: [1], integer: true } })).toMatch('slot 0');
    expect(checkModel({ ...CheckCpm, value: { of: [1, 2], integer: true } })).toMatch('1 weights');
  });

  it('explain models whose fields are of no known kind, as plugins without types can make them', () => {
    const entity = (field: object): EntityModel => ({
      ...CheckEntity,
      filter: [],
      fields: { odd: field as EntityModel['fields'][string] },
    });
    expect(checkModel(entity({ type: 'string' }))).toBe('field "odd" has the unknown merge undefined');
    expect(checkModel(entity({ type: 'string', merge: 'newest' }))).toBe('field "odd" has the unknown merge newest');
    expect(checkModel(entity({ type: 'text', merge: 'last' }))).toBe('field "odd" has the unknown type text');
    expect(checkModel(entity({ merge: 'last' }))).toBe('field "odd" has the unknown type undefined');
    const record = { ...CheckRecord, fields: { ...CheckRecord.fields, odd: { type: 'varchar' as 'string' } } };
    expect(checkModel(record)).toBe('field "odd" has the unknown type varchar');
    expect(checkModel({ ...CheckCpm, slots: ['avg' as 'sum'] })).toBe('a slot has the unknown merge avg');
  });
});

describe('conditions', () => {
  it('mean what their description says', () => {
    const row: Row = { text: 'Hello', n: 5, flag: false, list: ['a', 'bc'], nothing: null };
    const yes: readonly Condition[] = [
      ['text', '=', 'Hello'],
      ['text', '!=', 'hello'],
      ['text', 'contains', 'ell'],
      ['text', '>=', 'Hell'],
      ['text', 'in', ['x', 'Hello']],
      ['n', '>=', 5],
      ['n', '<=', 5],
      ['n', 'hasAny', [4, 5]],
      ['n', 'hasAll', [5]],
      ['flag', '=', false],
      ['list', '=', 'a'],
      ['list', '!=', 'b'],
      ['list', 'contains', 'c'],
      ['list', 'hasAll', ['a', 'bc']],
      ['list', 'hasAny', ['x', 'a']],
      ['absent', '!=', 'x'],
      ['absent', '=', null],
      ['nothing', '=', null],
      ['absent', 'hasAll', []],
      ['toString', '=', null],
      ['n', '!=', null],
    ];
    const no: readonly Condition[] = [
      ['text', 'contains', 'hell'],
      ['text', '>=', 5],
      ['n', '>=', '5'],
      ['n', '=', '5'],
      ['flag', '<=', true],
      ['list', '!=', 'a'],
      ['list', 'hasAll', ['a', 'x']],
      ['absent', '=', 'x'],
      ['absent', '>=', 0],
      ['absent', '<=', 0],
      ['absent', 'in', ['x']],
      ['absent', 'contains', ''],
      ['n', 'in', []],
      ['absent', '!=', null],
      ['list', '>=', 'a'],
      ['n', 'contains', '5'],
    ];
    for (const condition of yes) expect([condition, matches(row, condition)]).toEqual([condition, true]);
    for (const condition of no) expect([condition, matches(row, condition)]).toEqual([condition, false]);
  });
});

const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string(),
  fc.uint8Array({ maxLength: 4 }),
  fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }),
);

describe('entity merges', () => {
  const names = ['a', 'b', 'c'] as const;
  const model: EntityModel = {
    ...CheckEntity,
    fields: {
      first: { type: 'string', merge: 'first' },
      last: { type: 'string', merge: 'last' },
      low: { type: 'int', merge: 'min' },
      high: { type: 'int', merge: 'max' },
      set: { type: 'strings', maxBytes: 3, merge: 'union' },
    },
  };
  const anyRow = fc.record(
    {
      first: fc.constantFrom(...names),
      last: fc.constantFrom(...names),
      low: fc.integer({ min: 0, max: 3 }),
      high: fc.integer({ min: 0, max: 3 }),
      set: fc.array(fc.constantFrom('a', 'b', 'cc', 'ddd', '', 'é'), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
  const anyState = fc.tuple(fc.nat(3), anyRow).map(([at, row]) => entityState(model, at, row as Row));

  it('are commutative, associative and idempotent', () => {
    const merge = mergeEntityStates.bind(undefined, model);
    fc.assert(
      fc.property(anyState, anyState, anyState, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toEqual(merge(a, new Map()));
      }),
      { numRuns: 1000 },
    );
  });

  it('values have a total order', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('a union is bounded', () => {
    const unbounded: EntityModel = { ...model, fields: { set: { type: 'strings', merge: 'union' } } };
    const state = (from: number) => entityState(unbounded, 0, { set: Array.from({ length: 200 }, (_, i) => `v${1000 + from + i}`) });
    const merged = mergeEntityStates(unbounded, state(0), state(150)).get('set')!.value as readonly string[];
    expect(merged).toHaveLength(MAX_UNION_ENTRIES);
    expect(merged[0]).toBe('v1000');
  });
});

describe('metric merges', () => {
  const merged = (model: MetricModel, ...states: readonly MetricState[]): MetricState =>
    states
      .slice(1)
      .reduce<MetricState>((into, state) => mergeMetricState(model, copyMetricState(into), state), copyMetricState(states[0]!));

  it('are commutative and associative', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHECK_METRICS), fc.nat(), (model, seed) => {
        const random = new Random(seed);
        const [a, b, c] = [0, 1, 2].map(() => randomState(random, model)) as [MetricState, MetricState, MetricState];
        const one = merged(model, a, b, c);
        for (const other of [
          merged(model, c, b, a),
          merged(model, b, a, c),
          merged(model, a, merged(model, b, c)),
          merged(model, merged(model, c, a), b),
        ]) {
          expect(Array.from(other.slots)).toEqual(Array.from(one.slots));
          expect(new Map(other.table)).toEqual(new Map(one.table));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stay finite and bounded', () => {
    const average: MetricModel = { ...CheckCpm, slots: ['sum'], value: { of: [10], integer: true } };
    const huge = merged(average, { slots: [Number.MAX_VALUE] }, { slots: [Number.MAX_VALUE] });
    expect(huge.slots[0]).toBe(Number.MAX_VALUE);
    expect(metricValue(average, huge, 1)).toBe(Number.MAX_VALUE);
    const keys = (from: number): MetricState => ({ slots: [], table: new Map(Array.from({ length: 40_000 }, (_, i) => [from + i, [1]])) });
    const table = merged({ ...CheckLabels, table: { key: 'int', width: 1, maxKeys: 10 } }, keys(30_000), keys(0)).table!;
    expect(table.size).toBe(MAX_TABLE_KEYS);
    expect([0, MAX_TABLE_KEYS - 1, MAX_TABLE_KEYS].map((key) => table.get(key) !== undefined)).toEqual([true, true, false]);
    expect(table.get(30_000)).toEqual([2]);
  });

  it('values truncate toward zero and are 0 over nothing', () => {
    const ratio: MetricModel = { ...CheckCpm, slots: ['sum', 'sum'], value: { of: [1, 0], over: [0, 1], integer: true } };
    expect(metricValue(ratio, { slots: [-7, 2] }, 1)).toBe(-3);
    expect(metricValue(ratio, { slots: [-1, 2] }, 1)).toBe(0);
    expect(metricValue(ratio, { slots: [5, 0] }, 1)).toBe(0);
    expect(metricValue(CheckLabels, { slots: [] }, 1)).toBeUndefined();
  });
});
