import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CounterWindows, SampleFamilies } from './index.js';
import { metric, newContext, run, samples, show, T0 } from './mal.test.kit.js';

const SERVICE = ".service(['s'], Layer.GENERAL)";

describe('counters', () => {
  /** Runs an expression for samples of `x{s=a}` at seconds. */
  function series(exp: string, points: readonly (readonly [second: number, value: number])[], context = newContext()): readonly string[] {
    const m = metric(`x.${exp}${SERVICE}`);
    return points.map(([second, value]) => {
      const found = show(m.run(new SampleFamilies(samples(`x{s=a} ${value} @${second * 1_000}`)), context));
      return found.map((line) => line.slice(2)).join() || '-';
    });
  }

  it.each([
    [
      "increase('PT1M')",
      [
        [0, 100],
        [20, 110],
        [40, 125],
        [60, 140],
        [80, 160],
      ],
      ['-', '10', '25', '40', '50'],
    ],
    [
      "rate('PT1M')",
      [
        [0, 0],
        [20, 100],
        [60, 300],
        [80, 700],
      ],
      ['-', '5', '5', '10'],
    ],
    [
      'irate()',
      [
        [0, 0],
        [20, 100],
        [30, 300],
        [30.5, 900],
      ],
      ['-', '5', '20', '0'],
    ],
    [
      "increase('PT30S')",
      [
        [0, 0],
        [25, 5],
        [50, 10],
        [75, 20],
      ],
      ['-', '5', '5', '10'],
    ],
    // The closest one, the older of two.
    [
      "increase('PT1M')",
      [
        [0, 0],
        [40, 10],
        [80, 30],
      ],
      ['-', '10', '30'],
    ],
  ] as const)('%s of %j', (exp, points, expected) => {
    expect(series(exp, points)).toEqual(expected);
  });

  it('takes a lower value for a new beginning: nothing grows by less than 0', () => {
    expect(
      series("increase('PT1M')", [
        [0, 100],
        [20, 130],
        [40, 7],
        [60, 9],
      ]),
    ).toEqual(['-', '30', '37', '39']);
    expect(
      series('irate()', [
        [0, 1_000],
        [10, 50],
      ]),
    ).toEqual(['-', '5']);
  });

  it('has no result after a gap that is longer than three ranges, and goes on behind it', () => {
    expect(
      series("increase('PT1M')", [
        [0, 0],
        [60, 5],
        [600, 50],
        [660, 55],
      ]),
    ).toEqual(['-', '5', '-', '5']);
  });

  it('gives the same answer when the same sample comes again, and none for a late one', () => {
    const context = newContext();
    expect(
      series(
        "increase('PT1M')",
        [
          [0, 0],
          [20, 5],
          [20, 5],
          [10, 3],
          [40, 6],
        ],
        context,
      ),
    ).toEqual(['-', '5', '5', '-', '6']);
    expect(context.windows.late).toBe(1);
  });

  it('starts anew after a sample with a time far ahead', () => {
    expect(
      series("increase('PT1M')", [
        [0, 0],
        [9_000, 5],
        [20, 7],
        [40, 9],
      ]),
    ).toEqual(['-', '-', '-', '2']);
  });

  it('has no result for values that are not finite', () => {
    expect(run("(x / 0).increase('PT1M').service(['s'], Layer.GENERAL)", 'x{s=a} 1\nx{s=a} 2 @1000')).toEqual([]);
  });

  it('keeps series of other labels, names and places in rules apart', () => {
    const context = newContext();
    const both = metric(`(x.tagEqual('k','1').sum(['s']).increase('PT1M') + x.tagEqual('k','2').sum(['s']).increase('PT1M'))${SERVICE}`);
    const feed = (second: number, one: number, two: number): readonly string[] =>
      show(
        both.run(
          new SampleFamilies(
            samples(`x{s=a,k=1} ${one} @${second * 1e3}\nx{s=a,k=2} ${two} @${second * 1e3}\nx{s=b,k=1} 9 @${second * 1e3}`),
          ),
          context,
        ),
      );
    expect(feed(0, 10, 1_000)).toEqual([]);
    expect(feed(10, 11, 1_005)).toEqual(['a 6']);
    expect(context.windows.size).toBe(3);
  });

  it('shares a series between rules that compute the same', () => {
    const context = newContext();
    series(
      "increase('PT1M')",
      [
        [0, 0],
        [20, 5],
      ],
      context,
    );
    expect(series("increase('PT1M')", [[40, 9]], context)).toEqual(['9']);
    expect(context.windows.size).toBe(1);
  });

  it('never holds more series than its maximum, and counts those it forgot', () => {
    const windows = new CounterWindows({ maximum: 10 });
    const site = windows.site('x');
    for (let i = 0; i < 100; i++) {
      windows.grow(site, `series ${i}`, 60_000, 1, T0, T0);
      expect(windows.size).toBeLessThanOrEqual(10);
    }
    expect(windows.evicted + windows.size).toBe(100);
    expect(windows.grow(site, 'series 99', 60_000, 4, T0 + 1_000, T0)).toEqual({ increase: 3, elapsed: 1_000 });
  });

  it('forgets series that are not seen any more, and counts them', () => {
    const windows = new CounterWindows({ idle: 1_000 });
    const site = windows.site('x');
    windows.grow(site, 'gone', 60_000, 1, T0, T0);
    for (let i = 0; i <= 4; i++) windows.grow(site, 'seen', 60_000, i, T0 + i * 600, T0 + i * 600);
    expect(windows).toMatchObject({ size: 1, expired: 1, evicted: 0 });
    expect(windows.grow(site, 'seen', 60_000, 9, T0 + 3_000, T0 + 3_000)?.increase).toBe(9);
  });

  it('holds a bounded part of a series that comes very often, and is right to a few percent', () => {
    const windows = new CounterWindows();
    const site = windows.site('x');
    let last: { increase: number; elapsed: number } | undefined;
    for (let i = 0; i <= 20_000; i++) last = windows.grow(site, 'often', 60_000, i, T0 + i * 10, T0);
    expect(last!.elapsed).toBeGreaterThan(57_000);
    expect(last!.elapsed).toBeLessThan(63_000);
    expect(last!.increase).toBe(last!.elapsed / 10);
  });

  it('grows by what a counter was added to, whatever its restarts', () => {
    const steps = fc.array(fc.record({ wait: fc.integer({ min: 1, max: 50 }), add: fc.nat(1_000), restart: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const windows = new CounterWindows();
        const site = windows.site('x');
        let time = T0;
        let value = 5;
        windows.grow(site, 'c', 86_400_000, value, time, time);
        let total = 0;
        for (const { wait, add, restart } of list) {
          time += wait * 1_000;
          // A restart is seen only if the counter is then lower than before.
          const next = restart && add < value ? add : value + add;
          total += next < value ? next : next - value;
          value = next;
          expect(windows.grow(site, 'c', 86_400_000, value, time, time)).toEqual({ increase: total, elapsed: time - T0 });
        }
      }),
    );
  });
});
