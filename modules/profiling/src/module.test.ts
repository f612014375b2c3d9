import { expect, it } from '@jest/globals';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { skywalking } from '@skein/proto/profiling';
import { LimitedReadsToken, TimeQueryToken, TraceQueryToken } from '@skein/query/contract';
import { NamingToken, observations } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import profiling from './module.js';

const same = (name: string): string => name;
const naming = { service: same, instance: same, endpoint: (_service: string, name: string) => name };
const retention = { records: 1e9, traces: 1e9, logs: 1e9, metrics: 1e9, never: Infinity };
const servicesWith = (storage: object) =>
  [
    [NamingToken, naming],
    [StorageToken, { traits: { writers: 'one', retention }, documents: async () => [], document: async () => undefined, ...storage }],
    [LimitedReadsToken, {}],
    [TraceQueryToken, {}],
    [TimeQueryToken, {}],
  ] as const;

it(
  'keeps the contract of modules',
  () =>
    checkModule({
      module: profiling,
      services: servicesWith({}),
      inputs: {
        stream: observations,
        count: 60,
        send: (kit, n) => {
          const { ThreadSnapshot } = skywalking.v3;
          const message = { taskId: 't', traceSegmentId: String(n), time: 1, sequence: n, stack: { codeSignatures: ['a'] } };
          return kit.grpc('/skywalking.v3.ProfileTask/collectSnapshot', [ThreadSnapshot.encode(message).finish()]);
        },
        read: ({ records }) => Number(records[0]!.row.segmentId),
      },
    }),
  60_000,
);

it('answers agents while the storage is down, and reads the tasks when it is back', async () => {
  let isDown = true;
  const task = { id: '1_c2hvcA==.1', serviceId: 'c2hvcA==.1', createTime: 1, startTime: 1, endTime: 1e13, endpointName: '/', duration: 1 };
  const documents = async () => {
    if (isDown) throw new Error('down');
    return Array.from({ length: 64 }, (_, i) => ({ kind: 'profile-task', id: String(i), version: 1, value: { tasks: [task] } }));
  };
  await using kit: TestHost = await createTestHost({ modules: [profiling], services: servicesWith({ documents }) });
  const poll = async () => {
    const query = skywalking.v3.ProfileTaskCommandQuery.encode({ service: 'shop', serviceInstance: 'i' }).finish();
    const [reply] = await kit.grpc('/ProfileTask/getProfileTaskCommands', [query]);
    return skywalking.v3.Commands.decode(reply!).commands;
  };
  expect(await poll()).toEqual([]);
  expect(kit.host.status.degraded()).toEqual([{ module: 'profiling', reason: expect.stringMatching(/tasks cannot be read/) }]);
  isDown = false;
  await kit.clock.advance(2000);
  expect(await poll()).toHaveLength(1);
  expect(kit.host.status.degraded()).toEqual([]);
});
