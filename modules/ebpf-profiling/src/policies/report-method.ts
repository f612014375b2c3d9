import { randomUUID } from 'node:crypto';
import { type Clock, deliver, type GrpcMethod, type Publisher } from '@skein/core';
import { encodeCommands } from '@skein/proto';
import { decodeContinuousReport, type skywalking } from '@skein/proto/ebpf';
import type { Observation } from '@skein/telemetry';
import { clip } from '@skein/telemetry/storage';
import type { ProcessObservations } from '../processes/process-observations.js';
import type { SamplingRule, TargetType } from '../tasks/task.js';
import { readCause } from './read-cause.js';
import { type TriggeredTask, TriggeredTaskModel, triggeredRow } from './triggered-tasks.js';

const ROW_BYTES = 500;
/** Most causes and patterns of a report that are kept; a real one has a few. */
const MAX_ENTRIES = 100;

/** Takes the tasks that agents begin by themselves, and gives each the id under which its data is to be sent. Source: receivers.md 6.15. */
export function reportMethod(
  listener: string,
  processes: ProcessObservations,
  publisher: Publisher<Observation>,
  clock: Clock,
): GrpcMethod {
  return {
    listener,
    path: '/skywalking.v3.ContinuousProfilingService/reportProfilingTask',
    kind: 'unary',
    handle: async (request, call) => {
      const id = randomUUID();
      const read = (bytes: Uint8Array): readonly Observation[] => [observation(readTriggered(bytes, id, processes, clock.now()))];
      await deliver({ messages: [[request]], read, publisher, call, clock });
      return encodeCommands([{ name: 'ContinuousProfilingReportTask', args: [['TaskId', id]] }]);
    },
  };
}

/** Throws when the bytes are no report, or one of nothing that can be profiled. */
export function readTriggered(bytes: Uint8Array, id: string, processes: ProcessObservations, now: number): TriggeredTask {
  const report = decodeContinuousReport(bytes);
  const { serviceName = '', instanceName = '', processName = '', duration, causes } = report;
  const ids = processes.ids({ serviceName, instanceName, processName });
  return {
    id,
    ...ids,
    processName: clip(processName, 1024),
    target: targetOf(report),
    startTime: now,
    seconds: duration ?? 0,
    causes: (causes ?? []).slice(0, MAX_ENTRIES).map(readCause),
    samplings: (report.network?.samplingURIRegexes ?? []).slice(0, MAX_ENTRIES).map(samplingOf),
  };
}

function targetOf({ onCPU, offCPU, network }: skywalking.v3.IContinuousProfilingReport): TargetType {
  if (onCPU) return 'ON_CPU';
  if (offCPU) return 'OFF_CPU';
  if (network) return 'NETWORK';
  throw new Error('the report does not say what is profiled');
}

const samplingOf = (pattern: string): SamplingRule => ({
  uriRegex: clip(pattern, 1000),
  minDuration: 0,
  when4xx: true,
  when5xx: true,
  settings: { requireCompleteRequest: true, requireCompleteResponse: true },
});

function observation(task: TriggeredTask): Observation {
  const row = triggeredRow(task);
  const weight = ROW_BYTES + 2 * (String(row.causes).length + String(row.samplings).length);
  return { sources: [], entities: [], records: [{ model: TriggeredTaskModel, row }], weight };
}
