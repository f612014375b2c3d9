import { describe, expect, it, jest } from '@jest/globals';
import { TEST_START, type TestHost } from '@skein/core/testing';
import { instanceId, observations, processId, serviceId } from '@skein/telemetry';
import {
  CONTINUOUS,
  commandsOf,
  encodeContinuous,
  encodeLogs,
  encodeProcess,
  encodeProfiling,
  entityOf,
  host,
  instance,
  LOGS,
  PROFILING,
  report,
  service,
  sha256,
  skipped,
  start,
  tasks,
} from './ebpf-rover.js';
import type { OfficialHost } from './official-host.js';

// Each test starts a host of its own, which takes a while where many tests run.
jest.setTimeout(60_000);

const KERNEL = 0;
const USER = 1;
/** Callees first, as agents send them. */
const kernel = (...stackSymbols: string[]) => ({ stackType: KERNEL, stackId: 1, stackSymbols });
const user = (...stackSymbols: string[]) => ({ stackType: USER, stackId: 2, stackSymbols });
const onCPU = (dumpCount: number, ...stacks: object[]) => ({ onCPU: { stacks, dumpCount } });
const offCPU = (switchCount: number, duration: number, ...stacks: object[]) => ({ offCPU: { stacks, switchCount, duration } });
const run = (currentTime: number, more: object = {}) => ({
  task: { taskId: 'task-1', processId: processId(instance, 'java'), profilingStartTime: TEST_START, currentTime, ...more },
});
const stack = (fields: object): Uint8Array => encodeProfiling('EBPFProfilingData', fields);
const collect = (kit: TestHost, ...messages: readonly object[]) => kit.grpc(`${PROFILING}/collectProfilingData`, messages.map(stack));

interface Schedule {
  readonly scheduleId: string;
}
const schedulesOf = async (h: OfficialHost, task = 'task-1') =>
  (
    await h.ask<{ queryEBPFProfilingSchedules: Schedule[] }>(
      `query ($t: ID!) { queryEBPFProfilingSchedules(taskId: $t) { scheduleId taskId startTime endTime process { id name serviceName } } }`,
      { t: task },
    )
  ).queryEBPFProfilingSchedules;

interface Analysis {
  readonly tip: string | null;
  readonly trees: readonly { readonly elements: readonly Readonly<Record<string, unknown>>[] }[];
}
const ALL_TIME = [{ start: 0, end: 2 ** 52 }];
const analyse = async (h: OfficialHost, aggregateType?: string, timeRanges: readonly object[] = ALL_TIME, schedules?: readonly string[]) =>
  (
    await h.ask<{ analysisEBPFProfilingResult: Analysis }>(
      `query ($s: [ID!]!, $r: [EBPFProfilingAnalyzeTimeRange!]!, $a: EBPFProfilingAnalyzeAggregateType) {
        analysisEBPFProfilingResult(scheduleIdList: $s, timeRanges: $r, aggregateType: $a) {
          tip trees { elements { id parentId symbol stackType dumpCount } } } }`,
      { s: schedules ?? (await schedulesOf(h)).map(({ scheduleId }) => scheduleId), r: timeRanges, a: aggregateType },
    )
  ).analysisEBPFProfilingResult;
/** `symbol count` by level of the tree, so that a test can say a tree in one line. */
function drawn({ trees }: Analysis): readonly string[] {
  return trees.flatMap(({ elements }) => {
    const depth = new Map<unknown, number>([['0', -1]]);
    return elements.map(({ id, parentId, symbol, dumpCount }) => {
      depth.set(id, depth.get(parentId)! + 1);
      return `${'-'.repeat(depth.get(id)!)}${symbol} ${dumpCount}`;
    });
  });
}

