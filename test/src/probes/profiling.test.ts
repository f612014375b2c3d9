import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import aggregation from '@skein/aggregation';
import { defineModule } from '@skein/core';
import { createHost } from '@skein/core/host';
import { createTestHost, TEST_START, type TestHost } from '@skein/core/testing';
import grpcServer from '@skein/grpc-server';
import { GrpcAddressesToken } from '@skein/grpc-server/contract';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import naming from '@skein/naming';
import profiling from '@skein/profiling';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import storageLevel from '@skein/storage-level';
import storageMemory from '@skein/storage-memory';
import { instanceId, observations, serviceId } from '@skein/telemetry';
import { type RecordModel, type Storage, StorageToken } from '@skein/telemetry/storage';
import traceAnalyzer from '@skein/trace-analyzer';
import traceReceiver from '@skein/trace-receiver';
import protobuf from 'protobufjs';
import { GraphqlClient } from '../support/graphql-client.js';

// Some tests do much, and machines may be busy.
jest.setTimeout(30_000);

const here = dirname(fileURLToPath(import.meta.url));
const PROTO = join(here, '../../../proto');
const FIXTURES = join(here, '../../../modules/profiling/fixtures');
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith('common/') ? join(PROTO, 'skywalking', target) : target);
root.loadSync([
  ...['trace-profile', 'async-profiler', 'pprof'].map((name) => join(PROTO, 'profiling/profile', `${name}.proto`)),
  join(PROTO, 'skywalking/language-agent/tracing.proto'),
]);
const encode = (type: string, fields: object): Uint8Array => {
  const message = root.lookupType(`skywalking.${type}`);
  return message.encode(message.fromObject(fields)).finish();
};

const SERVICE = serviceId('shop', true);
const INSTANCE = instanceId(SERVICE, 'shop-1');
const OTHER = instanceId(SERVICE, 'shop-2');
const AGENT = { service: 'shop', serviceInstance: 'shop-1' };
const PROFILE = '/skywalking.v3.ProfileTask';
const ASYNC = '/skywalking.v10.AsyncProfilerTask';
const PPROF = '/skywalking.v10.PprofTask';
const MINUTE = 60_000;
const jfr = gunzipSync(readFileSync(join(FIXTURES, 'load.jfr.gz')));
const wall = readFileSync(join(FIXTURES, 'wall.pprof.gz'));

/** Where files are kept. Only names and fields count. */
const contentModel = (name: string): RecordModel => ({
  kind: 'record',
  name,
  version: 1,
  ttl: 'records',
  fields: { uploadTime: { type: 'instant' }, data: { type: 'bytes' } },
  time: 'uploadTime',
  filter: [],
  body: 'data',
});
const PROFILING_CONTENT = { async: contentModel('jfr_profiling_content'), pprof: contentModel('pprof_profiling_content') };

const kits: TestHost[] = [];
afterEach(async () => {
  for (const kit of kits.splice(0)) await kit[Symbol.asyncDispose]();
});

