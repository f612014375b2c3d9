import { describe, expect, it, jest } from '@jest/globals';
import { checkModule, createTestHost, TestClock } from '@skein/core/testing';
import { skywalking } from '@skein/proto';
import { decodeProfilingData, skywalking as ebpf, MAX_PARTS } from '@skein/proto/ebpf';
import { type LimitedReads, LimitedReadsToken, MetadataQueryToken, TimeQueryToken } from '@skein/query/contract';
import { NamingToken, observations, ProcessModel } from '@skein/telemetry';
import { checkModel, type Storage, StorageToken } from '@skein/telemetry/storage';
import fc from 'fast-check';
import { CachedDocuments } from './cached-documents.js';
import ebpfProfiling from './module.js';
import { TriggeredTaskModel } from './policies/triggered-tasks.js';
import { merged } from './stacks/stack-analysis.js';
import { ScheduleModel, StackModel } from './stacks/stack-models.js';
import { stackPages } from './stacks/stack-pages.js';
import { StackReader } from './stacks/stack-reader.js';
import { MAX_NODES, type Stack, StackForest } from './stacks/stack-tree.js';

// Property tests take a while where many tests run.
jest.setTimeout(60_000);

const v3 = ebpf.v3;
const naming = { service: (n: string) => n, instance: (n: string) => n, endpoint: (_: string, n: string) => n };
const broken = { entities: failing, allEntities: failing, records: failing, documents: failing };
const services = [
  [NamingToken, naming] as const,
  [StorageToken, { traits: { retention: { records: 1000 } }, ...broken }] as const,
  [LimitedReadsToken, broken] as const,
  [MetadataQueryToken, {}] as const,
  [TimeQueryToken, {}] as const,
];
async function failing(): Promise<never> {
  throw new Error('the disk is gone');
}

it('keeps the contract of modules', () =>
  checkModule({
    module: ebpfProfiling,
    services,
    inputs: {
      stream: observations,
      count: 100,
      send: (kit, n) =>
        kit.grpc('/skywalking.v3.EBPFProcessService/reportProcesses', [
          v3.EBPFProcessReportList.encode({ processes: [{ hostProcess: { entity: { processName: String(n) } } }] }).finish(),
        ]),
      read: ({ entities }) => Number(entities.find(({ model }) => model === ProcessModel)!.row.name),
    },
  }));

it('has sound models', () => {
  expect([ScheduleModel, StackModel, TriggeredTaskModel].map(checkModel)).toEqual([undefined, undefined, undefined]);
});

it('answers polls with nothing while the storage cannot be read, and says so once', async () => {
  const logged: string[] = [];
  const ignore = (): void => undefined;
  const logger = { debug: ignore, info: ignore, error: ignore, warn: (message: string) => void logged.push(message) };
  await using kit = await createTestHost({ modules: [ebpfProfiling], services, logger });
  const tasks = v3.EBPFProfilingTaskQuery.encode({ roverInstanceId: 'rover' }).finish();
  const policies = v3.ContinuousProfilingPolicyQuery.encode({ policies: [{ serviceName: 'shop' }] }).finish();
  for (let i = 0; i < 3; i++) {
    const replies = [
      await kit.grpc('/skywalking.v3.EBPFProfilingService/queryTasks', [tasks]),
      await kit.grpc('/skywalking.v3.ContinuousProfilingService/queryPolicies', [policies]),
    ];
    for (const [reply] of replies) expect(skywalking.v3.Commands.decode(reply!).commands).toEqual([]);
  }
  expect(logged).toEqual(['eBPF agents get no tasks for now: the storage cannot be read']);
});

describe('merged stacks', () => {
  const functions = fc.array(fc.constantFrom('a', 'b', 'c', '__proto__', ''), { maxLength: 4 });
  const sample = fc.record({ stack: fc.record({ kernel: functions, user: functions }), value: fc.nat(1000) });
  const callersFirst = ({ kernel, user }: Stack): readonly (readonly string[])[] => [
    ...user.map((name) => [name, 'USER_SPACE']).reverse(),
    ...kernel.map((name) => [name, 'KERNEL_SPACE']).reverse(),
  ];
  const treesOf = (samples: readonly { stack: Stack; value: number }[]) => {
    const forest = new StackForest();
    for (const { stack, value } of samples) forest.add(stack, value);
    return forest.trees();
  };

  it('are the same in whatever order they come', () => {
    const shuffled = fc
      .array(sample, { maxLength: 30 })
      .chain((samples) => fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length })));
    fc.assert(fc.property(shuffled, ([samples, others]) => expect(treesOf(others)).toEqual(treesOf(samples))));
  });

  it('count in each function what its stacks count, which is what a look at every stack finds', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
        const paths = new Map<string, number>();
        for (const { stack, value } of samples) {
          const called = callersFirst(stack);
          for (let depth = 1; depth <= called.length; depth++) {
            const path = JSON.stringify(called.slice(0, depth));
            paths.set(path, (paths.get(path) ?? 0) + value);
          }
        }
        const found = new Map<string, number>();
        for (const elements of treesOf(samples)) {
          const above = new Map<string, readonly (readonly string[])[]>([['0', []]]);
          elements.forEach(({ id, parentId, symbol: name, stackType, dumpCount }, at) => {
            expect(id).toBe(String(at + 1));
            const path = [...above.get(parentId)!, [name, stackType]];
            above.set(id, path);
            expect(found.has(JSON.stringify(path))).toBe(false);
            found.set(JSON.stringify(path), dumpCount);
          });
        }
        expect(found).toEqual(paths);
      }),
    );
  });

  it('leave out stacks for whose functions there is no room, whole, and go on with known ones', () => {
    const forest = new StackForest();
    const stack = (callersFirst: readonly string[]): Stack => ({ kernel: [], user: [...callersFirst].reverse() });
    const deep = Array.from({ length: MAX_NODES - 1 }, (_, i) => `f${i}`);
    forest.add(stack(deep), 1);
    forest.add(stack(['f0', 'new', 'newer']), 1);
    expect(forest.leftOut).toBe(1);
    forest.add(stack(['f0', 'new']), 1);
    forest.add(stack(['f0', 'f1']), 5);
    forest.add(stack(['one more']), 5);
    expect(forest.leftOut).toBe(2);
    const [tree, ...others] = forest.trees();
    expect(others).toEqual([]);
    expect(tree!.slice(0, 3).map(({ symbol: name, dumpCount }) => [name, dumpCount])).toEqual([
      ['f0', 7],
      ['f1', 6],
      ['new', 1],
    ]);
    expect(tree).toHaveLength(MAX_NODES);
  });
});

