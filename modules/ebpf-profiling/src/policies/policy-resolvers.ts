import type { Clock } from '@skein/core';
import type { MetadataQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolverMap } from '@skein/query-graphql/contract';
import { parseServiceId } from '@skein/telemetry';
import type { StoredProcess, StoredProcesses } from '../processes/stored-processes.js';
import { TARGET_TYPES, type TargetType } from '../tasks/task.js';
import type { Policies } from './policies.js';
import type { PolicyItem, PolicyTarget } from './policy.js';
import type { TriggeredTask, TriggeredTasks } from './triggered-tasks.js';

/** Tasks that count as lately triggered. */
const LATELY_MS = 48 * 3_600_000;

/** Inputs of the schema: what is not given may be null. */
interface ItemInput extends Omit<PolicyItem, 'uriList' | 'uriRegex'> {
  readonly uriList?: readonly string[] | null;
  readonly uriRegex?: string | null;
}
interface PolicyInput {
  readonly serviceId: string;
  readonly targets: ReadonlyArray<{ readonly targetType: TargetType; readonly checkItems: readonly ItemInput[] }>;
}

/** Policies of continuous profiling, and what came of them, query.md 1.6 and 3.11. */
export function policyResolvers(
  policies: Policies,
  triggered: TriggeredTasks,
  processes: StoredProcesses,
  metadata: MetadataQuery,
  clock: Clock,
): GraphqlResolverMap {
  const lately = (service: string, targets: readonly TargetType[], o: GraphqlContext): Promise<readonly TriggeredTask[]> => {
    const now = clock.now();
    return triggered.list({ service, targets, range: { from: now - LATELY_MS, to: now + 600_000 } }, o);
  };
  return {
    Query: {
      queryContinuousProfilingServiceTargets: async (_, a: { serviceId: string }, o) => {
        const targets = (await policies.ofService(a.serviceId))?.targets ?? [];
        if (targets.length === 0) return [];
        const tasks = await lately(a.serviceId, TARGET_TYPES, o);
        return targets.map(({ target, items }) => ({
          type: target,
          checkItems: items,
          ...summary(tasks.filter((task) => task.target === target)),
        }));
      },
      queryContinuousProfilingMonitoringInstances: async (_, a: { serviceId: string; target: TargetType }, o) => {
        const found = await processes.ofService(a.serviceId, o);
        o.spend(found.length);
        const tasks = found.length === 0 ? [] : await lately(a.serviceId, [a.target], o);
        const shown = [...byInstance(found)].map(async ([id, members]) => {
          const instance = await metadata.instance(id, o);
          return shownInstance(id, members, instance?.attributes ?? [], tasks);
        });
        return Promise.all(shown);
      },
    },
    Mutation: {
      setContinuousProfilingPolicy: async (_, { request }: { request: PolicyInput }) => {
        const refused =
          parseServiceId(request.serviceId) === undefined
            ? `"${request.serviceId.slice(0, 100)}" is not the id of a service`
            : await policies.set(request.serviceId, request.targets.map(targetOf));
        return { status: refused === undefined, errorReason: refused };
      },
    },
  };
}

function byInstance(processes: readonly StoredProcess[]): ReadonlyMap<string, readonly StoredProcess[]> {
  const found = new Map<string, StoredProcess[]>();
  for (const process of processes) {
    const members = found.get(process.instanceId);
    if (members === undefined) found.set(process.instanceId, [process]);
    else members.push(process);
  }
  return found;
}

const shownInstance = (
  id: string,
  members: readonly StoredProcess[],
  attributes: StoredProcess['attributes'],
  tasks: readonly TriggeredTask[],
): object => ({
  id,
  name: members[0]!.instanceName,
  attributes,
  processes: members.map((member) => ({ ...member, ...summary(tasks.filter(({ process }) => process === member.id)) })),
  ...summary(tasks.filter(({ instance }) => instance === id)),
});

const summary = (tasks: readonly TriggeredTask[]): object => ({
  triggeredCount: tasks.length,
  lastTriggerTimestamp: tasks.length === 0 ? null : tasks.reduce((latest, { startTime }) => Math.max(latest, startTime), 0),
});

const targetOf = ({ targetType, checkItems }: PolicyInput['targets'][number]): PolicyTarget => ({
  target: targetType,
  items: checkItems.map(({ type, threshold, period, count, uriList, uriRegex }) => ({
    ...{ type, threshold, period, count },
    ...(uriList && { uriList }),
    ...(uriRegex && { uriRegex }),
  })),
});