/** The same storage for several hosts, each of which only borrows it. */
const shared = (storage: Storage) =>
  defineModule({
    name: 'shared-storage',
    provides: [StorageToken],
    activate: ({ provide }) =>
      provide(
        StorageToken,
        new Proxy(storage, {
          get: (target, name) => {
            if (name === 'traits') return { ...target.traits, writers: 'many' };
            if (name === 'open') return async () => [];
            const member = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        }),
      ),
  });

async function start(
  config: object = {},
  storage: Parameters<typeof createTestHost>[0]['modules'][number] = storageMemory,
  storageConfig: object = {},
) {
  const kit = await createTestHost({
    modules: [storage, naming, aggregation, traceReceiver, traceAnalyzer, query, queryGraphql, profiling],
    config: { aggregation: { window: 0 }, profiling: config, [storage.name]: storageConfig },
  });
  kits.push(kit);
  return kit;
}

async function ask<T = Record<string, unknown>>(kit: TestHost, document: string, variables: object = {}): Promise<T> {
  const reply = await kit.http('/graphql', { body: { query: document, variables } });
  const { data, errors } = JSON.parse(String(reply.body));
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data as T;
}

interface Created {
  readonly code?: string;
  readonly errorReason: string | null;
  readonly id: string | null;
}
const createProfile = async (kit: TestHost, fields: object = {}): Promise<Created> => {
  const creationRequest = {
    serviceId: SERVICE,
    endpointName: '/buy',
    duration: 5,
    minDurationThreshold: 100,
    dumpPeriod: 10,
    maxSamplingCount: 5,
    ...fields,
  };
  const document = 'mutation ($r: ProfileTaskCreationRequest) { created: createProfileTask(creationRequest: $r) { errorReason id } }';
  return (await ask<{ created: Created }>(kit, document, { r: creationRequest })).created;
};
const createAsync = async (kit: TestHost, fields: object = {}): Promise<Created> => {
  const document =
    'mutation ($r: AsyncProfilerTaskCreationRequest!) { created: createAsyncProfilerTask(asyncProfilerTaskCreationRequest: $r) { code errorReason id } }';
  const r = {
    serviceId: SERVICE,
    serviceInstanceIds: [INSTANCE],
    duration: 20,
    events: ['CPU', 'ALLOC'],
    execArgs: 'interval=1ms',
    ...fields,
  };
  return (await ask<{ created: Created }>(kit, document, { r })).created;
};
const createPprof = async (kit: TestHost, fields: object = {}): Promise<Created> => {
  const document =
    'mutation ($r: PprofTaskCreationRequest!) { created: createPprofTask(pprofTaskCreationRequest: $r) { code errorReason id } }';
  const r = { serviceId: SERVICE, serviceInstanceIds: [INSTANCE], duration: 1, events: 'CPU', ...fields };
  return (await ask<{ created: Created }>(kit, document, { r })).created;
};

interface Command {
  readonly command: string;
  readonly args: ReadonlyArray<{ readonly key: string; readonly value: string }>;
}
async function poll(kit: TestHost, path: string, type: string, fields: object = {}): Promise<readonly Command[]> {
  const [reply] = await kit.grpc(path, [encode(type, { ...AGENT, lastCommandTime: -1, ...fields })]);
  const commands = root.lookupType('skywalking.v3.Commands');
  return (commands.toObject(commands.decode(reply!)).commands ?? []) as readonly Command[];
}
const pollProfile = (kit: TestHost, fields?: object, service = PROFILE) =>
  poll(kit, `${service}/getProfileTaskCommands`, 'v3.ProfileTaskCommandQuery', fields);
const pollAsync = (kit: TestHost, fields?: object) =>
  poll(kit, `${ASYNC}/getAsyncProfilerTaskCommands`, 'v10.AsyncProfilerTaskCommandQuery', fields);
const pollPprof = (kit: TestHost, fields?: object) => poll(kit, `${PPROF}/getPprofTaskCommands`, 'v10.PprofTaskCommandQuery', fields);
const args = ({ args: list }: Command) => list.slice(1).map(({ key, value }) => [key, value]);
const skipped = (kit: TestHost) =>
  kit.books().find(({ publisher, stream }) => publisher === 'profiling' && stream === observations.id)?.skipped;

it('serves every method that agents know, whatever is sent to it', async () => {
  const kit = await start();
  const paths = [
    ...['getProfileTaskCommands', 'collectSnapshot', 'goProfileReport', 'reportTaskFinish'].map((method) => `${PROFILE}/${method}`),
    ...['getProfileTaskCommands', 'collectSnapshot', 'reportTaskFinish'].map((method) => `/ProfileTask/${method}`),
    ...['collect', 'getAsyncProfilerTaskCommands'].map((method) => `${ASYNC}/${method}`),
    ...['collect', 'getPprofTaskCommands'].map((method) => `${PPROF}/${method}`),
  ];
  for (const path of paths) {
    for (const message of [Buffer.alloc(0), Buffer.from([0xff]), Buffer.from([0x0a, 200])]) {
      const status = await kit.grpc(path, [message]).then(
        () => 'OK',
        (error: { status: string }) => error.status,
      );
      expect([path, ['OK', 'INVALID_ARGUMENT'].includes(status) || status]).toEqual([path, true]);
      if (path.endsWith('Commands')) expect([path, status]).toEqual([path, 'OK']);
    }
  }
  kit.assertBooks();
});

describe('tasks of trace profiling', () => {
  it('are given to agents with the names and keys of the protocol, a new serial number each time', async () => {
    const kit = await start();
    const { id } = await createProfile(kit);
    expect(id).toBe(`${TEST_START}_${SERVICE}`);
    const [first] = await pollProfile(kit);
    const [second] = await pollProfile(kit, {}, '/ProfileTask');
    expect(first!.command).toBe('ProfileTaskQuery');
    expect(first!.args[0]!.key).toBe('SerialNumber');
    expect(first!.args[0]!.value).toMatch(/^[0-9a-f-]{36}$/);
    expect(second!.args[0]!.value).not.toBe(first!.args[0]!.value);
    expect(args(first!)).toEqual([
      ['TaskId', id],
      ['EndpointName', '/buy'],
      ['Duration', '5'],
      ['MinDurationThreshold', '100'],
      ['DumpPeriod', '10'],
      ['MaxSamplingCount', '5'],
      ['StartTime', String(TEST_START)],
      ['CreateTime', String(TEST_START)],
    ]);
    expect(args(second!)).toEqual(args(first!));
  });

  it('are given only while they run, to agents that do not know them yet; every question is answered', async () => {
    const kit = await start();
    await createProfile(kit);
    expect(await pollProfile(kit, { lastCommandTime: TEST_START })).toEqual([]);
    expect(await pollProfile(kit, { service: 'other' })).toEqual([]);
    expect(await kit.grpc(`${PROFILE}/getProfileTaskCommands`, [Buffer.from([0xff])])).toEqual([new Uint8Array(0)]);
    expect(await pollProfile(kit)).toHaveLength(1);
    await kit.clock.set(TEST_START + 5 * MINUTE + 1);
    expect(await pollProfile(kit)).toEqual([]);
  });

  it('have a log: told once, finished when the agent says so', async () => {
    const kit = await start();
    const { id } = await createProfile(kit);
    for (let i = 0; i < 3; i++) await pollProfile(kit);
    await pollProfile(kit, { serviceInstance: 'shop-2' });
    await kit.clock.advance(1000);
    for (const service of [PROFILE, '/ProfileTask']) {
      await kit.grpc(`${service}/reportTaskFinish`, [encode('v3.ProfileTaskFinishReport', { ...AGENT, taskId: id })]);
      await kit.clock.advance(1);
    }
    await kit.grpc(`${PROFILE}/reportTaskFinish`, [encode('v3.ProfileTaskFinishReport', { ...AGENT, taskId: 'none' })]);
    const logs = '{ instanceId instanceName operationType operationTime }';
    const { list, one } = await ask<Record<'list' | 'one', readonly { logs?: unknown }[]>>(
      kit,
      `query ($id: String) { list: getProfileTaskList(serviceId: "${SERVICE}") { id serviceName endpointName startTime duration logs ${logs} } one: getProfileTaskLogs(taskID: $id) ${logs} }`,
      { id },
    );
    const finished = (at: number) => ({
      instanceId: INSTANCE,
      instanceName: 'shop-1',
      operationType: 'EXECUTION_FINISHED',
      operationTime: at,
    });
    const wanted = [
      { instanceId: INSTANCE, instanceName: 'shop-1', operationType: 'NOTIFIED', operationTime: TEST_START },
      { instanceId: OTHER, instanceName: 'shop-2', operationType: 'NOTIFIED', operationTime: TEST_START },
      finished(TEST_START + 1000),
      finished(TEST_START + 1001),
    ];
    expect(one).toEqual(wanted);
    expect(list).toEqual([{ id, serviceName: 'shop', endpointName: '/buy', startTime: TEST_START, duration: 5, logs: wanted }]);
    expect(skipped(kit)).toEqual({ 'unknown-task': 1 });
    kit.assertBooks();
  });

  it('are refused with a reason when their numbers or names are out of bounds', async () => {
    const kit = await start();
    const cases: readonly (readonly [fields: object, reason: RegExp])[] = [
      [{ serviceId: 'shop' }, /serviceId/],
      [{ endpointName: ' ' }, /endpointName/],
      [{ duration: 0 }, /duration must be 1 to 15/],
      [{ duration: 16 }, /duration must be 1 to 15/],
      [{ minDurationThreshold: -1 }, /minDurationThreshold/],
      [{ dumpPeriod: 9 }, /dumpPeriod must be 10/],
      [{ maxSamplingCount: 0 }, /maxSamplingCount must be 1 to 9/],
      [{ maxSamplingCount: 10 }, /maxSamplingCount must be 1 to 9/],
      [{ startTime: TEST_START - 6 * MINUTE }, /over already/],
    ];
    for (const [fields, reason] of cases) {
      expect(await createProfile(kit, fields)).toEqual({ errorReason: expect.stringMatching(reason), id: null });
    }
    expect(await pollProfile(kit)).toEqual([]);
    expect(
      (await createProfile(kit, { duration: 15, dumpPeriod: 10, maxSamplingCount: 9, minDurationThreshold: 0 })).errorReason,
    ).toBeNull();
  });

  it('do not run at the same time for one service, however many ask at once', async () => {
    const kit = await start();
    const created = await Promise.all(Array.from({ length: 10 }, () => createProfile(kit)));
    expect(created.filter(({ id }) => id !== null)).toHaveLength(1);
    expect(created.find(({ id }) => id === null)!.errorReason).toMatch(/already/);
    expect((await createProfile(kit, { serviceId: serviceId('other', true) })).id).not.toBeNull();
    expect((await createProfile(kit, { startTime: TEST_START + 6 * MINUTE })).id).not.toBeNull();
    await kit.clock.set(TEST_START + 20 * MINUTE);
    expect((await createProfile(kit)).id).not.toBeNull();
    const { all } = await ask<{ all: readonly { startTime: number }[] }>(kit, '{ all: getProfileTaskList { startTime } }');
    // Latest created first.
    expect(all.map(({ startTime }) => (startTime - TEST_START) / MINUTE)).toEqual([20, 6, 0, 0]);
  });

  it('are seen by every server of a storage within seconds, also after a restart, and forgotten after the retention', async () => {
    const first = await start();
    const storage = first.get(StorageToken);
    const second = await start({}, shared(storage));
    // Neither server knows what the other one does, yet only one task comes of it.
    const created = await Promise.all([createProfile(first), createProfile(second), createProfile(first), createProfile(second)]);
    const [{ id }, ...more] = created.filter((outcome) => outcome.id !== null) as [Created];
    expect(more).toEqual([]);
    await createProfile(first, { serviceId: serviceId('other', true) });
    expect(await pollProfile(second, { service: 'other' })).toEqual([]);
    await second.clock.advance(2000);
    expect(await pollProfile(second, { service: 'other' })).toHaveLength(1);
    for (const server of [first, second]) expect(args((await pollProfile(server))[0]!)[0]).toEqual(['TaskId', id]);
    expect((await createProfile(second)).errorReason).toMatch(/already/);
    const restarted = await start({}, shared(storage));
    expect(await pollProfile(restarted)).toHaveLength(1);
    await first.clock.set(TEST_START + 4 * 86_400_000);
    expect(await ask(first, '{ all: getProfileTaskList { id } }')).toEqual({ all: [] });
  });
});

/** A dump of a thread; `at`: ms after the start of the test. */
const snapshot = (taskId: string, segmentId: string, sequence: number, at: number, frames: readonly string[]): Uint8Array =>
  encode('v3.ThreadSnapshot', { taskId, traceSegmentId: segmentId, time: TEST_START + at, sequence, stack: { codeSignatures: frames } });

const analyze = async (kit: TestHost, queries: ReadonlyArray<readonly [segmentId: string, from: number, to: number]>) => {
  const { analysis } = await ask<{ analysis: { tip: string | null; trees: readonly { elements: readonly Record<string, unknown>[] }[] } }>(
    kit,
    `query ($q: [SegmentProfileAnalyzeQuery!]!) { analysis: getSegmentsProfileAnalyze(queries: $q) {
      tip trees { elements { id parentId codeSignature duration durationChildExcluded count } } } }`,
    { q: queries.map(([segmentId, from, to]) => ({ segmentId, timeRange: { start: TEST_START + from, end: TEST_START + to } })) },
  );
  const trees = analysis.trees.map(({ elements }) =>
    elements.map((e) => [e.id, e.parentId, e.codeSignature, e.duration, e.durationChildExcluded, e.count]),
  );
  return { tip: analysis.tip, trees };
};

describe('snapshots of threads', () => {
  // run -> a -> b in dumps 0 to 2 and 4; run -> a -> c in dump 3; another root in dump 5; then another segment.
  const dumps = [
    snapshot('t', 's', 0, 0, ['run', 'a', 'b']),
    snapshot('t', 's', 1, 10, ['run', 'a', 'b']),
    snapshot('t', 's', 2, 25, ['run', 'a', 'b', 'd']),
    snapshot('t', 's', 3, 30, ['run', 'a', 'c']),
    snapshot('t', 's', 4, 42, ['run', 'a', 'b']),
    snapshot('t', 's', 5, 50, ['other', 'a']),
    snapshot('t', 's2', 0, 7, ['run', 'a']),
    snapshot('t', 's2', 1, 17, ['run']),
  ];
  async function withDumps() {
    const kit = await start();
    // Out of order and one of them twice, as agents and networks do.
    for (const messages of [
      [dumps[4]!, dumps[3]!, dumps[0]!, dumps[1]!],
      [dumps[2]!, dumps[1]!, ...dumps.slice(5)],
    ]) {
      expect(await kit.grpc(`${PROFILE}/collectSnapshot`, messages)).toEqual([new Uint8Array(0)]);
    }
    return kit;
  }

  it('become a tree for each outermost frame; time counts between dumps that follow one another', async () => {
    const kit = await withDumps();
    expect(await analyze(kit, [['s', 0, 1000]])).toEqual({
      tip: null,
      trees: [
        [
          ['1', '0', 'run', 42, 0, 5],
          ['2', '1', 'a', 42, 17, 5],
          // 0 to 25; dump 3 does not show it, so dump 4 begins anew.
          ['3', '2', 'b', 25, 25, 4],
          ['4', '2', 'c', 0, 0, 1],
          ['5', '3', 'd', 0, 0, 1],
        ],
        [
          ['1', '0', 'other', 0, 0, 1],
          ['2', '1', 'a', 0, 0, 1],
        ],
      ],
    });
    kit.assertBooks();
  });

  it('are chosen by time, both ends inclusive; overlapping ranges count once, and segments do not run into one another', async () => {
    const kit = await withDumps();
    const partly = [
      ['1', '0', 'run', 25, 0, 5],
      ['2', '1', 'a', 15, 0, 4],
      ['3', '2', 'b', 15, 15, 2],
      ['4', '3', 'd', 0, 0, 1],
    ];
    const ranges = [
      ['s', 10, 25],
      ['s', 20, 25],
      ['s2', 0, 100],
    ] as const;
    expect((await analyze(kit, ranges)).trees).toEqual([
      partly.map((row) => (row[2] === 'run' ? ['1', '0', 'run', 25, 10, 4] : row[2] === 'a' ? ['2', '1', 'a', 15, 0, 3] : row)),
    ]);
    expect(
      await analyze(kit, [
        ['s', 100, 200],
        ['none', 0, 9],
      ]),
    ).toEqual({ tip: 'no snapshots were found', trees: [] });
    expect(await analyze(kit, [])).toEqual({ tip: 'no snapshots were found', trees: [] });
  });

  it('over the compat service, and no more than the limit in an analysis', async () => {
    const kit = await start({ maxSnapshots: 100 });
    const many = Array.from({ length: 150 }, (_, i) => snapshot('t', 's', i, i, ['run']));
    await kit.grpc('/ProfileTask/collectSnapshot', many);
    const { tip, trees } = await analyze(kit, [['s', 0, 1000]]);
    expect(tip).toMatch(/more snapshots than could be analysed \(at most 100\)/);
    expect(trees[0]![0]![5]).toBe(100);
  });

  it('that are broken are refused and counted, the others stored', async () => {
    const kit = await start();
    const broken = [
      Buffer.from([0x0a, 9]),
      encode('v3.ThreadSnapshot', { taskId: 't', time: 1, sequence: 0 }),
      encode('v3.ThreadSnapshot', { taskId: 't', traceSegmentId: 's', time: TEST_START, sequence: -1 }),
      Buffer.concat([snapshot('t', 's', 7, 0, []).subarray(0, -2), Buffer.from([0x2a, 2, 0x08, 1])]),
      snapshot('t', 's', 8, 0, ['x'.repeat(1_100_000)]),
    ];
    await expect(kit.grpc(`${PROFILE}/collectSnapshot`, [...broken, dumps[0]!])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(skipped(kit)).toEqual({ malformed: 5 });
    expect((await analyze(kit, [['s', 0, 10]])).trees[0]![0]).toEqual(['1', '0', 'run', 0, 0, 1]);
    kit.assertBooks();
  });
});

describe('segments of a profile task', () => {
  const span = (spanId: number, fields: object = {}) => ({
    spanId,
    parentSpanId: spanId - 1,
    startTime: TEST_START + 10 * spanId,
    endTime: TEST_START + 500,
    operationName: spanId === 0 ? '/buy' : `step ${spanId}`,
    spanType: spanId === 0 ? 0 : 2,
    ...fields,
  });
  const segment = (traceId: string, traceSegmentId: string, spans: readonly object[], fields: object = {}) =>
    encode('v3.SegmentObject', { traceId, traceSegmentId, ...AGENT, spans, ...fields });
  const reference = (refType: number, parentTraceSegmentId: string, traceId = 'trace-1') => ({
    refs: [{ refType, traceId, parentTraceSegmentId, parentSpanId: 0, parentService: 'web', parentServiceInstance: 'web-1' }],
  });

  const folder = mkdtempSync(join(tmpdir(), 'profiling-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['memory', storageMemory, {}],
    ['level', storageLevel, { path: folder }],
  ] as const)(
    'are found by their snapshots in storage-%s, with the threads that they began, without references to other processes',
    async (_name, storage, config) => {
      const kit = await start({}, storage, config);
      const { id } = await createProfile(kit);
      await kit.grpc('/skywalking.v3.TraceSegmentReportService/collect', [
        segment('trace-1', 'web', [span(0)], { service: 'web', serviceInstance: 'web-1' }),
        segment('trace-1', 'main', [span(1), span(0, reference(0, 'web'))]),
        segment('trace-1', 'thread', [span(0, { ...reference(1, 'main'), operationName: 'job', spanType: 2 })]),
        segment('trace-1', 'apart', [span(0, { ...reference(0, 'web'), operationName: '/apart' })]),
        segment('trace-2', 'fast', [span(0)]),
      ]);
      await kit.grpc(`${PROFILE}/collectSnapshot`, [
        snapshot(id!, 'main', 0, 100, ['a']),
        snapshot(id!, 'main', 1, 110, ['a']),
        snapshot(id!, 'gone', 0, 1, ['a']),
      ]);
      const { segments } = await ask<{ segments: readonly { spans: readonly object[] }[] }>(
        kit,
        `query ($id: ID!) { segments: getProfileTaskSegments(taskID: $id) { traceId instanceId instanceName endpointNames duration start
        spans { segmentId spanId profiled endpointName serviceCode serviceInstanceName type refs { type parentSegmentId } } } }`,
        { id },
      );
      const shown = { serviceCode: 'shop', serviceInstanceName: 'shop-1' };
      const main = { ...shown, segmentId: 'main', profiled: true };
      expect(segments).toEqual([
        {
          traceId: 'trace-1',
          instanceId: INSTANCE,
          instanceName: 'shop-1',
          endpointNames: ['/buy'],
          duration: 500,
          start: String(TEST_START),
          spans: expect.arrayContaining([
            { ...main, spanId: 0, endpointName: '/buy', type: 'Entry', refs: [] },
            { ...main, spanId: 1, endpointName: 'step 1', type: 'Local', refs: [] },
            {
              ...shown,
              segmentId: 'thread',
              profiled: false,
              spanId: 0,
              endpointName: 'job',
              type: 'Local',
              refs: [{ type: 'CROSS_THREAD', parentSegmentId: 'main' }],
            },
          ]),
        },
      ]);
      expect(segments[0]!.spans).toHaveLength(3);
      expect((await analyze(kit, [['main', 0, 200]])).trees).toEqual([[['1', '0', 'a', 10, 10, 2]]]);
    },
  );

  it('of no task are an error that says so; of a task without snapshots there are none', async () => {
    const kit = await start();
    const document = 'query ($id: ID!) { segments: getProfileTaskSegments(taskID: $id) { traceId } }';
    await expect(ask(kit, document, { id: 'none' })).rejects.toThrow(/there is no such profile task/);
    const { id } = await createProfile(kit);
    expect(await ask(kit, document, { id })).toEqual({ segments: [] });
  });
});

describe('Go profiles', () => {
  const report = (kit: TestHost, ...pieces: readonly object[]) =>
    kit.grpc(
      `${PROFILE}/goProfileReport`,
      pieces.map((piece) => encode('v3.GoProfileData', piece)),
    );
  const piece = (taskId: string, from: number, to: number, isLast: boolean) => ({ taskId, payload: wall.subarray(from, to), isLast });
  const samples = (
    JSON.parse(gunzipSync(readFileSync(join(FIXTURES, 'wall.pprof.json.gz'))).toString()) as {
      samples: readonly { labels: { segment_id?: string }; frames: readonly unknown[] }[];
    }
  ).samples;

  it('are put together from pieces, by task, and split by segment; one sample is one period', async () => {
    const kit = await start();
    const end = wall.length;
    await report(
      kit,
      piece('t', 0, 100, false),
      piece('other', 0, 9, false),
      { taskId: '', payload: wall },
      piece('t', 100, 200, false),
      piece('t', 200, end, true),
      piece('other', 9, end, true),
    );
    const mine = samples.filter(({ labels }) => labels.segment_id === 'segment-1');
    // The range plays no part: a profile has no times.
    const { tip, trees } = await analyze(kit, [['segment-1', 0, 1]]);
    expect(tip).toBeNull();
    const top = trees[0]!.filter(([, parent]) => parent === '0');
    expect(top.reduce((sum, row) => sum + Number(row[5]), 0)).toBe(2 * mine.length);
    expect(top.every((row) => row[3] === 5 * Number(row[5]))).toBe(true);
    const ids = new Set(trees[0]!.map(([id]) => id));
    expect(trees[0]!.every(([, parent]) => parent === '0' || ids.has(parent))).toBe(true);
    expect(skipped(kit)).toEqual({ 'no-task': 1 });
    kit.assertBooks();
  });

  it('that are cut short, too large or broken are refused and counted; nothing of them is stored', async () => {
    const kit = await start({ maxPprofSize: 1024 });
    await expect(report(kit, piece('t', 0, 100, false))).rejects.toThrow(/cut short/);
    await expect(report(kit, { taskId: 't', payload: Buffer.alloc(2000), isLast: true })).rejects.toThrow(
      /2000 bytes; expected at most 1024/,
    );
    await expect(report(kit, { taskId: 't', payload: Buffer.from('rubbish'), isLast: true })).rejects.toThrow(/pprof: .* at byte/);
    await expect(kit.grpc(`${PROFILE}/goProfileReport`, [Buffer.from([0xff])])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(skipped(kit)).toEqual({ malformed: 4 });
    expect((await analyze(kit, [['segment-1', 0, 1]])).tip).toBe('no snapshots were found');
    kit.assertBooks();
  });
});

interface Element {
  readonly id: string;
  readonly parentId: string;
  readonly codeSignature: string;
  readonly total: number;
  readonly self: number;
}
const ELEMENTS = '{ id parentId codeSignature total self }';

/** Checks that elements are a tree with the root first, and gives their totals by path. */
function totals(elements: readonly Element[]): Readonly<Record<string, number>> {
  const paths = new Map<string, string>();
  const byPath: Record<string, number> = {};
  for (const [i, { id, parentId, codeSignature, total }] of elements.entries()) {
    expect([id, parentId === '-1']).toEqual([String(i), i === 0]);
    const path = i === 0 ? codeSignature : `${paths.get(parentId)} > ${codeSignature}`;
    paths.set(id, path);
    byPath[path] = total;
  }
  return byPath;
}

/** The two kinds of uploads, which differ in names only. */
const KINDS = {
  async: {
    path: `${ASYNC}/collect`,
    file: jfr,
    create: createAsync,
    tooLarge: 'JFR_UPLOAD_FILE_TOO_LARGE_ERROR',
    message: (fields: { metadata?: object; content?: Uint8Array; errorMessage?: string }) => {
      const { metadata, ...rest } = fields;
      return encode('v10.AsyncProfilerData', { ...(metadata && { metaData: metadata }), ...rest });
    },
    progress: 'queryAsyncProfilerTaskProgress',
    config: (bytes: number) => ({ maxJfrSize: bytes }),
    analyze: async (kit: TestHost, taskId: string, instanceIds: readonly string[], eventType = 'EXECUTION_SAMPLE') => {
      const document = `query ($r: AsyncProfilerAnalyzationRequest!) { a: queryAsyncProfilerAnalyze(request: $r) { tree { type elements ${ELEMENTS} } } }`;
      const { a } = await ask<{ a: { tree: { elements: readonly Element[] } | null } }>(kit, document, {
        r: { taskId, instanceIds, eventType },
      });
      return a.tree && totals(a.tree.elements);
    },
  },
  pprof: {
    path: `${PPROF}/collect`,
    file: wall,
    create: createPprof,
    tooLarge: 'PPROF_UPLOAD_FILE_TOO_LARGE_ERROR',
    message: (fields: object) => encode('v10.PprofData', fields),
    progress: 'queryPprofTaskProgress',
    config: (bytes: number) => ({ maxPprofSize: bytes }),
    analyze: async (kit: TestHost, taskId: string, instanceIds: readonly string[]) => {
      const document = `query ($r: PprofAnalyzationRequest!) { a: queryPprofAnalyze(request: $r) { tree { elements ${ELEMENTS} } } }`;
      const { a } = await ask<{ a: { tree: { elements: readonly Element[] } | null } }>(kit, document, { r: { taskId, instanceIds } });
      return a.tree && totals(a.tree.elements);
    },
  },
} as const;

describe.each(Object.entries(KINDS))('an upload of %s', (name, kind) => {
  const metadata = (taskId: string, size: number, fields: object = {}) =>
    kind.message({ metadata: { ...AGENT, taskId, contentSize: size, ...fields } });
  /** A whole upload in pieces of `size` bytes. */
  const upload = (taskId: string, file: Uint8Array, size = 10_000, fields: object = {}) => [
    metadata(taskId, file.length, fields),
    ...Array.from({ length: Math.ceil(file.length / size) }, (_, i) => kind.message({ content: file.subarray(i * size, (i + 1) * size) })),
  ];
  const progress = async (kit: TestHost, taskId: string) => {
    const { p } = await ask<{
      p: { logs: readonly { operationType: string; instanceName: string }[]; errorInstanceIds: unknown; successInstanceIds: unknown };
    }>(
      kit,
      `query ($id: String!) { p: ${kind.progress}(taskId: $id) { logs { operationType instanceName } errorInstanceIds successInstanceIds } }`,
      { id: taskId },
    );
    return { ...p, logs: p.logs.map(({ operationType, instanceName }) => `${instanceName} ${operationType}`) };
  };

  it('is answered once, with an empty message, and can be read as a tree when the call ends', async () => {
    const kit = await start();
    const { id } = await kind.create(kit);
    expect(await kit.grpc(kind.path, upload(id!, kind.file))).toEqual([new Uint8Array(0)]);
    expect(await progress(kit, id!)).toEqual({ logs: ['shop-1 EXECUTION_FINISHED'], errorInstanceIds: [], successInstanceIds: [INSTANCE] });
    const tree = (await kind.analyze(kit, id!, [INSTANCE]))!;
    expect(Object.keys(tree)[0]).toBe(name === 'async' ? 'all' : 'root');
    expect(Object.values(tree).every((total) => total > 0)).toBe(true);
    expect(Object.keys(tree).some((path) => path.includes(name === 'async' ? 'Load.main' : 'burn'))).toBe(true);
    expect(await kind.analyze(kit, id!, [OTHER])).toBeNull();
    expect(await kind.analyze(kit, id!, [])).toBeNull();
    kit.assertBooks();
  });

  it('of several instances merges; the file itself is kept, compressed', async () => {
    const kit = await start();
    const { id } = await kind.create(kit, { serviceInstanceIds: [INSTANCE, OTHER] });
    await Promise.all([
      kit.grpc(kind.path, upload(id!, kind.file)),
      kit.grpc(kind.path, upload(id!, kind.file, 1_000_000, { serviceInstance: 'shop-2' })),
    ]);
    const one = (await kind.analyze(kit, id!, [INSTANCE]))!;
    const both = (await kind.analyze(kit, id!, [INSTANCE, OTHER]))!;
    expect(both).toEqual(Object.fromEntries(Object.entries(one).map(([path, total]) => [path, 2 * total])));
    const model = PROFILING_CONTENT[name as keyof typeof KINDS];
    const range = { from: 0, to: TEST_START + MINUTE };
    const found = await kit
      .get(StorageToken)
      .records({ model, range, offset: 0, limit: 100, body: true }, { signal: new AbortController().signal, deadlineMs: 1000 });
    const parts = found.items.filter(({ instanceId: of }) => of === INSTANCE).sort((a, b) => Number(a.part) - Number(b.part));
    const kept = gunzipSync(Buffer.concat(parts.map(({ data }) => data as Uint8Array)));
    expect(kept.equals(name === 'async' ? jfr : gunzipSync(wall))).toBe(true);
  });

  it('that is too large is told so at once; nothing is stored but an entry in the log', async () => {
    const kit = await start(kind.config(1024));
    const { id } = await kind.create(kit);
    const status = name === 'async' ? { type: 2 } : { status: 2 };
    const type = name === 'async' ? 'v10.AsyncProfilerCollectionResponse' : 'v10.PprofCollectionResponse';
    expect(await kit.grpc(kind.path, upload(id!, Buffer.alloc(1025), 1000))).toEqual(
      [Buffer.from(encode(type, status))].map((b) => new Uint8Array(b)),
    );
    expect(await progress(kit, id!)).toEqual({ logs: [`shop-1 ${kind.tooLarge}`], errorInstanceIds: [INSTANCE], successInstanceIds: [] });
    expect(await kind.analyze(kit, id!, [INSTANCE])).toBeNull();
    expect(skipped(kit)).toEqual({ oversize: 1 });
    kit.assertBooks();
  });

  it('of an error is logged, and answered only where agents wait for it', async () => {
    const kit = await start();
    const { id } = await kind.create(kit);
    const error = [metadata(id!, 0, { type: 1 }), kind.message({ errorMessage: 'no such profiler' })];
    const replies = await kit.grpc(kind.path, error);
    expect(replies.map((reply) => [...reply])).toEqual(name === 'async' ? [] : [[8, 1]]);
    expect(await progress(kit, id!)).toEqual({
      logs: ['shop-1 EXECUTION_TASK_ERROR'],
      errorInstanceIds: [INSTANCE],
      successInstanceIds: [],
    });
    // Also of a task that is forgotten.
    expect(await kit.grpc(kind.path, [metadata('1_none', 0, { type: 1 })])).toHaveLength(name === 'async' ? 0 : 1);
    kit.assertBooks();
  });

  it('that is not as it was told, or of no task, is refused and counted; nothing of it is stored', async () => {
    const kit = await start();
    const { id } = await kind.create(kit);
    const cases: readonly (readonly [id: string, messages: (id: string) => readonly Uint8Array[], reason: RegExp, counted: string])[] = [
      ['begins with content', () => [kind.message({ content: kind.file })], /expected metadata first/, 'no-metadata'],
      ['is of no task', () => upload('1704164640000_bm9uZQ==.1', kind.file), /there is no task/, 'unknown-task'],
      ['is of the task of another service', (id) => upload(id, kind.file, 10_000, { service: 'web' }), /there is no task/, 'unknown-task'],
      ['ends early', (id) => upload(id, kind.file).slice(0, -1), /of \d+ bytes were sent/, 'incomplete'],
      [
        'is longer than was told',
        (id) => [...upload(id, kind.file), kind.message({ content: Buffer.from([1]) })],
        /more than the \d+ bytes/,
        'incomplete',
      ],
      ['is of no size', (id) => [metadata(id, -5), kind.message({ content: kind.file })], /more than the -5 bytes/, 'incomplete'],
      ['is cut inside a message', (id) => [metadata(id, 9).subarray(0, -1)], /malformed/, 'malformed'],
      ['is no profile', (id) => upload(id, Buffer.from('certainly not a profile')), /(JFR|pprof): .* at byte \d+/, 'malformed'],
    ];
    const counts: Record<string, number> = {};
    for (const [, messages, reason, counted] of cases) {
      await expect(kit.grpc(kind.path, messages(id!))).rejects.toThrow(reason);
      counts[counted] = (counts[counted] ?? 0) + 1;
      expect(skipped(kit)).toEqual(counts);
    }
    expect(await kind.analyze(kit, id!, [INSTANCE])).toBeNull();
    // What cannot be parsed is in the log.
    expect(await progress(kit, id!)).toEqual({
      logs: ['shop-1 EXECUTION_TASK_ERROR'],
      errorInstanceIds: [INSTANCE],
      successInstanceIds: [],
    });
    kit.assertBooks();
  });

  it('takes no more memory than there is, and gives it back', async () => {
    const kit = await start({ maxUploads: '1MiB', ...kind.config(2_000_000) });
    const { id } = await kind.create(kit);
    await expect(kit.grpc(kind.path, [metadata(id!, 1_048_577)])).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    // What a refused or broken upload took is given back.
    for (let i = 0; i < 3; i++) await expect(kit.grpc(kind.path, [metadata(id!, 1_000_000)])).rejects.toThrow(/0 of 1000000 bytes/);
    expect(await kit.grpc(kind.path, upload(id!, kind.file))).toHaveLength(1);
    expect(await kit.grpc(kind.path, [])).toEqual([]);
  });
});

describe('tasks of async-profiler', () => {
  it('are given to the instances they name, with their events as words', async () => {
    const kit = await start();
    const { id, code } = await createAsync(kit);
    expect(code).toBe('SUCCESS');
    const [command] = await pollAsync(kit);
    expect(command!.command).toBe('AsyncProfilerTaskQuery');
    expect(args(command!)).toEqual([
      ['TaskId', id],
      ['Duration', '20'],
      ['ExecArgs', 'event=cpu,alloc,interval=1ms'],
      ['CreateTime', String(TEST_START)],
    ]);
    expect(await pollAsync(kit, { serviceInstance: 'shop-2' })).toEqual([]);
    expect(await pollAsync(kit, { lastCommandTime: TEST_START })).toEqual([]);
    // Agents ask every 20 s, so a task that is shorter is given out for a while longer.
    await kit.clock.set(TEST_START + 4 * MINUTE);
    expect(await pollAsync(kit)).toHaveLength(1);
    await kit.clock.set(TEST_START + 6 * MINUTE);
    expect(await pollAsync(kit)).toEqual([]);
    const { list } = await ask<{ list: { tasks: readonly object[] } }>(
      kit,
      'query ($r: AsyncProfilerTaskListRequest!) { list: queryAsyncProfilerTaskList(request: $r) { errorReason tasks { id serviceId serviceInstanceIds createTime events duration execArgs } } }',
      { r: { serviceId: SERVICE, limit: 10, queryDuration: { start: '2024-01-02 0304', end: '2024-01-02 0304', step: 'MINUTE' } } },
    );
    expect(list).toEqual({
      errorReason: null,
      tasks: [
        {
          id,
          serviceId: SERVICE,
          serviceInstanceIds: [INSTANCE],
          createTime: TEST_START,
          events: ['CPU', 'ALLOC'],
          duration: 20,
          execArgs: 'interval=1ms',
        },
      ],
    });
  });

  it('only the newest is given out; what is wrong or at the same time is refused', async () => {
    const kit = await start();
    const refused = { code: 'ARGUMENT_ERROR', errorReason: expect.any(String), id: null };
    for (const fields of [
      { duration: 0 },
      { events: [] },
      { serviceInstanceIds: [] },
      { serviceInstanceIds: ['x'] },
      { serviceId: 'x' },
      { duration: 90_000 },
    ]) {
      expect(await createAsync(kit, fields)).toEqual(refused);
    }
    await createAsync(kit);
    expect(await createAsync(kit)).toEqual({ ...refused, code: 'ALREADY_PROFILING_ERROR' });
    await kit.clock.set(TEST_START + 21_000);
    const { id } = await createAsync(kit, { execArgs: null });
    const commands = await pollAsync(kit);
    expect(commands.map((command) => args(command)[0])).toEqual([['TaskId', id]]);
    expect(args(commands[0]!)[2]).toEqual(['ExecArgs', 'event=cpu,alloc']);
  });
});

describe('tasks of pprof', () => {
  it('are given one at a time, the oldest first', async () => {
    const kit = await start();
    const { id } = await createPprof(kit, { events: 'MUTEX', dumpPeriod: 7 });
    await kit.clock.advance(1000);
    const { id: later } = await createPprof(kit, { events: 'HEAP', duration: null });
    const [command, ...rest] = await pollPprof(kit);
    expect([command!.command, rest]).toEqual(['PprofTaskQuery', []]);
    expect(args(command!)).toEqual([
      ['TaskId', id],
      ['Events', 'mutex'],
      ['Duration', '1'],
      ['CreateTime', String(TEST_START)],
      ['DumpPeriod', '7'],
    ]);
    expect(args((await pollPprof(kit, { lastCommandTime: TEST_START }))[0]!)[0]).toEqual(['TaskId', later]);
    expect(await pollPprof(kit, { serviceInstance: 'shop-2' })).toEqual([]);
    const { list } = await ask<{ list: { tasks: readonly object[] } }>(
      kit,
      'query ($r: PprofTaskListRequest!) { list: queryPprofTaskList(request: $r) { errorReason tasks { id events duration dumpPeriod serviceInstanceIds } } }',
      { r: { serviceId: SERVICE } },
    );
    expect(list.tasks).toEqual([
      { id: later, events: 'HEAP', duration: 0, dumpPeriod: 0, serviceInstanceIds: [INSTANCE] },
      { id, events: 'MUTEX', duration: 1, dumpPeriod: 7, serviceInstanceIds: [INSTANCE] },
    ]);
  });

  it('need a time and a rate by their event, and run once at a time for each event', async () => {
    const kit = await start();
    const refused = { code: 'ARGUMENT_ERROR', errorReason: expect.any(String), id: null };
    for (const fields of [
      { duration: null },
      { duration: 16 },
      { events: 'BLOCK' },
      { events: 'MUTEX', dumpPeriod: 0 },
      { serviceInstanceIds: [] },
    ]) {
      expect(await createPprof(kit, fields)).toEqual(refused);
    }
    expect((await createPprof(kit)).code).toBe('SUCCESS');
    expect((await createPprof(kit)).code).toBe('ALREADY_PROFILING_ERROR');
    expect((await createPprof(kit, { events: 'GOROUTINE', duration: null })).code).toBe('SUCCESS');
  });
});

describe('over a real connection', () => {
  /** A call that a test goes through step by step. */
  function call(client: Client, path: string) {
    const same = (bytes: Buffer): Buffer => bytes;
    const stream = client.makeBidiStreamRequest(path, same, same);
    const replies: number[][] = [];
    const waiting: (() => void)[] = [];
    stream.on('data', (reply: Buffer) => {
      replies.push([...reply]);
      for (const wake of waiting.splice(0)) wake();
    });
    const ended = new Promise<number>((resolve) => {
      stream.on('error', () => undefined);
      stream.on('status', ({ code }: { code: number }) => resolve(code));
    });
    return {
      ended,
      replies,
      send: (bytes: Uint8Array) => stream.write(Buffer.from(bytes)),
      end: () => stream.end(),
      cancel: () => stream.cancel(),
      reply: async () => {
        if (replies.length === 0) await new Promise<void>((wake) => waiting.push(wake));
        return replies;
      },
    };
  }

  it('the client waits for leave before it sends; a restart in the middle loses the upload and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'profiling-'));
    const serve = async () => {
      const host = createHost({
        logger: { debug() {}, info() {}, warn() {}, error() {} },
        modules: [
          { definition: grpcServer, config: { listeners: { grpc: { port: 0 } } } },
          { definition: httpServer, config: { listeners: { rest: { port: 0 } } } },
          { definition: storageLevel, config: { path: folder } },
          ...[aggregation, naming, traceReceiver, traceAnalyzer, query, queryGraphql, profiling].map((definition) => ({ definition })),
        ],
      });
      await host.start();
      const client = new Client(`127.0.0.1:${host.get(GrpcAddressesToken).get('grpc')!.port}`, credentials.createInsecure());
      const graphql = new GraphqlClient(`http://127.0.0.1:${host.get(HttpAddressesToken).get('rest')!.port}`);
      return {
        client,
        graphql,
        stop: async () => {
          client.close();
          await host.stop();
        },
      };
    };
    const metadata = (taskId: string, size: number) =>
      encode('v10.AsyncProfilerData', { metaData: { ...AGENT, taskId, contentSize: size } });
    const analysis = (id: string) =>
      `{ a: queryAsyncProfilerAnalyze(request: { taskId: "${id}", instanceIds: ["${INSTANCE}"], eventType: LOCK }) { tree { elements { codeSignature total } } } }`;
    try {
      let server = await serve();
      const created = await server.graphql.query<{ c: Created }>(
        `mutation { c: createAsyncProfilerTask(asyncProfilerTaskCreationRequest: { serviceId: "${SERVICE}", serviceInstanceIds: ["${INSTANCE}"], duration: 20, events: [LOCK] }) { id } }`,
      );
      const id = created.c.id!;
      const cut = call(server.client, `${ASYNC}/collect`);
      cut.send(metadata(id, jfr.length));
      expect(await cut.reply()).toEqual([[]]);
      cut.send(encode('v10.AsyncProfilerData', { content: jfr.subarray(0, 50_000) }));
      const stopping = server.stop();
      cut.cancel();
      expect(await cut.ended).not.toBe(0);
      await stopping;

      server = await serve();
      expect(await server.graphql.query(analysis(id))).toEqual({ a: { tree: null } });
      // Larger than one part: the recording, again and again.
      const large = Buffer.concat(Array.from({ length: 30 }, () => jfr));
      const whole = call(server.client, `${ASYNC}/collect`);
      whole.send(metadata(id, large.length));
      expect(await whole.reply()).toEqual([[]]);
      for (let at = 0; at < large.length; at += 1_000_000)
        whole.send(encode('v10.AsyncProfilerData', { content: large.subarray(at, at + 1_000_000) }));
      whole.end();
      expect(await whole.ended).toBe(0);
      expect(whole.replies).toEqual([[]]);
      const before = await server.graphql.query(analysis(id));
      expect(before).toMatchObject({
        a: { tree: { elements: expect.arrayContaining([{ codeSignature: 'all', total: expect.any(Number) }]) } },
      });

      const tooLarge = call(server.client, `${ASYNC}/collect`);
      tooLarge.send(metadata(id, 31_457_281));
      // The server ends the call; the client need not.
      expect([await tooLarge.ended, tooLarge.replies]).toEqual([0, [[8, 2]]]);
      await server.stop();
      server = await serve();
      expect(await server.graphql.query(analysis(id))).toEqual(before);
      await server.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
