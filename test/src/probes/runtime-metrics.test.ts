import { describe, expect, it } from '@jest/globals';
import clrReceiver from '@skein/clr-receiver';
import { checkModule } from '@skein/core/testing';
import jvmReceiver from '@skein/jvm-receiver';
import { NamingToken, observations } from '@skein/telemetry';
import { MINUTE, type OfficialHost, officialHost } from './official-host.js';
import { reflectedEncoder } from './reflected-encoder.js';

const encodeJvm = reflectedEncoder('jvm/jvm.proto');
const encodeClr = reflectedEncoder('clr/clr.proto');
const JVM = '/skywalking.v3.JVMMetricReportService/collect';
const CLR = '/skywalking.v3.CLRMetricReportService/collect';
const NO_COMMANDS = [new Uint8Array(0)];
const WHO = { service: 'shop::web', serviceInstance: 'web-1' };
const ENTITY = { serviceName: 'shop::web', serviceInstanceName: 'web-1', normal: true };

const jvm = (...metrics: readonly object[]): Uint8Array => encodeJvm('JVMMetricCollection', { ...WHO, metrics });
const clr = (...metrics: readonly object[]): Uint8Array => encodeClr('CLRMetricCollection', { ...WHO, metrics });
const sizes = (used: number) => ({ init: 1, max: used * 4, used, committed: used * 2 });

/** Values by metric name; a metric without any is left out. */
async function all(host: OfficialHost, names: readonly string[], entity = ENTITY): Promise<Record<string, readonly number[]>> {
  const found: Record<string, readonly number[]> = {};
  for (const name of names) {
    const values = await host.values(name, entity);
    if (values.length > 0) found[name] = values;
  }
  return found;
}

const POOLS = [
  'code_cache',
  'newgen',
  'oldgen',
  'survivor',
  'permgen',
  'metaspace',
  'zheap',
  'compressed_class_space',
  'codeheap_non_nmethods',
  'codeheap_profiled_nmethods',
  'codeheap_non_profiled_nmethods',
];
const STATES = ['runnable', 'blocked', 'waiting', 'timed_waiting'];
const JVM_METRICS = [
  'instance_jvm_cpu',
  ...['heap', 'noheap', 'heap_max', 'noheap_max'].map((n) => `instance_jvm_memory_${n}`),
  ...POOLS.map((pool) => `instance_jvm_memory_pool_${pool}`),
  ...['young', 'old', 'normal'].flatMap((n) => [`instance_jvm_${n}_gc_time`, `instance_jvm_${n}_gc_count`]),
  ...['live', 'daemon', 'peak'].map((n) => `instance_jvm_thread_${n}_count`),
  ...STATES.map((state) => `instance_jvm_thread_${state}_state_thread_count`),
  ...['loaded', 'total_unloaded', 'total_loaded'].map((n) => `instance_jvm_class_${n}_class_count`),
];
const CLR_METRICS = [
  'instance_clr_cpu',
  ...[0, 1, 2].map((n) => `instance_clr_gen${n}_collect_count`),
  'instance_clr_heap_memory',
  ...['available', 'max'].flatMap((n) => [`instance_clr_${n}_completion_port_threads`, `instance_clr_${n}_worker_threads`]),
];

