import { deliver, type GrpcCall, type GrpcMethod, type RawMessages, StatusError } from '@skein/core';
import { skywalking } from '@skein/proto/profiling';
import { instanceId, type Naming, type Observation, serviceId } from '@skein/telemetry';
import { PROFILE_SERVICES } from '../tasks/polled-tasks.js';
import type { ProfileTask } from '../tasks/task.js';
import type { TaskBoard } from '../tasks/task-board.js';
import type { TaskLog } from '../tasks/task-log.js';
import { type GoReport, type GoReportsOptions, goReports } from './go-reports.js';
import { snapshotObservation } from './snapshots.js';

const { ProfileTaskFinishReport } = skywalking.v3;
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

/** What the methods need. */
export interface TraceProfileOptions extends GoReportsOptions {
  readonly listener: string;
  readonly board: TaskBoard<ProfileTask>;
  readonly log: TaskLog;
  readonly naming: Naming;
}

/** What agents report of their tasks: snapshots, Go profiles, and that they are done. */
export function traceProfileMethods(options: TraceProfileOptions): readonly GrpcMethod[] {
  const { listener, publisher, clock } = options;
  const snapshots = async (messages: RawMessages, call: GrpcCall): Promise<Uint8Array> => {
    await deliver({ messages, read: (message: Uint8Array) => [snapshotObservation(message)], publisher, call, clock });
    return NO_COMMANDS;
  };
  const goProfiles: GrpcMethod = {
    listener,
    path: `${PROFILE_SERVICES[0]}/goProfileReport`,
    kind: 'client-stream',
    handle: async (messages, call) => {
      await deliver({ messages: goReports(messages, options), read: storable, publisher, call, clock });
      return NO_COMMANDS;
    },
  };
  const both = PROFILE_SERVICES.flatMap((service): readonly GrpcMethod[] => [
    { listener, path: `${service}/collectSnapshot`, kind: 'client-stream', handle: snapshots },
    { listener, path: `${service}/reportTaskFinish`, kind: 'unary', handle: (request) => finished(request, options) },
  ]);
  return [...both, goProfiles];
}

function storable(report: GoReport): readonly Observation[] {
  if (report instanceof Error) throw report;
  return [report];
}

async function finished(request: Uint8Array, { board, log, naming, publisher }: TraceProfileOptions): Promise<Uint8Array> {
  const report = decoded(request, () => publisher.skip(1, 'malformed'));
  const task = await board.find(report.taskId);
  if (task === undefined) {
    publisher.skip(1, 'unknown-task');
    return NO_COMMANDS;
  }
  const service = serviceId(naming.service(report.service), true);
  await log.write(task.id, instanceId(service, naming.instance(report.serviceInstance)), 'EXECUTION_FINISHED');
  return NO_COMMANDS;
}

function decoded(request: Uint8Array, onMalformed: () => void) {
  try {
    const { service, serviceInstance, taskId } = ProfileTaskFinishReport.decode(request);
    return { service: service ?? '', serviceInstance: serviceInstance ?? '', taskId: taskId ?? '' };
  } catch (error) {
    onMalformed();
    throw new StatusError('INVALID_ARGUMENT', `the message is malformed: ${error instanceof Error ? error.message : ''}`);
  }
}
