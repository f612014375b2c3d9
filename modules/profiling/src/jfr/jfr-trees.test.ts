import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ProfileError } from '../stacks/profile-error.js';
import { paths } from '../stacks/stack-paths.test.helper.js';
import { javaName } from './jfr-names.js';
import { jfrTrees } from './jfr-trees.js';
import { JfrWriter } from './jfr-writer.test.helper.js';

// Some tests do much, and machines may be busy.
jest.setTimeout(30_000);

const fixture = (name: string): Buffer => gunzipSync(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
const recording = fixture('load.jfr.gz');

/** An event as the JDK's own reader printed it. */
interface PrintedEvent {
  readonly type: string;
  readonly duration?: string;
  readonly tlabSize?: number;
  readonly allocationSize?: number;
  readonly weight?: number;
  readonly class?: string;
  readonly frames?: ReadonlyArray<readonly [owner: string, method: string, line: number]>;
}
const printed = JSON.parse(fixture('load.jfr.json.gz').toString()) as readonly PrintedEvent[];

/** Totals by path, made of what the JDK printed. */
function expected(types: readonly string[], amount: (event: PrintedEvent) => number): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const event of printed.filter(({ type }) => types.includes(type))) {
    const frames = (event.frames ?? []).map(([owner, method, line]) => `${javaName(owner)}.${method}${line > 0 ? `:${line}` : ''}`);
    const path = ['all', ...frames.reverse(), ...(event.class === undefined ? [] : [javaName(event.class)])];
    for (let depth = 1; depth <= path.length; depth++) {
      const key = path.slice(0, depth).join(' > ');
      totals.set(key, (totals.get(key) ?? 0) + amount(event));
    }
  }
  return totals;
}

describe('a recording of a JDK', () => {
  const trees = jfrTrees(recording);

  it('counts samples by stack, as the reader of the JDK has them', () => {
    expect(paths(trees.get('EXECUTION_SAMPLE')!)).toEqual(expected(['jdk.ExecutionSample', 'jdk.NativeMethodSample'], () => 1));
  });

  it('adds up allocated bytes by stack and class', () => {
    expect(paths(trees.get('OBJECT_ALLOCATION_IN_NEW_TLAB')!)).toEqual(expected(['jdk.ObjectAllocationInNewTLAB'], (e) => e.tlabSize!));
    expect(paths(trees.get('OBJECT_ALLOCATION_OUTSIDE_TLAB')!)).toEqual(
      expected(['jdk.ObjectAllocationOutsideTLAB', 'jdk.ObjectAllocationSample'], (e) => e.allocationSize ?? e.weight!),
    );
  });

  it('adds up nanoseconds of waiting for monitors and in park', () => {
    const nanos = ({ duration }: PrintedEvent): number => Math.trunc(Number(/^PT([\d.]+)S$/.exec(duration!)![1]) * 1e9);
    const lock = paths(trees.get('LOCK')!);
    const wanted = expected(['jdk.JavaMonitorEnter', 'jdk.ThreadPark'], nanos);
    expect([...lock.keys()].sort()).toEqual([...wanted.keys()].sort());
    // What is printed is rounded to nanoseconds in another way than here.
    for (const [path, total] of wanted) expect(Math.abs(lock.get(path)! - total)).toBeLessThanOrEqual(1000);
  });

  it('has no tree for what was not recorded', () => expect(trees.has('PROFILER_LIVE_OBJECT')).toBe(false));
});