describe('stacks', () => {
  it('on the CPU become trees with the callers of the process at the root and the kernel at the leaves', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('java'))]);
    const reply = await collect(
      h.kit,
      { ...run(TEST_START), ...onCPU(3, user('read', 'main'), kernel('vfs_read', 'sys_read')) },
      onCPU(2, kernel('vfs_write', 'sys_write'), user('read', 'main')),
      { ...run(TEST_START + 500), ...onCPU(1, user('main')) },
      onCPU(4, user('gc')),
    );
    expect(reply).toEqual([new Uint8Array(0)]);
    expect(await analyse(h)).toEqual({
      tip: null,
      trees: [
        {
          elements: [
            { id: '1', parentId: '0', symbol: 'main', stackType: 'USER_SPACE', dumpCount: 6 },
            { id: '2', parentId: '1', symbol: 'read', stackType: 'USER_SPACE', dumpCount: 5 },
            { id: '3', parentId: '2', symbol: 'sys_read', stackType: 'KERNEL_SPACE', dumpCount: 3 },
            { id: '4', parentId: '2', symbol: 'sys_write', stackType: 'KERNEL_SPACE', dumpCount: 2 },
            { id: '5', parentId: '3', symbol: 'vfs_read', stackType: 'KERNEL_SPACE', dumpCount: 3 },
            { id: '6', parentId: '4', symbol: 'vfs_write', stackType: 'KERNEL_SPACE', dumpCount: 2 },
          ],
        },
        { elements: [{ id: '1', parentId: '0', symbol: 'gc', stackType: 'USER_SPACE', dumpCount: 4 }] },
      ],
    });
    h.kit.assertBooks();
  });

  it('off the CPU count switches or nanoseconds, as is asked', async () => {
    await using h = await start();
    await collect(
      h.kit,
      { ...run(TEST_START), ...offCPU(3, 5_000_000_000, user('lock', 'main')) },
      offCPU(10, 1000, user('sleep', 'main')),
    );
    expect(drawn(await analyse(h, 'DURATION'))).toEqual(['main 5000001000', '-lock 5000000000', '-sleep 1000']);
    expect(drawn(await analyse(h, 'COUNT'))).toEqual(['main 13', '-sleep 10', '-lock 3']);
    expect(drawn(await analyse(h))).toEqual(drawn(await analyse(h, 'COUNT')));
  });

  it('are of one run for each task, process and start, which grows with what is sent', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('java'))]);
    await collect(h.kit, { ...run(TEST_START + 1000), ...onCPU(1, user('a')) }, { ...run(TEST_START + 3000), ...onCPU(1, user('a')) });
    await collect(h.kit, { ...run(TEST_START + 2000), ...onCPU(1, user('a')) });
    await collect(h.kit, { ...run(TEST_START + 9000, { processId: 'gone' }), ...onCPU(7, user('a')) });
    await collect(h.kit, { ...run(TEST_START + 9000, { taskId: 'task-2' }), ...onCPU(9, user('a')) });
    const java = processId(instance, 'java');
    const times = { startTime: TEST_START, taskId: 'task-1' };
    expect(await schedulesOf(h)).toEqual(
      expect.arrayContaining([
        {
          ...times,
          scheduleId: sha256(`task-1_${java}_${TEST_START}`),
          endTime: TEST_START + 3000,
          process: { id: java, name: 'java', serviceName: 'shop::web' },
        },
        {
          ...times,
          scheduleId: sha256(`task-1_gone_${TEST_START}`),
          endTime: TEST_START + 9000,
          process: { id: 'gone', name: 'UNKNOWN', serviceName: '' },
        },
      ]),
    );
    expect(await schedulesOf(h)).toHaveLength(2);
    expect(await schedulesOf(h, 'none')).toEqual([]);
    expect(drawn(await analyse(h))).toEqual(['a 10']);
    expect(drawn(await analyse(h, 'COUNT', ALL_TIME, [sha256(`task-1_gone_${TEST_START}`)]))).toEqual(['a 7']);
  });

  it('are taken from ranges that include both ends, each stack once however ranges overlap', async () => {
    await using h = await start();
    const at = (ms: number, count: number) => ({ ...run(TEST_START + ms), ...onCPU(count, user('a')) });
    await collect(h.kit, at(0, 1), at(100, 10), at(200, 100), at(300, 1000));
    const range = (start: number, end: number) => ({ start: TEST_START + start, end: TEST_START + end });
    const sum = async (...ranges: object[]) => (await analyse(h, 'COUNT', ranges)).trees[0]?.elements[0]?.dumpCount;
    expect([await sum(range(100, 200)), await sum(range(101, 200)), await sum(range(100, 100)), await sum(range(101, 199))]).toEqual([
      110,
      100,
      10,
      undefined,
    ]);
    expect(await sum(range(0, 150), range(50, 200), range(300, 400), range(200, 100))).toBe(1111);
    expect(await analyse(h, 'COUNT', [])).toEqual({ tip: 'there are no stacks in these time ranges', trees: [] });
    expect(await analyse(h, 'COUNT', ALL_TIME, ['x'])).toEqual({ tip: 'there are no stacks in these time ranges', trees: [] });
    await expect(analyse(h, 'COUNT', ALL_TIME, Array(1001).fill('x'))).rejects.toThrow('at most 1000 schedules');
  });

  it('are all found, many of them of one instant', async () => {
    await using h = await start();
    const messages = Array.from({ length: 1300 }, (_, i) => ({
      ...run(TEST_START + Math.floor(i / 650) + Number(i > 1000)),
      ...onCPU(1, user(`f${i % 7}`, 'main')),
    }));
    await collect(h.kit, ...messages);
    const [{ elements } = { elements: [] }] = (await analyse(h)).trees;
    expect(elements.map(({ symbol, dumpCount }) => [symbol, dumpCount])).toEqual([
      ['main', 1300],
      ...[186, 186, 186, 186, 186, 185, 185].map((count, i) => [`f${i}`, count]),
    ]);
  });

  it('that are malformed are counted, and the others of the stream are kept', async () => {
    await using h = await start();
    const good = stack({ ...run(TEST_START), ...onCPU(1, user('a')) });
    const call = h.kit.grpc(`${PROFILING}/collectProfilingData`, [
      stack(onCPU(1, user('early'))),
      good,
      good.subarray(0, -1),
      stack(run(TEST_START)),
      stack(onCPU(2, user('b'))),
    ]);
    await expect(call).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: '3 of 5 messages are malformed: the first message does not say which task its stacks are of',
    });
    expect(drawn(await analyse(h))).toEqual(['b 2', 'a 1']);
    expect(skipped(h.kit)).toEqual({ malformed: 3 });
    h.kit.assertBooks();
  });

  it('that say nothing or too much are left out with a reason; of several of a kind the last counts', async () => {
    await using h = await start();
    await collect(
      h.kit,
      { ...run(TEST_START), ...onCPU(1) },
      onCPU(1, user()),
      onCPU(1, user('x'.repeat(200_000))),
      onCPU(5, { stackType: 9, stackSymbols: ['odd'] }, user('first'), user('last')),
      onCPU(-3, user('negative')),
      onCPU(1, user(...Array.from({ length: 5000 }, (_, i) => `deep${i}`))),
    );
    const { trees } = await analyse(h);
    expect(drawn({ tip: null, trees: trees.slice(0, 1) })).toEqual(['last 5']);
    expect(trees.map(({ elements }) => elements.length)).toEqual([1, 5000, 1]);
    expect(skipped(h.kit)).toEqual({ 'empty-stack': 2, 'stack-too-large': 1 });
    h.kit.assertBooks();
  });
});

