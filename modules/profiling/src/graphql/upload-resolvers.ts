import { type DurationInput, QueryError, type TimeQuery } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolverMap } from '@skein/query-graphql/contract';
import type { StackTree } from '../stacks/stack-tree.js';
import type { AsyncProfilerTask, PprofTask, Task } from '../tasks/task.js';
import type { Created, TaskBoard } from '../tasks/task-board.js';
import type { Operation, TaskLog } from '../tasks/task-log.js';
import {
  type AsyncProfilerTaskRequest,
  asyncProfilerTaskRequest,
  type PprofTaskRequest,
  pprofTaskRequest,
  type Requested,
} from '../tasks/task-requests.js';
import type { UploadTrees } from '../uploads/upload-trees.js';

/** What the resolvers of one kind read and write. */
export interface UploadServices<T extends Task> {
  readonly board: TaskBoard<T>;
  readonly log: TaskLog;
  readonly trees: UploadTrees;
}
interface ListRequest {
  readonly serviceId: string;
  readonly queryDuration?: DurationInput | null;
  readonly limit?: number | null;
}
interface AnalysisRequest {
  readonly taskId: string;
  readonly instanceIds: readonly string[];
}

/** async-profiler, query.md 1.6. */
export function asyncProfilerResolvers(services: UploadServices<AsyncProfilerTask>, time: TimeQuery): GraphqlResolverMap {
  const { board } = services;
  return {
    Query: {
      queryAsyncProfilerTaskList: (_, a: { request: ListRequest }, context) => list(board, a.request, time, context, shownTask),
      queryAsyncProfilerTaskProgress: (_, a: { taskId: string }, context) => progress(services.log, a.taskId, context),
      queryAsyncProfilerAnalyze: async (_, { request }: { request: AnalysisRequest & { eventType: string } }, context) => {
        const tree = await merged(services, request, request.eventType, context);
        return { tree: tree && { type: request.eventType, elements: elements(tree, context) } };
      },
    },
    Mutation: {
      createAsyncProfilerTask: (_, a: { asyncProfilerTaskCreationRequest: AsyncProfilerTaskRequest }) =>
        created(board, asyncProfilerTaskRequest(a.asyncProfilerTaskCreationRequest, time.info().now)),
    },
  };
}

/** pprof, query.md 1.6. */
export function pprofResolvers(services: UploadServices<PprofTask>, time: TimeQuery): GraphqlResolverMap {
  const { board } = services;
  return {
    Query: {
      queryPprofTaskList: (_, a: { request: ListRequest }, context) =>
        list(board, a.request, time, context, (task) => ({ ...shownTask(task), events: task.event })),
      queryPprofTaskProgress: (_, a: { taskId: string }, context) => progress(services.log, a.taskId, context),
      queryPprofAnalyze: async (_, { request }: { request: AnalysisRequest }, context) => {
        const tree = await merged(services, request, '', context);
        return { tree: tree && { elements: elements(tree, context) } };
      },
    },
    Mutation: {
      createPprofTask: (_, a: { pprofTaskCreationRequest: PprofTaskRequest }) =>
        created(board, pprofTaskRequest(a.pprofTaskCreationRequest, time.info().now)),
    },
  };
}

const shownTask = <T extends AsyncProfilerTask | PprofTask>(task: T) => ({ ...task, serviceInstanceIds: task.instanceIds });

async function list<T extends Task>(
  board: TaskBoard<T>,
  { serviceId, queryDuration, limit }: ListRequest,
  time: TimeQuery,
  context: GraphqlContext,
  shown: (task: T) => object,
) {
  const range = queryDuration ? time.parse(queryDuration).range : { from: 0, to: Number.POSITIVE_INFINITY };
  const tasks = (await board.list(serviceId)).filter(({ createTime }) => range.from <= createTime && createTime < range.to);
  const wanted = limit !== null && limit !== undefined && limit > 0 ? tasks.slice(0, limit) : tasks;
  context.spend(wanted.length);
  return { errorReason: null, tasks: wanted.map(shown) };
}

/** Instances at which a task failed are in both lists if they also succeeded, as when they were restarted. */
async function progress(log: TaskLog, taskId: string, context: GraphqlContext) {
  const logs = await log.entries([taskId], context);
  context.spend(logs.length);
  const instancesWith = (isOne: (operation: Operation) => boolean): readonly string[] => [
    ...new Set(logs.filter(({ operationType }) => isOne(operationType)).map(({ instanceId }) => instanceId)),
  ];
  return {
    logs,
    errorInstanceIds: instancesWith((operation) => operation.endsWith('_ERROR')),
    successInstanceIds: instancesWith((operation) => operation === 'EXECUTION_FINISHED'),
  };
}

/** null where nothing was uploaded. */
async function merged<T extends Task>({ board, trees }: UploadServices<T>, request: AnalysisRequest, key: string, context: GraphqlContext) {
  const task = await board.find(request.taskId);
  if (task === undefined) throw new QueryError('there is no such task; it may be forgotten');
  return (await trees.merged(task, request.instanceIds, key, context)) ?? null;
}

/** Ids from 0, the root's parent is -1; query.md 3.11. */
function elements(tree: StackTree, context: GraphqlContext) {
  context.spend(tree.size);
  return [...tree.nodes()].map(({ id, parentId, name, total, self }) => ({ id, parentId, codeSignature: name, total, self }));
}

async function created<T extends Task>(board: TaskBoard<T>, requested: Requested<T>) {
  if ('refusal' in requested) return { code: 'ARGUMENT_ERROR', errorReason: requested.refusal, id: null };
  const outcome: Created<T> = await board.create(requested.draft);
  if ('refusal' in outcome) return { code: 'ALREADY_PROFILING_ERROR', errorReason: outcome.refusal, id: null };
  return { code: 'SUCCESS', errorReason: null, id: outcome.task.id };
}
