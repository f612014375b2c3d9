import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MetricLayout } from '../storage/metric-layout.js';
import { copyMetricState, type MutableMetricState, mergeMetricState } from '../storage/metric-state.js';
import type { MetricModel, MetricState } from '../storage/models.js';
import { Accumulator } from './accumulator.js';
import { type CompiledMetric, compileOal } from './compile.js';
import { DeltaWriter } from './delta-writer.js';
import { LabelLimits } from './label-limits.js';
import { formatOalProblem } from './problem.js';
import { type Thing, ThingDefinition, thing } from './test-source.js';

/** Compiles a script about things and feeds it; answers the state of each metric. */
function harness(script: string, labelLimits = new LabelLimits()) {
  const skipped: string[] = [];
  const compiled = compileOal({
    scripts: [{ file: 't.oal', text: script }],
    sources: [ThingDefinition],
    onSkip: (metric, reason) => skipped.push(`${metric} ${reason}`),
    labelLimits,
    apdexThreshold: (name) => (name === 'slow' ? 1000 : 500),
  });
  expect(compiled.problems.map(formatOalProblem)).toEqual([]);
  const plan = compiled.plans.get(ThingDefinition)!;
  const run = (things: readonly Thing[], entity = 'e', minute = 0): Accumulator => {
    const accumulator = new Accumulator(plan.slab(), { id: entity, minute });
    for (const t of things) plan.add(thing(t, entity, minute), accumulator);
    return accumulator;
  };
  const layouts = MetricLayout.root();
  const collect = (from: Accumulator): ReadonlyMap<MetricModel, MetricState> => {
    const writer = new DeltaWriter(layouts);
    plan.collect(from, writer);
    return writer.take('s', 'e', 0).metrics;
  };
  const states = (things: readonly Thing[]) => collect(run(things));
  const metric = (name: string): CompiledMetric => compiled.metrics.find((m) => m.name === name)!;
  return { ...compiled, plan, run, collect, states, metric, skipped };
}

/** How many of the things a filter lets through; undefined for none. */
const passing = (filter: string, things: readonly Thing[]): number => {
  const h = harness(`m = from(Thing.*)${filter}.count();`);
  return h.metric('m').value!(h.states(things).get(h.metric('m').model) ?? { slots: [0] }, 1)!;
};
const value = (call: string, things: readonly Thing[], minutes = 1): number | undefined => {
  const h = harness(`m = ${call};`);
  const state = h.states(things).get(h.metric('m').model);
  return state && h.metric('m').value!(state, minutes);
};
const labels = (call: string, things: readonly Thing[]): Record<string, number> => {
  const h = harness(`m = ${call};`);
  return Object.fromEntries(h.metric('m').labels!(h.states(things).get(h.metric('m').model)!, 1));
};
const latencies = (...values: unknown[]): Thing[] => values.map((latency) => ({ latency }));

