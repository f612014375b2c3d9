import { randomUUID } from 'node:crypto';
import { skywalking } from '@skein/proto/profiling';
import type { AsyncProfilerTask, PprofTask, ProfileTask } from './task.js';

const { Commands } = skywalking.v3;

/** An order to an agent, receivers.md 4. */
export interface Command {
  readonly name: string;
  /** In the order in which they are sent, without the serial number. */
  readonly args: ReadonlyArray<readonly [key: string, value: string | number]>;
}

/** The message `Commands`. Each order gets a serial number of its own: agents ignore one that they have seen. */
export function encodeCommands(commands: readonly Command[]): Uint8Array {
  const sent = commands.map(({ name, args }) => ({
    command: name,
    args: [['SerialNumber', randomUUID()] as const, ...args].map(([key, value]) => ({ key, value: String(value) })),
  }));
  return Commands.encode({ commands: sent }).finish();
}

export const profileCommand = (task: ProfileTask): Command => ({
  name: 'ProfileTaskQuery',
  args: [
    ['TaskId', task.id],
    ['EndpointName', task.endpointName],
    ['Duration', task.duration],
    ['MinDurationThreshold', task.minDurationThreshold],
    ['DumpPeriod', task.dumpPeriod],
    ['MaxSamplingCount', task.maxSamplingCount],
    ['StartTime', task.startTime],
    ['CreateTime', task.createTime],
  ],
});

export const asyncProfilerCommand = (task: AsyncProfilerTask): Command => ({
  name: 'AsyncProfilerTaskQuery',
  args: [
    ['TaskId', task.id],
    ['Duration', task.duration],
    [
      'ExecArgs',
      [`event=${task.events.map((event) => event.toLowerCase()).join(',')}`, task.execArgs].filter((arg) => arg !== '').join(','),
    ],
    ['CreateTime', task.createTime],
  ],
});

export const pprofCommand = (task: PprofTask): Command => ({
  name: 'PprofTaskQuery',
  args: [
    ['TaskId', task.id],
    ['Events', task.event.toLowerCase()],
    ['Duration', task.duration],
    ['CreateTime', task.createTime],
    ['DumpPeriod', task.dumpPeriod],
  ],
});
