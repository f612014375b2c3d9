import { MalformedError } from '@skein/proto';
import {
  countAccessLogs,
  decodeContinuousReport,
  decodePolicyQuery,
  decodeProcessPings,
  decodeProcessReport,
  decodeProfilingData,
  decodeTaskQuery,
  skywalking,
} from '@skein/proto/ebpf';
import type { FuzzTarget } from '../target.js';

const v3 = skywalking.v3;
const entity = { layer: 'OS_LINUX', serviceName: 'shop', instanceName: 'shop-1', processName: 'java', labels: ['a', 'b'] };
const properties = [{ key: 'support_ebpf_profiling', value: 'true' }];
const stacks = [
  { stackType: 0, stackId: 1, stackSymbols: ['vfs_read', 'sys_read'] },
  { stackType: 1, stackId: -1, stackSymbols: ['read', 'main'] },
];
const task = { taskId: 't', processId: 'p', profilingStartTime: 1_734_221_650_012, currentTime: 1_734_221_651_012 };
const offset = { offset: { offset: 2 ** 52 } };

/** What eBPF agents send. */
export const target: FuzzTarget = {
  name: 'ebpf',
  seeds: () => [
    v3.EBPFProcessReportList.encode({
      processes: [{ hostProcess: { entity, pid: 7, properties } }, { k8sProcess: { entity, pid: 8 } }],
      ebpfAgentID: 'rover',
    }).finish(),
    v3.EBPFProcessPingPkgList.encode({ processes: [{ entityMetadata: entity, properties }], ebpfAgentID: 'rover' }).finish(),
    v3.EBPFProfilingTaskQuery.encode({ roverInstanceId: 'rover', latestUpdateTime: 1_734_221_650_012 }).finish(),
    v3.EBPFProfilingData.encode({ task, onCPU: { stacks, dumpCount: 3 } }).finish(),
    v3.EBPFProfilingData.encode({ offCPU: { stacks, switchCount: 3, duration: 2 ** 40 } }).finish(),
    v3.ContinuousProfilingPolicyQuery.encode({ policies: [{ serviceName: 'shop', uuid: 'u' }] }).finish(),
    v3.ContinuousProfilingReport.encode({
      causes: [
        { type: 0, singleValue: { threshold: 1, current: 2.5 } },
        { type: 3, uri: { path: '/a', threshold: 1 } },
      ],
      network: { samplingURIRegexes: ['/a'] },
    }).finish(),
    v3.EBPFAccessLogMessage.encode({
      node: { name: 'n', netInterfaces: [{ index: 1 }], bootTime: { seconds: 1 } },
      connection: { local: { ip: { host: '10.0.0.1' } }, remote: { kubernetes: { serviceName: 's' } } },
      kernelLogs: [{ write: { startTime: offset, l4Metrics: { lossPackageMetrics: [{ location: 'l' }] } } }, { close: {} }],
      protocolLog: { http: { request: { path: '/', trace: { traceId: 't' } }, response: { statusCode: 200 } } },
    }).finish(),
  ],
  run(input) {
    for (const decode of [
      decodeProcessReport,
      decodeProcessPings,
      decodeTaskQuery,
      decodeProfilingData,
      decodePolicyQuery,
      decodeContinuousReport,
      countAccessLogs,
    ]) {
      try {
        decode(input);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
      }
    }
  },
};