describe('filters', () => {
  const tag = (text: string | undefined) => ({ tag: (key: string) => (key === 'k' ? text : undefined) });
  test.each<[string, readonly Thing[], number]>([
    ['status == true', [{ status: true }, { status: false }, {}], 1],
    ['status == false', [{ status: true }, { status: false }, {}], 1],
    ['status != true', [{ status: true }, { status: false }, {}], 2],
    ['latency == 5', latencies(5, 6, undefined), 1],
    ['latency != 5', latencies(5, 6, undefined), 2],
    ['latency > 5', latencies(4, 5, 6, undefined), 1],
    ['latency < 5', latencies(4, 5, 6, undefined), 1],
    ['latency >= 5', latencies(4, 5, 6, undefined), 2],
    ['latency <= 5', latencies(4, 5, 6, undefined), 2],
    ['bytes > 4_294_967_296l', [{ bytes: 2 ** 33 }, { bytes: 1 }], 1],
    ['ratio > 1', [{ ratio: 1.5 }, { ratio: 0.5 }], 1],
    ['latency in [1, 2]', latencies(1, 2, 3, undefined), 2],
    ['name == "a"', [{ name: 'a' }, { name: '"a"' }, { name: 'b' }, {}], 2],
    ['name != "a"', [{ name: 'a' }, { name: '"a"' }, { name: 'b' }, {}], 2],
    ['name == null', [{ name: 'a' }, {}], 1],
    ['name != null', [{ name: 'a' }, {}], 1],
    ['name in ["a.b", "c"]', [{ name: 'a.b' }, { name: 'c' }, { name: 'd' }, {}], 2],
    ['name like "%x%"', [{ name: 'axb' }, { name: 'ab' }, {}], 1],
    ['name like "%x"', [{ name: 'ax' }, { name: 'xa' }], 1],
    ['name like "x%"', [{ name: 'ax' }, { name: 'xa' }], 1],
    ['name like "x"', [{ name: 'x' }], 0],
    ['color == Color.RED', [{ color: 0 }, { color: 1 }, {}], 1],
    ['color != Color.RED', [{ color: 0 }, { color: 1 }, {}], 2],
    ['color in [Color.GREEN, Color.BLUE]', [{ color: 0 }, { color: 1 }, { color: 2 }, {}], 2],
    ['tags contain "a:b"', [{ tags: ['a:b', 'c'] }, { tags: ['c'] }, {}], 1],
    ['tags not contain "a:b"', [{ tags: ['a:b', 'c'] }, { tags: ['c'] }, {}], 1],
    ['tag["k"] != null', [tag('x'), tag(undefined), {}], 1],
    ['tag["k"] == "x"', [tag('x'), tag('y'), {}], 1],
    ['(str->long)tag["k"] > 10', [tag('11'), tag('9'), tag('+12'), tag(undefined)], 2],
    ['(int)bytes == 1', [{ bytes: 2 ** 32 + 1 }, { bytes: 2 }], 1],
    ['(long)ratio == 1', [{ ratio: 1.9 }, { ratio: 2 }], 1],
    ['inner.depth == 1', [{ inner: { depth: 1 } }, { inner: {} }, { inner: null }, {}], 1],
    ['inner.deeper.ok == true', [{ inner: { deeper: { ok: true } } }, { inner: {} }, {}], 1],
    ['inner != null', [{ inner: {} }, {}], 1],
  ])('%s', (filter, things, count) => expect(passing(`.filter(${filter})`, things)).toBe(count));

  test('chained filters must all hold', () => {
    expect(
      passing('.filter(latency > 1).filter(latency < 4).filter(status == true)', [
        { latency: 2, status: true },
        { latency: 2, status: false },
        { latency: 9, status: true },
      ]),
    ).toBe(1);
  });

  test('a cast of other text drops the source for the metrics that reach it, and counts them', () => {
    const h = harness(`
      first = from(Thing.*).cpm();
      guarded = from(Thing.*).filter(status == true).filter((str->long)name > 5).cpm();
      bare = from(Thing.*).filter((str->long)name > 5).cpm();
      argument = from(Thing.*).percent((str->int)name == 1);
      last = from(Thing.*).cpm();`);
    const states = h.states([
      { name: 'abc', status: false },
      { name: '99999999999', status: true },
    ]);
    expect([...states.keys()].map((m) => m.name)).toEqual(['first', 'guarded', 'bare', 'last']);
    expect(h.skipped.sort()).toEqual(['argument broken-condition', 'argument broken-condition', 'bare broken-condition']);
  });

  test('more conditions than a word has bits', () => {
    const lines = Array.from(
      { length: 100 },
      (_, i) => `m${i} = from(Thing.*).filter(latency != ${i + 1000}).filter(latency >= ${i}).percent(bytes == ${i});`,
    );
    const h = harness(lines.join('\n'));
    const states = h.states([
      { latency: 40, bytes: 40 },
      { latency: 99, bytes: 99 },
    ]);
    const seen = h.metrics.map((m) => Array.from(states.get(m.model)?.slots ?? []));
    expect(seen).toEqual(lines.map((_, i) => [i <= 40 ? 2 : 1, i === 40 || i === 99 ? 1 : 0]));
  });
});

