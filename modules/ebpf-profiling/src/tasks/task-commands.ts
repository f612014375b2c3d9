import type { AgentCommand } from '@skein/proto';
import { hasLabels, type StoredProcess } from '../processes/stored-processes.js';
import { endOf, type FixedTask, type SamplingRule } from './task.js';

/**
 * What an agent is to do: of each task that changed after `latest` and has not ended, one command for each of its processes, or for network
 * tasks one command for all processes of the instance. Source: receivers.md 4 and 6.15.
 */
export function taskCommands(
  tasks: readonly FixedTask[],
  processes: readonly StoredProcess[],
  latest: number,
  now: number,
): readonly AgentCommand[] {
  return tasks
    .filter((task) => task.updateTime > latest && endOf(task) > now)
    .sort((a, b) => a.updateTime - b.updateTime)
    .flatMap((task) => groupsOf(task, processes).map((ids) => taskCommand(task, ids)));
}

function groupsOf(task: FixedTask, processes: readonly StoredProcess[]): readonly (readonly string[])[] {
  if (task.target === 'NETWORK') {
    const ids = processes.filter(({ instanceId }) => instanceId === task.instance).map(({ id }) => id);
    return ids.length === 0 ? [] : [ids];
  }
  return processes
    .filter((process) => process.serviceId === task.service && process.profilable && hasLabels(process, task.labels))
    .map(({ id }) => [id]);
}

/** A command for a task of a fixed time. */
export const taskCommand = (task: FixedTask, processIds: readonly string[]): AgentCommand => ({
  name: 'EBPFProfilingTaskQuery',
  args: [
    ['TaskId', task.id],
    ['ProcessId', processIds.join(',')],
    ['TaskUpdateTime', String(task.updateTime)],
    ['TriggerType', 'FIXED_TIME'],
    ['TargetType', task.target],
    ['TaskStartTime', String(task.startTime)],
    ['ExtensionConfigJSON', extensionJson(task.samplings)],
    ['FixedTriggerDuration', String(task.seconds)],
  ],
});

/** The text `null` when there are no rules, as agents expect it. */
const extensionJson = (rules: readonly SamplingRule[]): string =>
  JSON.stringify(rules.length === 0 ? null : { NetworkSamplings: rules.map(ruleOf) });

const ruleOf = ({ uriRegex, minDuration, when4xx, when5xx, settings }: SamplingRule): object => ({
  URIRegex: uriRegex,
  MinDuration: minDuration,
  When4xx: when4xx,
  When5xx: when5xx,
  Settings: {
    RequireCompleteRequest: settings.requireCompleteRequest,
    MaxRequestSize: settings.maxRequestSize,
    RequireCompleteResponse: settings.requireCompleteResponse,
    MaxResponseSize: settings.maxResponseSize,
  },
});
