import type { GrpcMethod, Logger } from '@skein/core';
import { skywalking } from '@skein/proto/profiling';
import { instanceId, type Naming, serviceId } from '@skein/telemetry';
import { type Command, encodeCommands } from './commands.js';
import type { Task } from './task.js';
import type { TaskBoard } from './task-board.js';
import type { TaskLog } from './task-log.js';

const { ProfileTaskCommandQuery } = skywalking.v3;

/** A kind of task that agents ask for. The queries of all kinds are the same message under three names. */
export interface Polled<T extends Task> {
  /** Full paths. */
  readonly paths: readonly string[];
  readonly board: TaskBoard<T>;
  readonly log: TaskLog;
  /** Which of the tasks that are new to an instance it is given now; they come latest first. */
  readonly choose: (tasks: readonly T[], instance: string) => readonly T[];
  readonly command: (task: T) => Command;
  /** How long after its creation a task is given out at least, ms: agents ask every 20 s, and short tasks would be over by then. */
  readonly graceMs: number;
}

/** What polling needs besides. */
export interface PollingOptions {
  readonly listener: string;
  readonly naming: Naming;
  readonly now: () => number;
  readonly logger: Logger;
  /** Counts questions that could not be read. */
  readonly malformed: { add(count: number): void };
}

/**
 * The methods by which agents ask for tasks. They always answer, with an empty Commands if need be: an agent that is answered otherwise
 * switches the feature off until it is restarted.
 */
export function commandMethods<T extends Task>(
  polled: Polled<T>,
  { listener, naming, now, logger, malformed }: PollingOptions,
): readonly GrpcMethod[] {
  const handle = (request: Uint8Array): Uint8Array => {
    const query = decoded(request);
    if (query === undefined) {
      malformed.add(1);
      logger.warn('a question for tasks cannot be read', { path: polled.paths[0] });
      return encodeCommands([]);
    }
    const service = serviceId(naming.service(query.service), true);
    const instance = instanceId(service, naming.instance(query.serviceInstance));
    const current = polled.board
      .known(service)
      .filter((task) => task.createTime > query.since && now() <= Math.max(task.endTime, task.createTime + polled.graceMs));
    const chosen = polled.choose(current, instance);
    for (const { id } of chosen) polled.log.notify(id, instance);
    return encodeCommands(chosen.map(polled.command));
  };
  return polled.paths.map((path) => ({ listener, path, kind: 'unary', handle }));
}

function decoded(request: Uint8Array) {
  try {
    const { service, serviceInstance, lastCommandTime } = ProfileTaskCommandQuery.decode(request);
    return { service: service ?? '', serviceInstance: serviceInstance ?? '', since: Number(lastCommandTime ?? 0) };
  } catch {
    return undefined;
  }
}