describe('inputs', () => {
  test('what is no usable number is left out and counted, for that metric only', () => {
    const h = harness('a = from(Thing.latency).longAvg(); b = from(Thing.*).cpm(); c = from(Thing.ratio).doubleAvg();');
    const throwing = {
      get latency(): number {
        throw new Error('no');
      },
    };
    const states = h.states([
      ...latencies(1, Number.NaN, Number.POSITIVE_INFINITY, undefined, null, '7', 2 ** 60, -3.9),
      throwing,
      { ratio: 1e308 },
    ]);
    expect(Array.from(states.get(h.metric('a').model)!.slots)).toEqual([-2, 2]);
    expect(Array.from(states.get(h.metric('b').model)!.slots)).toEqual([10]);
    expect(states.has(h.metric('c').model)).toBe(false);
    expect(h.skipped.filter((s) => s.startsWith('a '))).toEqual([
      'a not-a-number',
      'a not-a-number',
      'a missing',
      'a missing',
      'a not-a-number',
      'a out-of-range',
      'a threw',
      'a missing',
    ]);
    expect(h.skipped).toContain('c out-of-range');
  });

  test('a cast in from reads numbers out of text', () => {
    const tags = (text?: string): Thing => ({ tag: () => text as string });
    const h = harness('m = from((str->long)Thing.tag["t"]).filter(tag["t"] != null).longAvg();');
    const states = h.states([tags('10'), tags('20'), tags('1.5'), tags(''), tags(undefined)]);
    expect(Array.from(states.get(h.metric('m').model)!.slots)).toEqual([30, 2]);
    expect(h.skipped).toEqual(['m not-a-number', 'm not-a-number']);
  });

  test('a metric that had no input has no state', () => {
    const h = harness('a = from(Thing.latency).max(); b = from(Thing.latency).filter(status == true).min();');
    expect([...h.states([{ latency: 1, status: false }]).keys()].map((m) => m.name)).toEqual(['a']);
  });

  test('labels are limited for each metric, entity and hour, over all accumulators', () => {
    const h = harness('m = from(Thing.*).labelCount(name, 2);');
    const names = (...list: string[]) => list.map((name) => ({ name }));
    const count = (a: Accumulator) => h.collect(a).get(h.metric('m').model)?.table?.size ?? 0;
    expect(count(h.run(names('a', 'b', 'c', 'a')))).toBe(2);
    expect(count(h.run(names('b', 'c', 'd'), 'e', 60_000))).toBe(1);
    expect(count(h.run(names('c', 'd'), 'other', 60_000))).toBe(2);
    expect(count(h.run(names('c', 'd'), 'e', 3_600_000))).toBe(2);
    expect(h.skipped).toEqual(['m label-limit', 'm label-limit', 'm label-limit']);
    h.run([{}, { name: 'x'.repeat(2000) }, { name: '\ud800' }], 'new');
    expect(h.skipped.slice(3)).toEqual(['m missing', 'm label-unfit', 'm label-unfit']);
  });

  test('remembered labels are bounded; the oldest are forgotten', () => {
    const limits = new LabelLimits(10_000);
    for (let i = 0; i < 100; i++) expect(limits.admit('m', `e${i}`, 0, 'label', 1)).toBe(true);
    expect(limits.forgotten).toBeGreaterThan(50);
    expect(limits.forgotten).toBeLessThan(99);
    expect(limits.admit('m', 'e99', 0, 'other', 1)).toBe(false);
    expect(limits.admit('m', 'e0', 0, 'other', 1)).toBe(true);
  });
});