describe('JVM metrics', () => {
  it('give each of the 32 metrics its exact value', async () => {
    await using host = await officialHost([jvmReceiver]);
    const look = (time: number, cpu: number, factor: number) => ({
      time,
      cpu: { usagePercent: cpu },
      memory: [
        { isHeap: true, ...sizes(1000 * factor) },
        { isHeap: false, ...sizes(10 * factor) },
      ],
      memoryPool: POOLS.map((_, type) => ({ type, ...sizes((type + 1) * factor) })),
      gc: [0, 1, 2].map((phase) => ({ phase, count: phase + factor, time: 100 * (phase + 1) * factor })),
      thread: {
        liveCount: 10 * factor,
        daemonCount: 8 * factor,
        peakCount: 12 * factor,
        runnableStateThreadCount: factor,
        blockedStateThreadCount: 2 * factor,
        waitingStateThreadCount: 3 * factor,
        timedWaitingStateThreadCount: 4 * factor,
      },
      clazz: { loadedClassCount: 500 * factor, totalUnloadedClassCount: 5 * factor, totalLoadedClassCount: 505 * factor },
    });
    const reply = await host.kit.grpc(JVM, [jvm(look(MINUTE + 1000, 12.5, 1), look(MINUTE + 2000, 0.25, 3))]);
    expect(reply).toEqual(NO_COMMANDS);
    host.kit.assertBooks();

    expect(JVM_METRICS).toHaveLength(32);
    expect(await all(host, JVM_METRICS)).toEqual({
      // What is below 1 counts as 1: (12.5 + 1) / 2.
      instance_jvm_cpu: [6.75],
      instance_jvm_memory_heap: [2000],
      instance_jvm_memory_noheap: [20],
      instance_jvm_memory_heap_max: [8000],
      instance_jvm_memory_noheap_max: [80],
      ...Object.fromEntries(POOLS.map((pool, type) => [`instance_jvm_memory_pool_${pool}`, [2 * (type + 1)]])),
      instance_jvm_young_gc_time: [400],
      instance_jvm_young_gc_count: [4],
      instance_jvm_old_gc_time: [800],
      instance_jvm_old_gc_count: [6],
      instance_jvm_normal_gc_time: [1200],
      instance_jvm_normal_gc_count: [8],
      instance_jvm_thread_live_count: [20],
      instance_jvm_thread_daemon_count: [16],
      instance_jvm_thread_peak_count: [24],
      instance_jvm_thread_runnable_state_thread_count: [2],
      instance_jvm_thread_blocked_state_thread_count: [4],
      instance_jvm_thread_waiting_state_thread_count: [6],
      instance_jvm_thread_timed_waiting_state_thread_count: [8],
      instance_jvm_class_loaded_class_count: [1000],
      instance_jvm_class_total_unloaded_class_count: [10],
      instance_jvm_class_total_loaded_class_count: [1010],
    });
  });

  it('of older agents without a package: no threads and classes count as zeros, and lists that are empty as nothing', async () => {
    await using host = await officialHost([jvmReceiver]);
    await host.kit.grpc('/JVMMetricReportService/collect', [jvm({ time: MINUTE })]);
    expect(await all(host, JVM_METRICS)).toEqual({
      instance_jvm_cpu: [1],
      ...Object.fromEntries(JVM_METRICS.filter((n) => /_thread_|_class_.*_class_/.test(n)).map((n) => [n, [0]])),
    });
  });

  it('belong to the minute of each look, and make no service or instance appear', async () => {
    await using host = await officialHost([jvmReceiver]);
    await host.kit.grpc(JVM, [
      jvm({ time: MINUTE + 59_999, cpu: { usagePercent: 10 } }, { time: MINUTE + 60_000, cpu: { usagePercent: 20 } }, { time: 0 }),
    ]);
    expect(await host.values('instance_jvm_cpu', ENTITY)).toEqual([10, 20]);
    expect(await host.ask('{ listServices { name } }')).toEqual({ listServices: [] });
    host.kit.assertBooks();
  });

  it('are kept under names cut to their limits, as the instance itself is', async () => {
    await using host = await officialHost([jvmReceiver]);
    const message = encodeJvm('JVMMetricCollection', {
      service: 's'.repeat(500),
      serviceInstance: 'i'.repeat(500),
      metrics: [{ time: MINUTE, cpu: { usagePercent: 3 } }],
    });
    await host.kit.grpc(JVM, [message]);
    const entity = { serviceName: 's'.repeat(70), serviceInstanceName: 'i'.repeat(70), normal: true };
    expect(await host.values('instance_jvm_cpu', entity)).toEqual([3]);
  });

  it('leave out numbers that are none, and keep the rest of the look', async () => {
    await using host = await officialHost([jvmReceiver]);
    await host.kit.grpc(JVM, [
      jvm({ time: MINUTE, cpu: { usagePercent: Number.NaN }, thread: { liveCount: 7 } }, { time: MINUTE, cpu: { usagePercent: Infinity } }),
    ]);
    expect(await host.values('instance_jvm_cpu', ENTITY)).toEqual([]);
    expect(await host.values('instance_jvm_thread_live_count', ENTITY)).toEqual([3]);
  });

  it('read the processor from field 2, and pools and phases of later agents without harm', async () => {
    await using host = await officialHost([jvmReceiver]);
    // { metrics: [{ cpu: { 1: varint 9, 2: 5.0 }, memoryPool: [{ type: 99, used: 1 }], gc: [{ phase: 9, time: 1 }], 15: "x" }] }, by hand.
    const cpu = Buffer.from('0809110000000000001440', 'hex');
    const time = Buffer.from(encodeJvm('JVMMetric', { time: MINUTE }));
    const metric = Buffer.concat([
      time,
      field(2, cpu),
      field(4, Buffer.from('08632001', 'hex')),
      field(5, Buffer.from('08091801', 'hex')),
      field(15, Buffer.from('x')),
    ]);
    const who = Buffer.from(jvm());
    await host.kit.grpc(JVM, [Buffer.concat([field(1, metric), who])]);
    expect(await host.values('instance_jvm_cpu', ENTITY)).toEqual([5]);
    const rest = await all(
      host,
      JVM_METRICS.filter((n) => /_pool_|_gc_/.test(n)),
    );
    expect(rest).toEqual({});
  });
});