const ITEM = { type: 'PROCESS_CPU', threshold: '80', period: 10, count: 5 };
const setPolicy = async (h: OfficialHost, targets: readonly object[], of = service) =>
  (
    await h.ask<{ set: object }>(
      `mutation ($r: ContinuousProfilingPolicyCreation!) { set: setContinuousProfilingPolicy(request: $r) { status errorReason } }`,
      { r: { serviceId: of, targets } },
    )
  ).set;
const policyPoll = async (kit: TestHost, ...policies: readonly object[]) =>
  commandsOf(await kit.grpc(`${CONTINUOUS}/queryPolicies`, [encodeContinuous('ContinuousProfilingPolicyQuery', { policies })]));
const sent = async (kit: TestHost, ...policies: readonly object[]) => {
  const [command, ...others] = await policyPoll(kit, ...policies);
  expect(others).toEqual([]);
  return command && JSON.parse(command.args.ServiceWithPolicyJSON!);
};
const triggered = (fields: object): Uint8Array =>
  encodeContinuous('ContinuousProfilingReport', {
    ...{ layer: 'OS_LINUX', serviceName: 'shop::web', instanceName: 'web-1', processName: 'java', duration: 60 },
    ...fields,
  });
const trigger = async (kit: TestHost, fields: object): Promise<string> => {
  const [command] = commandsOf(await kit.grpc(`${CONTINUOUS}/reportProfilingTask`, [triggered(fields)]));
  expect(command!.command).toBe('ContinuousProfilingReportTask');
  return command!.args.TaskId!;
};