describe('vectors of the reference', () => {
  const statuses = (...list: boolean[]): Thing[] => list.map((status) => ({ status }));
  test('averages, sums, counts, extremes', () => {
    expect(value('from(Thing.latency).longAvg()', latencies(1, 2, 2))).toBe(1);
    expect(value('from(Thing.ratio).doubleAvg()', [{ ratio: 1 }, { ratio: 2 }])).toBe(1.5);
    expect(value('from(Thing.latency).sum()', latencies(1, 2, 2))).toBe(5);
    expect(value('from(Thing.latency).count()', latencies(1, 2, 2))).toBe(3);
    expect(value('from(Thing.*).cpm()', Array(119).fill({}), 60)).toBe(1);
    expect(value('from(Thing.latency).max()', latencies(-5, -1))).toBe(0);
    expect(value('from(Thing.latency).min()', latencies(7, 3))).toBe(3);
  });
  test('ratios in units of 0.01 %', () => {
    expect(value('from(Thing.*).percent(status == true)', statuses(true, true, false))).toBe(6666);
    expect(value('from(Thing.*).percent(status == true)', statuses(false, false, false, false, false))).toBe(0);
    expect(
      value('from(Thing.*).rate(status == true, latency > 1)', [
        { status: true, latency: 2 },
        { status: false, latency: 2 },
      ]),
    ).toBe(5000);
    expect(value('from(Thing.*).rate(status == true, latency > 1)', [{ status: true, latency: 0 }])).toBe(0);
  });
  test('apdex with the threshold of the name', () => {
    const requests = (name: string) => [100, 600, 2001, 100].map((latency, i) => ({ name, latency, status: i < 3 }));
    expect(value('from(Thing.latency).apdex(name, status)', requests('any'))).toBe(3750);
    expect(value('from(Thing.latency).apdex(name, status)', requests('slow'))).toBe(6250);
  });
  test('percentiles are lower bounds of buckets', () => {
    expect(labels('from(Thing.latency).percentile2(10)', latencies(5, 12, 18, 25, 100))).toEqual({
      '{p=50}': 10,
      '{p=75}': 20,
      '{p=90}': 100,
      '{p=95}': 100,
      '{p=99}': 100,
    });
  });
  test('a histogram has all its buckets and an open end', () => {
    const counts = labels('from(Thing.latency).histogram(100, 20)', latencies(0, 99, 100, 5000));
    expect(Object.keys(counts)).toHaveLength(21);
    expect(Object.entries(counts).filter(([, n]) => n > 0)).toEqual([
      ['0', 2],
      ['100', 1],
      ['2000', 1],
    ]);
  });
  test('labelled counts and averages; a small average is at least 1', () => {
    const things = [
      { name: 'a', latency: 3 },
      { name: 'a', latency: 4 },
      { name: 'b', latency: 0 },
    ];
    expect(labels('from(Thing.*).labelCount(name)', things)).toEqual({ '{n=a}': 2, '{n=b}': 1 });
    expect(labels('from(Thing.*).labelAvg(name, latency)', things)).toEqual({ '{n=a}': 3, '{n=b}': 0 });
    expect(
      labels('from(Thing.*).labelAvg(name, latency)', [
        { name: 'a', latency: 1 },
        { name: 'a', latency: 0 },
      ]),
    ).toEqual({ '{n=a}': 1 });
  });
});