describe('CLR metrics', () => {
  it('give each of the 9 metrics its exact value, over both names of the service', async () => {
    await using host = await officialHost([clrReceiver]);
    const look = (time: number, cpu: number, factor: number) => ({
      time,
      cpu: { usagePercent: cpu },
      gc: { Gen0CollectCount: 5 * factor, Gen1CollectCount: 3 * factor, Gen2CollectCount: factor, HeapMemory: 1000 * factor },
      thread: {
        AvailableCompletionPortThreads: 10 * factor,
        AvailableWorkerThreads: 20 * factor,
        MaxCompletionPortThreads: 100,
        MaxWorkerThreads: 200,
      },
    });
    expect(await host.kit.grpc(CLR, [clr(look(MINUTE, 0.5, 1))])).toEqual(NO_COMMANDS);
    expect(await host.kit.grpc('/CLRMetricReportService/collect', [clr(look(MINUTE + 1, 2, 2))])).toEqual(NO_COMMANDS);
    host.kit.assertBooks();
    expect(CLR_METRICS).toHaveLength(9);
    expect(await all(host, CLR_METRICS)).toEqual({
      instance_clr_cpu: [1.25],
      instance_clr_gen0_collect_count: [15],
      instance_clr_gen1_collect_count: [9],
      instance_clr_gen2_collect_count: [3],
      instance_clr_heap_memory: [1500],
      instance_clr_available_completion_port_threads: [20],
      instance_clr_available_worker_threads: [40],
      instance_clr_max_completion_port_threads: [100],
      instance_clr_max_worker_threads: [200],
    });
  });

  it('that were not sent count as zeros', async () => {
    await using host = await officialHost([clrReceiver]);
    await host.kit.grpc(CLR, [clr({ time: MINUTE })]);
    expect(await all(host, CLR_METRICS)).toEqual(Object.fromEntries(CLR_METRICS.map((n) => [n, [0]])));
  });
});

describe('reports that are none', () => {
  it.each<[string, Buffer]>([
    ['truncated', Buffer.from(jvm({ time: MINUTE, memory: [{ used: 5 }] })).subarray(0, -12)],
    ['of 6.x agents, which name the instance by a number', Buffer.from([0x0a, 0x00, 0x10, 0x2a])],
    ['with a length past the end', Buffer.from([0x0a, 0xff, 0xff, 0x7f])],
    ['with a group', Buffer.from([0x0b])],
    ['with text where a number belongs', Buffer.from([0x0a, 0x02, 0x0a, 0x00])],
    ['of a million empty parts', Buffer.alloc(2_000_000, Buffer.from([0x0a, 0x00]))],
    ['of random bytes', Buffer.from('9f3c1d77aa00ff', 'hex')],
  ])('are refused and counted: %s', async (_what, message) => {
    await using host = await officialHost([jvmReceiver, clrReceiver]);
    for (const path of [JVM, CLR, '/JVMMetricReportService/collect', '/CLRMetricReportService/collect']) {
      await expect(host.kit.grpc(path, [message])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    }
    const skipped = host.kit.books().map((b) => [b.publisher, b.skipped]);
    expect(skipped).toEqual(
      expect.arrayContaining([
        ['jvm-receiver', { malformed: 2 }],
        ['clr-receiver', { malformed: 2 }],
      ]),
    );
    host.kit.assertBooks();
  });

  it('may be empty, which is a report of nothing', async () => {
    await using host = await officialHost([jvmReceiver, clrReceiver]);
    for (const path of [JVM, CLR]) expect(await host.kit.grpc(path, [new Uint8Array()])).toEqual(NO_COMMANDS);
    host.kit.assertBooks();
  });
});

describe('both modules', () => {
  const plain = (name: string): string => name;
  const services = [[NamingToken, { service: plain, instance: plain, endpoint: (_: string, name: string) => name }]] as const;
  it.each([
    [jvmReceiver, JVM, encodeJvm, 'JVMMetricCollection'],
    [clrReceiver, CLR, encodeClr, 'CLRMetricCollection'],
  ] as const)('keep the contract of modules (%#)', (module, path, encode, type) =>
    checkModule({
      module,
      services,
      inputs: {
        stream: observations,
        count: 100,
        send: (kit, n) => kit.grpc(path, [encode(type, { ...WHO, metrics: [{ time: MINUTE + n }] })]),
        read: ({ sources }) => sources[0]!.time - MINUTE,
      },
    }),
  );
});

/** A length-delimited field of less than 128 bytes. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
}
