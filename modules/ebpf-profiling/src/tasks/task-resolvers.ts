import { type DurationInput, QueryError, type TimeQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolverMap } from '@skein/query-graphql/contract';
import { parseMemberId, parseServiceId } from '@skein/telemetry';
import type { TriggeredTask, TriggeredTasks } from '../policies/triggered-tasks.js';
import { labelsOf, type StoredProcesses } from '../processes/stored-processes.js';
import type { FixedTasks } from './fixed-tasks.js';
import { type FixedTask, type SamplingRule, TARGET_TYPES, type TargetType } from './task.js';
import type { FixedTimeOrder, OrderResult, TaskOrders } from './task-orders.js';

interface TaskSearch {
  readonly serviceId?: string | null;
  readonly serviceInstanceId?: string | null;
  readonly targets?: readonly TargetType[] | null;
  readonly triggerType?: 'FIXED_TIME' | 'CONTINUOUS_PROFILING' | null;
  readonly duration?: DurationInput | null;
}
/** Inputs of the schema: what is not given may be null. */
type Nullable<T> = { readonly [K in keyof T]: T[K] extends object | undefined ? Nullable<T[K]> | null : T[K] | null };
interface NetworkRequest {
  readonly instanceId: string;
  readonly samplings?: ReadonlyArray<Nullable<SamplingRule>> | null;
}

/** Ordering of tasks, and which there are, query.md 1.6 and 3.11. */
export function taskResolvers(
  orders: TaskOrders,
  fixed: FixedTasks,
  triggered: TriggeredTasks,
  processes: StoredProcesses,
  time: TimeQuery,
): GraphqlResolverMap {
  const search = async (a: TaskSearch, o: GraphqlContext): Promise<readonly object[]> => {
    const { serviceId: service, serviceInstanceId: instance } = a;
    if (!service && !instance) throw new QueryError('give serviceId or serviceInstanceId');
    const targets = a.targets?.length ? a.targets : TARGET_TYPES;
    const range = a.duration ? time.parse(a.duration).range : undefined;
    const filter = { targets, ...(service && { service }), ...(instance && { instance }), ...(range && { range }) };
    if (a.triggerType === 'CONTINUOUS_PROFILING') return (await triggered.list(filter, o)).map(shownTriggered);
    const known = service ? await fixed.ofService(service) : await fixed.all();
    return known
      .filter((task) => targets.includes(task.target) && (!instance || task.instance === instance))
      .filter(({ startTime }) => range === undefined || (startTime >= range.from && startTime < range.to))
      .sort((x, y) => y.createTime - x.createTime)
      .map(shownFixed);
  };
  return {
    Query: {
      queryPrepareCreateEBPFProfilingTaskData: async (_, a: { serviceId: string }, o) => {
        const couldProfiling = (await processes.profilable(a.serviceId, o)).length > 0;
        return { couldProfiling, processLabels: couldProfiling ? labelsOf(await processes.ofService(a.serviceId, o)) : [] };
      },
      queryEBPFProfilingTasks: async (_, a: TaskSearch, o) => {
        const found = await search(a, o);
        o.spend(found.length);
        return found;
      },
    },
    Mutation: {
      createEBPFProfilingFixedTimeTask: async (_, a: { request: FixedTimeOrder }, o) => shownResult(await orders.fixedTime(a.request, o)),
      createEBPFNetworkProfiling: async (_, { request }: { request: NetworkRequest }, o) =>
        shownResult(await orders.network({ instanceId: request.instanceId, samplings: (request.samplings ?? []).map(withoutNulls) }, o)),
      keepEBPFNetworkProfiling: async (_, a: { taskId: string }) => {
        const refused = await orders.keepNetwork(a.taskId);
        return { status: refused === undefined, errorReason: refused };
      },
    },
  };
}

const shownResult = (result: OrderResult): object =>
  'id' in result ? { status: true, id: result.id } : { status: false, errorReason: result.refused };

const shownFixed = (task: FixedTask): object => ({
  ...owners(task.service, task.instance),
  taskId: task.id,
  processLabels: task.labels,
  taskStartTime: task.startTime,
  triggerType: 'FIXED_TIME',
  fixedTriggerDuration: task.seconds,
  targetType: task.target,
  createTime: task.createTime,
});

const shownTriggered = (task: TriggeredTask): object => ({
  ...owners(task.service, task.instance),
  taskId: task.id,
  processLabels: [],
  processId: task.process,
  processName: task.processName,
  taskStartTime: task.startTime,
  triggerType: 'CONTINUOUS_PROFILING',
  fixedTriggerDuration: task.seconds,
  continuousProfilingCauses: task.causes,
  targetType: task.target,
  createTime: task.startTime,
});

const owners = (service: string, instance: string | undefined): object => ({
  serviceId: service,
  serviceName: parseServiceId(service)?.name ?? '',
  serviceInstanceId: instance,
  serviceInstanceName: instance === undefined ? undefined : parseMemberId(instance)?.name,
});

function withoutNulls({ uriRegex, minDuration, when4xx, when5xx, settings }: Nullable<SamplingRule>): SamplingRule {
  const { requireCompleteRequest, maxRequestSize, requireCompleteResponse, maxResponseSize } = settings ?? {};
  return {
    ...(uriRegex && { uriRegex }),
    ...(typeof minDuration === 'number' && { minDuration }),
    when4xx: when4xx === true,
    when5xx: when5xx === true,
    settings: {
      requireCompleteRequest: requireCompleteRequest === true,
      ...(typeof maxRequestSize === 'number' && { maxRequestSize }),
      requireCompleteResponse: requireCompleteResponse === true,
      ...(typeof maxResponseSize === 'number' && { maxResponseSize }),
    },
  };
}
