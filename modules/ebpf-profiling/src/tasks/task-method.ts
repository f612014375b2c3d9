import type { Clock } from '@skein/core';
import { decodeTaskQuery } from '@skein/proto/ebpf';
import type { PolledMethod } from '../polled-method.js';
import type { StoredProcesses } from '../processes/stored-processes.js';
import type { FixedTasks } from './fixed-tasks.js';
import { taskCommands } from './task-commands.js';

/** Tells an eBPF agent the tasks for the processes that it has reported lately. */
export const taskMethod = (listener: string, tasks: FixedTasks, processes: StoredProcesses, clock: Clock): PolledMethod => ({
  listener,
  path: '/skywalking.v3.EBPFProfilingService/queryTasks',
  commands: async (request) => {
    const { roverInstanceId, latestUpdateTime } = decodeTaskQuery(request);
    const reported = await processes.ofAgent(roverInstanceId ?? '');
    const services = [...new Set(reported.map(({ serviceId }) => serviceId))];
    const ordered = await Promise.all(services.map((service) => tasks.ofService(service)));
    return taskCommands(ordered.flat(), reported, latestUpdateTime ?? 0, clock.now());
  },
});