describe('policies of continuous profiling', () => {
  it('are sent to agents that have another one, in one command for all services', async () => {
    await using h = await start();
    const http = { type: 'HTTP_ERROR_RATE', threshold: '1', period: 60, count: 60, uriList: ['/a', '/b'], uriRegex: null };
    expect(await policyPoll(h.kit, { serviceName: 'shop::web' }, { serviceName: 'other' })).toEqual([]);
    expect(
      await setPolicy(h, [
        { targetType: 'ON_CPU', checkItems: [ITEM] },
        { targetType: 'NETWORK', checkItems: [http] },
      ]),
    ).toEqual({ status: true, errorReason: null });
    expect(await setPolicy(h, [], serviceId('empty', true))).toEqual({ status: true, errorReason: null });
    const asked = [{ serviceName: 'shop::web' }, { serviceName: 'other', uuid: 'old' }, { serviceName: 'empty' }, { serviceName: 'new' }];
    const json = await sent(h.kit, ...asked);
    const uuid = expect.stringMatching(/^[0-9a-f]{128}$/);
    expect(json).toEqual([
      {
        ServiceName: 'shop::web',
        UUID: uuid,
        Profiling: {
          ON_CPU: { PROCESS_CPU: { Threshold: '80', Period: 10, Count: 5 } },
          NETWORK: { HTTP_ERROR_RATE: { Threshold: '1', Period: 60, Count: 60, URIList: ['/a', '/b'] } },
        },
      },
      { ServiceName: 'other', UUID: '' },
      { ServiceName: 'empty', UUID: uuid, Profiling: {} },
    ]);
    expect(await policyPoll(h.kit, { serviceName: 'shop::web', uuid: json[0].UUID })).toEqual([]);
    await expect(h.kit.grpc(`${CONTINUOUS}/queryPolicies`, [Uint8Array.of(10, 9)])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
  });

  it('have a digest of what they say, in whatever order they say it', async () => {
    await using h = await start();
    const load = { type: 'SYSTEM_LOAD', threshold: '5', period: 10, count: 5 };
    const uuids: string[] = [];
    for (const targets of [
      [
        { targetType: 'ON_CPU', checkItems: [ITEM, load] },
        { targetType: 'OFF_CPU', checkItems: [ITEM] },
      ],
      [
        { targetType: 'OFF_CPU', checkItems: [ITEM] },
        { targetType: 'ON_CPU', checkItems: [load, ITEM] },
      ],
      [
        { targetType: 'OFF_CPU', checkItems: [ITEM] },
        { targetType: 'ON_CPU', checkItems: [load, { ...ITEM, count: 6 }] },
      ],
    ]) {
      await setPolicy(h, targets);
      uuids.push((await sent(h.kit, { serviceName: 'shop::web', uuid: 'none' }))[0].UUID);
    }
    expect(uuids[1]).toBe(uuids[0]);
    expect(uuids[2]).not.toBe(uuids[0]);
  });

  it('are refused when they make no sense, and what was stays', async () => {
    await using h = await start();
    const on = (...checkItems: object[]) => ({ targetType: 'ON_CPU', checkItems });
    const refusals: [targets: readonly object[], reason: string][] = [
      [[on(), on()], 'the target ON_CPU is there twice'],
      [[on(ITEM, ITEM)], 'ON_CPU: PROCESS_CPU is there twice'],
      [[on({ ...ITEM, period: 0 })], 'ON_CPU: PROCESS_CPU: the period must be at least 1 s'],
      [[on({ ...ITEM, count: 0 })], 'ON_CPU: PROCESS_CPU: the count must be at least 1'],
      [[on({ ...ITEM, count: 11 })], 'ON_CPU: PROCESS_CPU: the count must not be above the period, 10'],
      [[on({ ...ITEM, threshold: '101' })], 'ON_CPU: PROCESS_CPU: the threshold must not be above 100 percent'],
      [[on({ ...ITEM, threshold: '0' })], 'ON_CPU: PROCESS_CPU: the threshold must be above 0'],
      [[on({ ...ITEM, threshold: '1.5' })], 'ON_CPU: PROCESS_CPU: the threshold must be a whole number (got "1.5")'],
      [[on({ ...ITEM, threshold: '' })], 'ON_CPU: PROCESS_CPU: the threshold must be a whole number (got "")'],
      [
        [on({ ...ITEM, type: 'HTTP_ERROR_RATE', threshold: '101' })],
        'ON_CPU: HTTP_ERROR_RATE: the threshold must not be above 100 percent',
      ],
      [[on({ ...ITEM, type: 'SYSTEM_LOAD', threshold: '-1' })], 'ON_CPU: SYSTEM_LOAD: the threshold must be above 0'],
      [[on({ ...ITEM, uriList: Array(101).fill('/') })], 'ON_CPU: PROCESS_CPU: at most 100 URIs can be given'],
      [[on({ ...ITEM, uriRegex: 'x'.repeat(1001) })], 'ON_CPU: PROCESS_CPU: a URI has more than 1000 characters'],
    ];
    for (const [targets, errorReason] of refusals) expect(await setPolicy(h, targets)).toEqual({ status: false, errorReason });
    expect(await setPolicy(h, [], 'x')).toEqual({ status: false, errorReason: '"x" is not the id of a service' });
    expect(await policyPoll(h.kit, { serviceName: 'shop::web' })).toEqual([]);
    expect(await setPolicy(h, [on({ ...ITEM, threshold: '100' }, { ...ITEM, type: 'PROCESS_THREAD_COUNT', threshold: '101' })])).toEqual({
      status: true,
      errorReason: null,
    });
  });

  it('that another server changes are seen when the cache is that old', async () => {
    await using h = await start({ policyCache: '60s', taskCache: '5s' });
    const { StorageToken } = await import('@skein/telemetry/storage');
    const storage = h.kit.get(StorageToken);
    expect(await policyPoll(h.kit, { serviceName: 'shop::web' })).toEqual([]);
    await storage.put({ kind: 'ebpf-continuous-policy', id: service, value: { uuid: 'theirs', targets: [] } });
    await h.kit.clock.advance(59_000);
    expect(await policyPoll(h.kit, { serviceName: 'shop::web' })).toEqual([]);
    await h.kit.clock.advance(1000);
    expect(await sent(h.kit, { serviceName: 'shop::web' })).toEqual([{ ServiceName: 'shop::web', UUID: 'theirs', Profiling: {} }]);
  });
});

describe('tasks that agents begin by themselves', () => {
  const single = { type: 0, singleValue: { threshold: 80, current: 85.127 } };

  it('have an id for their data, and the causes in words and in hundredths', async () => {
    await using h = await start();
    const id = await trigger(h.kit, {
      causes: [
        single,
        { type: 1, singleValue: { threshold: 100, current: 150.9 } },
        { type: 2, singleValue: { threshold: 5, current: Number.POSITIVE_INFINITY } },
        { type: 3, uri: { path: '/a', threshold: 1, current: 2.5 } },
        { type: 4, uri: { regex: '', threshold: 0.29, current: Number.NaN } },
      ],
      onCPU: {},
    });
    const uri = { uriRegex: null, uriPath: null };
    expect(await tasks(h, { service, trigger: 'CONTINUOUS_PROFILING' })).toEqual([
      {
        taskId: id,
        serviceId: service,
        serviceName: 'shop::web',
        serviceInstanceId: instance,
        serviceInstanceName: 'web-1',
        processLabels: [],
        processId: processId(instance, 'java'),
        processName: 'java',
        taskStartTime: TEST_START,
        triggerType: 'CONTINUOUS_PROFILING',
        fixedTriggerDuration: 60,
        targetType: 'ON_CPU',
        createTime: TEST_START,
        continuousProfilingCauses: [
          {
            type: 'PROCESS_CPU',
            message: 'PROCESS_CPU: current 85.13% >= threshold 80.00%',
            singleValue: { threshold: 8000, current: 8513 },
            uri: null,
          },
          {
            type: 'PROCESS_THREAD_COUNT',
            message: 'PROCESS_THREAD_COUNT: current 150 >= threshold 100',
            singleValue: { threshold: 10_000, current: 15_090 },
            uri: null,
          },
          {
            type: 'SYSTEM_LOAD',
            message: 'SYSTEM_LOAD: current Infinity >= threshold 5',
            singleValue: { threshold: 500, current: Number.MAX_SAFE_INTEGER },
            uri: null,
          },
          {
            type: 'HTTP_ERROR_RATE',
            message: 'HTTP_ERROR_RATE: current 2.50% >= threshold 1.00% on /a',
            singleValue: null,
            uri: { ...uri, uriPath: '/a', threshold: 100, current: 250 },
          },
          {
            type: 'HTTP_AVG_RESPONSE_TIME',
            message: 'HTTP_AVG_RESPONSE_TIME: current NaNms >= threshold 0.29ms',
            singleValue: null,
            uri: { ...uri, uriRegex: '', threshold: 29, current: 0 },
          },
        ],
      },
    ]);
    expect(await tasks(h, { service })).toEqual([]);
    h.kit.assertBooks();
  });

  it('are refused without a target, with an unknown monitor, or with a URI that is none', async () => {
    await using h = await start();
    const refused = async (fields: object, message: string) =>
      expect(h.kit.grpc(`${CONTINUOUS}/reportProfilingTask`, [triggered(fields)])).rejects.toMatchObject({
        status: 'INVALID_ARGUMENT',
        message: `the message is malformed: ${message}`,
      });
    await refused({ causes: [single] }, 'the report does not say what is profiled');
    await refused({ causes: [{ type: 5, singleValue: {} }], onCPU: {} }, 'there is no monitor type 5');
    await refused({ causes: [{ type: 3, uri: { threshold: 1 } }], offCPU: {} }, 'a cause has neither the path nor the pattern of its URI');
    expect(skipped(h.kit)).toEqual({ malformed: 3 });
    h.kit.assertBooks();
  });

  it('are counted for the policy, for instances and for processes, over two days', async () => {
    await using h = await start();
    await report(h.kit, [host(entityOf('java', ['l'])), host(entityOf('go')), host(entityOf('far', [], { instanceName: 'web-2' }))]);
    await h.kit.grpc('/skywalking.v3.EBPFProcessService/keepAlive', [
      encodeProcess('EBPFProcessPingPkgList', { processes: [{ entityMetadata: entityOf('go') }] }),
    ]);
    await setPolicy(h, [
      { targetType: 'ON_CPU', checkItems: [{ ...ITEM, uriRegex: '/x' }] },
      { targetType: 'NETWORK', checkItems: [ITEM] },
    ]);
    await trigger(h.kit, { onCPU: {} });
    await h.kit.clock.advance(1000);
    await trigger(h.kit, { onCPU: {} });
    await trigger(h.kit, { processName: 'go', onCPU: {} });
    await trigger(h.kit, { offCPU: {} });
    await trigger(h.kit, { network: { samplingURIRegexes: ['/a'] } });
    const ask = () =>
      h.ask<Record<string, unknown>>(`{
        targets: queryContinuousProfilingServiceTargets(serviceId: "${service}") {
          type triggeredCount lastTriggerTimestamp checkItems { type threshold period count uriList uriRegex } }
        none: queryContinuousProfilingServiceTargets(serviceId: "x") { type }
        instances: queryContinuousProfilingMonitoringInstances(serviceId: "${service}", target: ON_CPU) {
          id name attributes { name } triggeredCount lastTriggerTimestamp
          processes { id name detectType labels triggeredCount lastTriggerTimestamp } } }`);
    const item = { ...ITEM, uriList: null, uriRegex: null };
    const never = { triggeredCount: 0, lastTriggerTimestamp: null };
    const last = TEST_START + 1000;
    const processes = (counts: readonly [number, number | null]) => [
      {
        id: processId(instance, 'go'),
        name: 'go',
        detectType: 'VM',
        labels: [],
        triggeredCount: counts[0] && 1,
        lastTriggerTimestamp: counts[1],
      },
      {
        id: processId(instance, 'java'),
        name: 'java',
        detectType: 'VM',
        labels: ['l'],
        triggeredCount: counts[0],
        lastTriggerTimestamp: counts[1],
      },
    ];
    const other = instanceId(service, 'web-2');
    const far = {
      ...{ id: other, name: 'web-2', attributes: [], ...never },
      processes: [{ id: processId(other, 'far'), name: 'far', detectType: 'VM', labels: [], ...never }],
    };
    expect(await ask()).toEqual({
      targets: [
        { type: 'ON_CPU', triggeredCount: 3, lastTriggerTimestamp: last, checkItems: [{ ...item, uriRegex: '/x' }] },
        { type: 'NETWORK', triggeredCount: 1, lastTriggerTimestamp: last, checkItems: [item] },
      ],
      none: [],
      instances: expect.arrayContaining([
        far,
        { id: instance, name: 'web-1', attributes: [], triggeredCount: 3, lastTriggerTimestamp: last, processes: processes([2, last]) },
      ]),
    });
    await h.kit.clock.advance(49 * 3_600_000);
    expect(await ask()).toMatchObject({ targets: [{ ...never }, { ...never }] });
  });
});

describe('access logs', () => {
  const log = { kernelLogs: [{ connect: { success: true } }, { close: {} }], protocolLog: { http: { request: { path: '/' } } } };

  it('are taken and counted, and not analysed', async () => {
    await using h = await start();
    const messages = [{ node: { name: 'n' }, connection: { role: 1 } }, log, { kernelLogs: log.kernelLogs }];
    const reply = await h.kit.grpc(
      LOGS,
      messages.map((fields) => encodeLogs('EBPFAccessLogMessage', fields)),
    );
    expect(reply).toEqual([new Uint8Array(0)]);
    expect(skipped(h.kit)).toEqual({ 'not-analysed': 5 });
    expect(h.kit.books().find(({ publisher }) => publisher === 'ebpf-profiling')).toMatchObject({ stream: observations.id, received: 5 });
    h.kit.assertBooks();
  });

  it('that are malformed are counted, and end the call with an error', async () => {
    await using h = await start();
    const bytes = encodeLogs('EBPFAccessLogMessage', log);
    await expect(h.kit.grpc(LOGS, [bytes.subarray(0, -1), bytes, Uint8Array.of(0)])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(skipped(h.kit)).toEqual({ 'not-analysed': 3, malformed: 2 });
  });
});