describe('events of async-profiler', () => {
  const file = (): JfrWriter => {
    const writer = new JfrWriter();
    writer.frameTypes(['Interpreted', 'JIT compiled', 'Inlined', 'Native', 'C++', 'Kernel', 'C1 compiled']);
    return writer;
  };

  it('counts samples of a wall clock by how many they stand for, and names native frames without a class', () => {
    const writer = file();
    const stack = writer.stack([
      ['', '__poll', 0, 3],
      ['com/shop/Cart', 'total', 17, 1],
      ['com/shop/Main', 'main', 0, 0],
    ]);
    writer.event('profiler.WallClockSample', { stackTrace: stack, samples: 5 });
    writer.event('jdk.ExecutionSample', { stackTrace: stack });
    expect(paths(jfrTrees(writer.finish()).get('EXECUTION_SAMPLE')!)).toEqual(
      new Map([
        ['all', 6],
        ['all > com.shop.Main.main', 6],
        ['all > com.shop.Main.main > com.shop.Cart.total:17', 6],
        ['all > com.shop.Main.main > com.shop.Cart.total:17 > __poll', 6],
      ]),
    );
  });

  it('adds up live objects, and reads chunks one after another with keys of their own', () => {
    const chunk = (method: string, size: number): Buffer => {
      const writer = file();
      const stack = writer.stack([['a/B', method, 1, 1]]);
      writer.event('profiler.LiveObject', { stackTrace: stack, objectClass: writer.class('[[Ljava/lang/String;'), allocationSize: size });
      return writer.finish();
    };
    expect(paths(jfrTrees(Buffer.concat([chunk('x', 100), chunk('y', 7), chunk('x', 1)])).get('PROFILER_LIVE_OBJECT')!)).toEqual(
      new Map([
        ['all', 108],
        ['all > a.B.x:1', 101],
        ['all > a.B.x:1 > java.lang.String[][]', 101],
        ['all > a.B.y:1', 7],
        ['all > a.B.y:1 > java.lang.String[][]', 7],
      ]),
    );
  });

  it('turns ticks of waiting into nanoseconds', () => {
    const writer = file();
    writer.ticksPerSecond = 1000n;
    const stack = writer.stack([['a/B', 'wait', 0, 1]]);
    writer.event('jdk.JavaMonitorEnter', { stackTrace: stack, monitorClass: writer.class('a/Lock'), duration: 3 });
    expect(paths(jfrTrees(writer.finish()).get('LOCK')!).get('all > a.B.wait > a.Lock')).toBe(3_000_000);
  });

  it('keeps the 4096 innermost frames of a deeper stack', () => {
    const writer = file();
    writer.event('jdk.ExecutionSample', { stackTrace: writer.stack(Array.from({ length: 10_000 }, (_, i) => ['a/B', `m${i}`, 0, 1])) });
    expect(jfrTrees(writer.finish()).get('EXECUTION_SAMPLE')!.size).toBe(4097);
  });
});

describe('hostile files', () => {
  const changed = (change: (file: Buffer) => unknown) => (file: Buffer) => {
    change(file);
    return file;
  };
  it.each<[string, (file: Buffer) => Buffer, RegExp]>([
    ['nothing', () => Buffer.alloc(0), /JFR: truncated header of a chunk at byte 0/],
    ['another format', () => Buffer.from('PK\u0003\u0004'.padEnd(100)), /expected "FLR" at byte 0/],
    ['a file that is cut', (f) => f.subarray(0, f.length - 1), /JFR: a chunk of \d+ bytes at byte 8/],
    ['rubbish behind the last chunk', (f) => Buffer.concat([f, Buffer.alloc(70)]), /expected "FLR" at byte \d+/],
    ['integers that are not compressed', changed((f) => f.writeUInt32BE(0, 64)), /not compressed at byte 64/],
    ['metadata outside', changed((f) => f.writeBigInt64BE(1n << 40n, 24)), /metadata at 1099511627776/],
    ['no ticks', changed((f) => f.writeBigInt64BE(0n, 56)), /0 ticks a second at byte 56/],
    ['an event of no bytes', changed((f) => f.writeUInt8(0, 68)), /an event of 0 bytes at byte 68/],
  ])('refuses %s and says where', (_what, change, message) => {
    expect(() => jfrTrees(change(Buffer.from(recording)))).toThrow(message);
  });

  it('refuses classes that hold themselves, and lists of values that take no bytes', () => {
    const cyclic = new JfrWriter();
    cyclic.describe('a.Loop', [['next', 'a.Loop']]);
    cyclic.pool('a.Loop', [[1, Buffer.alloc(0)]]);
    expect(() => jfrTrees(cyclic.finish())).toThrow(/JFR: class \d+ holds itself at byte \d+/);
    const empty = new JfrWriter();
    empty.describe('a.Empty', []);
    empty.describe('a.List', [['all', 'a.Empty', 'array']]);
    empty.pool('a.List', [[1, Buffer.from([5])]]);
    empty.pool('java.lang.Class', [[1, Buffer.alloc(20)]]);
    expect(() => jfrTrees(empty.finish())).toThrow(/values without fields/);
  });

  it('survives any change of some bytes: a tree or an error with its place', () => {
    const small = new JfrWriter();
    const stack = small.stack([['a/B', 'm', 1, 1]]);
    small.event('jdk.ExecutionSample', { stackTrace: stack });
    small.event('profiler.LiveObject', { stackTrace: stack, objectClass: small.class('a/C'), allocationSize: 9 });
    const seeds = [small.finish(), recording];
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(fc.nat(1), fc.array(change, { minLength: 1, maxLength: 12 }), fc.option(fc.nat()), (which, changes, cut) => {
        const bytes = Buffer.from(seeds[which]!);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          jfrTrees(cut === null ? bytes : bytes.subarray(0, cut % bytes.length));
        } catch (error) {
          expect(error).toBeInstanceOf(ProfileError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
