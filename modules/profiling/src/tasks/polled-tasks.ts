import type { GrpcMethod } from '@skein/core';
import { commandMethods, type PollingOptions } from './command-methods.js';
import { asyncProfilerCommand, pprofCommand, profileCommand } from './commands.js';
import type { AsyncProfilerTask, PprofTask, ProfileTask, Task } from './task.js';
import type { TaskBoard } from './task-board.js';
import type { TaskLog } from './task-log.js';

/** With and without a package, receivers.md 3.2 and 3.3. */
export const PROFILE_SERVICES = ['/skywalking.v3.ProfileTask', '/ProfileTask'] as const;
export const ASYNC_PROFILER_SERVICE = '/skywalking.v10.AsyncProfilerTask';
export const PPROF_SERVICE = '/skywalking.v10.PprofTask';
/** Recordings may be shorter than the time between two questions of an agent. Source: as long as the reference remembers tasks. */
const GRACE_MS = 5 * 60_000;

/** The tasks of one kind and their log. */
export interface TaskKind<T extends Task> {
  readonly board: TaskBoard<T>;
  readonly log: TaskLog;
}
/** All kinds of tasks that agents ask for. */
export interface TaskKinds {
  readonly profile: TaskKind<ProfileTask>;
  readonly asyncProfiler: TaskKind<AsyncProfilerTask>;
  readonly pprof: TaskKind<PprofTask>;
}

/** The methods by which agents ask for tasks, receivers.md 6.11 to 6.13. */
export const polledMethods = ({ profile, asyncProfiler, pprof }: TaskKinds, options: PollingOptions): readonly GrpcMethod[] => [
  ...commandMethods(
    {
      ...profile,
      paths: PROFILE_SERVICES.map((service) => `${service}/getProfileTaskCommands`),
      choose: (tasks) => tasks,
      command: profileCommand,
      graceMs: 0,
    },
    options,
  ),
  ...commandMethods(
    {
      ...asyncProfiler,
      paths: [`${ASYNC_PROFILER_SERVICE}/getAsyncProfilerTaskCommands`],
      choose: ([newest], instance) => (newest?.instanceIds.includes(instance) ? [newest] : []),
      command: asyncProfilerCommand,
      graceMs: GRACE_MS,
    },
    options,
  ),
  ...commandMethods(
    {
      ...pprof,
      paths: [`${PPROF_SERVICE}/getPprofTaskCommands`],
      // The oldest: the next one comes with the next question.
      choose: (tasks, instance) => tasks.filter(({ instanceIds }) => instanceIds.includes(instance)).slice(-1),
      command: pprofCommand,
      graceMs: GRACE_MS,
    },
    options,
  ),
];
