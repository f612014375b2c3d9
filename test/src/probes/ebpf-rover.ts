import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { TestHost } from '@skein/core/testing';
import ebpfProfiling from '@skein/ebpf-profiling';
import { skywalking } from '@skein/proto';
import { instanceId, observations, serviceId } from '@skein/telemetry';
import { DURATION, type OfficialHost, officialHost } from './official-host.js';
import { reflectedEncoder } from './reflected-encoder.js';

export const PROCESS = '/skywalking.v3.EBPFProcessService';
export const PROFILING = '/skywalking.v3.EBPFProfilingService';
export const CONTINUOUS = '/skywalking.v3.ContinuousProfilingService';
export const LOGS = '/skywalking.v3.EBPFAccessLogService/collect';
export const encodeProcess = reflectedEncoder('ebpf/process.proto');
export const encodeProfiling = reflectedEncoder('ebpf/profiling.proto');
export const encodeContinuous = reflectedEncoder('ebpf/continuous.proto');
export const encodeLogs = reflectedEncoder('ebpf/access-log.proto');

export const service = serviceId('shop::web', true);
export const instance = instanceId(service, 'web-1');
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const start = (config: object = {}): Promise<OfficialHost> => officialHost([ebpfProfiling], { 'ebpf-profiling': config });

export const entityOf = (processName: string, labels: readonly string[] = [], names: object = {}) => ({
  ...{ layer: 'OS_LINUX', serviceName: 'shop::web', instanceName: 'web-1', processName, labels },
  ...names,
});
export const PROFILABLE = [{ key: 'support_ebpf_profiling', value: 'true' }];

export const report = (kit: TestHost, processes: readonly object[], ebpfAgentID = 'rover-1') =>
  kit.grpc(`${PROCESS}/reportProcesses`, [encodeProcess('EBPFProcessReportList', { processes, ebpfAgentID })]);
export const host = (entity: object, properties: readonly object[] = PROFILABLE, pid = 7) => ({ hostProcess: { entity, pid, properties } });
export const pod = (entity: object, properties: readonly object[] = PROFILABLE, pid = 8) => ({ k8sProcess: { entity, pid, properties } });
export const ping = (kit: TestHost, entities: readonly object[], ebpfAgentID = 'rover-1') =>
  kit.grpc(`${PROCESS}/keepAlive`, [
    encodeProcess('EBPFProcessPingPkgList', {
      processes: entities.map((entityMetadata) => ({ entityMetadata, properties: PROFILABLE })),
      ebpfAgentID,
    }),
  ]);

export interface ReadCommand {
  readonly command: string;
  readonly args: Readonly<Record<string, string>>;
}
/** Commands of a reply; each must begin with a serial number of its own. */
export function commandsOf(reply: readonly Uint8Array[]): readonly ReadCommand[] {
  const commands = skywalking.v3.Commands.decode(reply[0]!).commands!.map(({ command, args }) => ({ command: command!, args: args! }));
  for (const { args } of commands) {
    expect(args[0]).toMatchObject({ key: 'SerialNumber', value: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  }
  expect(new Set(commands.map(({ args }) => args[0]!.value)).size).toBe(commands.length);
  return commands.map(({ command, args }) => ({
    command,
    args: Object.fromEntries(args.slice(1).map(({ key, value }) => [key!, value!])),
  }));
}
export const poll = async (kit: TestHost, latestUpdateTime = 0, roverInstanceId = 'rover-1') =>
  commandsOf(await kit.grpc(`${PROFILING}/queryTasks`, [encodeProfiling('EBPFProfilingTaskQuery', { roverInstanceId, latestUpdateTime })]));

export const skipped = (kit: TestHost) =>
  kit.books().find(({ publisher, stream }) => publisher === 'ebpf-profiling' && stream === observations.id)!.skipped;

export const LIST = `query ($instanceId: ID!, $duration: Duration!) { listProcesses(instanceId: $instanceId, duration: $duration) {
  id name serviceId serviceName instanceId instanceName agentId detectType attributes { name value } labels } }`;
export const list = async (h: OfficialHost, duration: object = DURATION) =>
  (await h.ask<{ listProcesses: { name: string }[] }>(LIST, { instanceId: instance, duration })).listProcesses;

export const FIXED = `mutation ($request: EBPFProfilingTaskFixedTimeCreationRequest!) {
  createEBPFProfilingFixedTimeTask(request: $request) { status errorReason id } }`;
export interface Created {
  readonly status: boolean;
  readonly errorReason: string | null;
  readonly id: string | null;
}
export const order = async (h: OfficialHost, request: object = {}): Promise<Created> =>
  (
    await h.ask<{ createEBPFProfilingFixedTimeTask: Created }>(FIXED, {
      request: { serviceId: service, processLabels: [], startTime: -1, duration: 60, targetType: 'ON_CPU', ...request },
    })
  ).createEBPFProfilingFixedTimeTask;
export const NETWORK = `mutation ($request: EBPFProfilingNetworkTaskRequest!) { createEBPFNetworkProfiling(request: $request) { status errorReason id } }`;
export const orderNetwork = async (h: OfficialHost, request: object): Promise<Created> =>
  (await h.ask<{ createEBPFNetworkProfiling: Created }>(NETWORK, { request: { instanceId: instance, ...request } }))
    .createEBPFNetworkProfiling;
export const TASKS = `query ($service: ID, $instance: ID, $targets: [EBPFProfilingTargetType!], $trigger: EBPFProfilingTriggerType, $duration: Duration) {
  queryEBPFProfilingTasks(serviceId: $service, serviceInstanceId: $instance, targets: $targets, triggerType: $trigger, duration: $duration) {
    taskId serviceId serviceName serviceInstanceId serviceInstanceName processLabels processId processName taskStartTime triggerType
    fixedTriggerDuration targetType createTime
    continuousProfilingCauses { type message singleValue { threshold current } uri { uriRegex uriPath threshold current } } } }`;
export const tasks = async (h: OfficialHost, variables: object) =>
  (await h.ask<{ queryEBPFProfilingTasks: Record<string, unknown>[] }>(TASKS, variables)).queryEBPFProfilingTasks;