test('the merged deltas of any split are those of a plain reading of the script', () => {
  const script = `
    avg = from(Thing.latency).filter(status == true).longAvg();
    cpm = from(Thing.*).cpm();
    sla = from(Thing.*).percent(status == true);
    red = from(Thing.latency).filter(color == Color.RED).filter(latency > 50).sum();
    top = from(Thing.latency).filter(color != Color.RED).max();
    low = from(Thing.latency).min();
    pct = from(Thing.latency).filter(color in [Color.GREEN, Color.BLUE]).percentile2(10);
    names = from(Thing.*).filter(name != null).labelAvg(name, latency);`;
  const h = harness(script);
  const some = fc.record({
    latency: fc.oneof(fc.integer({ min: -50, max: 300 }), fc.constant(Number.NaN)),
    status: fc.boolean(),
    color: fc.integer({ min: 0, max: 2 }),
    name: fc.constantFrom('a', 'b', undefined),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(some, fc.boolean(), fc.constantFrom('x', 'y')), { maxLength: 60 }), (input) => {
      const slab = h.plan.slab();
      const merged = { x: new Map<MetricModel, MutableMetricState>(), y: new Map<MetricModel, MutableMetricState>() };
      const accumulators = {
        x: new Accumulator(slab, { id: 'x', minute: 0 }),
        y: new Accumulator(slab, { id: 'y', minute: 0 }),
      };
      const taken: { readonly state: MetricState; readonly atFirst: MetricState }[] = [];
      const collect = (entity: 'x' | 'y'): void => {
        for (const [model, state] of h.collect(accumulators[entity])) {
          taken.push({ state, atFirst: copyMetricState(state) });
          const known = merged[entity].get(model);
          merged[entity].set(model, known === undefined ? copyMetricState(state) : mergeMetricState(model, known, state));
        }
      };
      for (const [t, cut, entity] of input) {
        h.plan.add(thing(t, entity), accumulators[entity]);
        if (cut) collect(entity);
      }
      collect('x');
      collect('y');
      // What was taken stays as it was, whatever the accumulator does next.
      for (const { state, atFirst } of taken) expect(copyMetricState(state)).toEqual(atFirst);
      for (const entity of ['x', 'y'] as const) {
        const plain = plainReading(input.filter(([, , e]) => e === entity).map(([t]) => t));
        const told = Object.fromEntries(
          [...merged[entity]].map(([model, { slots, table }]) => [
            model.name,
            table === undefined ? slots : Object.fromEntries([...table].map(([k, v]) => [k, v])),
          ]),
        );
        expect(told).toEqual(plain);
      }
    }),
    { numRuns: 300 },
  );
});

interface PlainThing {
  readonly latency: number;
  readonly status: boolean;
  readonly color: number;
  readonly name: string | undefined;
}

function plainReading(things: readonly PlainThing[]): Record<string, unknown> {
  const numbers = things.filter((t) => !Number.isNaN(t.latency));
  const total = (list: readonly PlainThing[]) => list.reduce((sum, t) => sum + t.latency, 0);
  const table = (list: readonly PlainThing[], key: (t: PlainThing) => string | number, sums: (t: PlainThing) => number[]) => {
    const result: Record<string, number[]> = {};
    for (const t of list) result[key(t)] = sums(t).map((n, i) => n + (result[key(t)]?.[i] ?? 0));
    return result;
  };
  const good = numbers.filter((t) => t.status);
  const red = numbers.filter((t) => t.color === 0 && t.latency > 50);
  const other = numbers.filter((t) => t.color !== 0);
  const named = numbers.filter((t) => t.name !== undefined);
  const result: Record<string, unknown> = {};
  if (good.length > 0) result.avg = [total(good), good.length];
  if (things.length > 0) result.cpm = [things.length];
  if (things.length > 0) result.sla = [things.length, things.filter((t) => t.status).length];
  if (red.length > 0) result.red = [total(red)];
  if (other.length > 0) result.top = [Math.max(0, ...other.map((t) => t.latency))];
  if (numbers.length > 0) result.low = [Math.min(...numbers.map((t) => t.latency))];
  if (other.length > 0)
    result.pct = table(
      other,
      (t) => Math.trunc(t.latency / 10),
      () => [1],
    );
  if (named.length > 0)
    result.names = table(
      named,
      (t) => t.name!,
      (t) => [t.latency, 1],
    );
  return result;
}