it('joins ranges of time so that each instant of any of them is in just one', () => {
  const range = fc.record({ start: fc.integer({ min: 0, max: 30 }), end: fc.integer({ min: 0, max: 30 }) });
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const joined = merged(ranges);
      for (let at = -1; at <= 32; at++) {
        const wanted = ranges.some(({ start, end }) => start <= at && at <= end);
        expect(joined.filter(({ from, to }) => from <= at && at < to)).toHaveLength(wanted ? 1 : 0);
      }
    }),
  );
});

it('reads every stack of a range once, whatever the size of pages and however many are of one instant', async () => {
  const times = fc.array(fc.nat(6), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (sent, size) => {
      const stored = sent.map((uploadTime, n) => ({ uploadTime, n })).sort((a, b) => b.uploadTime - a.uploadTime);
      const records: LimitedReads['records'] = async ({ range, offset, limit }) =>
        stored.filter(({ uploadTime }) => uploadTime >= range.from && uploadTime < range.to).slice(offset, offset + limit);
      const found: unknown[] = [];
      for await (const page of stackPages({ records }, { schedules: ['s'], range: { from: 1, to: 6 }, size })) {
        expect(page.length).toBeLessThanOrEqual(size);
        found.push(...page);
      }
      expect(found).toEqual(stored.filter(({ uploadTime }) => uploadTime >= 1 && uploadTime < 6));
    }),
  );
});

describe('cached documents', () => {
  function rig() {
    const clock = new TestClock();
    const reads: ((value: unknown) => void)[] = [];
    const storage = {
      documents: () => new Promise((resolve) => reads.push((value) => resolve([{ kind: 'k', id: 'x', value, version: 1 }]))),
    } as unknown as Storage;
    return { clock, reads, cache: new CachedDocuments<unknown>(storage, 'k', clock, 1000) };
  }
  const x = async (all: Promise<ReadonlyMap<string, unknown>>) => (await all).get('x');

  it('are read once for all who ask at the same time, and again when they are too old', async () => {
    const { clock, reads, cache } = rig();
    const both = [x(cache.all()), x(cache.all())];
    expect(reads).toHaveLength(1);
    reads[0]!(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    await clock.advance(999);
    expect(await x(cache.all())).toBe(1);
    await clock.advance(1);
    const again = x(cache.all());
    reads[1]!(2);
    expect(await again).toBe(2);
  });

  it('do not keep what was read before a change made here', async () => {
    const { reads, cache } = rig();
    const before = x(cache.all());
    cache.changed();
    const after = x(cache.all());
    expect(reads).toHaveLength(2);
    reads[1]!('new');
    expect(await after).toBe('new');
    reads[0]!('old');
    expect(await before).toBe('old');
    expect(await x(cache.all())).toBe('new');
  });
});

describe('hostile messages', () => {
  const field = (number: number, bytes: Uint8Array): Buffer => {
    const length: number[] = [];
    for (let left = bytes.length; ; left >>>= 7) {
      if (left < 128) {
        length.push(left);
        break;
      }
      length.push((left & 127) | 128);
    }
    return Buffer.concat([Buffer.of((number << 3) | 2, ...length), bytes]);
  };
  const many = (number: number, count: number): Buffer => Buffer.concat(Array<Buffer>(count).fill(Buffer.of((number << 3) | 2, 0)));

  it('of more parts than a message can have are refused before they become objects', () => {
    const problem = `EBPFProfilingData of more than ${MAX_PARTS} parts`;
    expect(() => decodeProfilingData(field(2, many(1, MAX_PARTS)))).toThrow(problem);
    expect(() => decodeProfilingData(field(3, field(1, many(3, MAX_PARTS))))).toThrow(problem);
    expect(decodeProfilingData(field(2, many(1, MAX_PARTS - 1))).onCPU!.stacks).toHaveLength(MAX_PARTS - 1);
  });

  it('end in an error or in rows that fit, whatever was done to them', () => {
    const good = v3.EBPFProfilingData.encode({
      task: { taskId: 't', processId: 'p', profilingStartTime: 1, currentTime: 2 },
      onCPU: { stacks: [{ stackType: 1, stackId: 1, stackSymbols: ['a', 'b'] }], dumpCount: 1 },
    }).finish();
    const edit = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255), end: fc.nat(good.length) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
        let bytes = Buffer.from(good);
        for (const { at, byte, end } of edits) {
          bytes[at % bytes.length] = byte;
          bytes = bytes.subarray(0, Math.max(1, end));
        }
        try {
          for (const { entities, records } of new StackReader(() => undefined).read(bytes)) {
            for (const { row } of entities) for (const value of Object.values(row)) expect(['string', 'number']).toContain(typeof value);
            for (const { row } of records) expect(row.data).toBeInstanceOf(Uint8Array);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
