import { QueryError } from '@skein/query/contract';
import type { GraphqlContext, GraphqlResolverMap } from '@skein/query-graphql/contract';
import { parseServiceId } from '@skein/telemetry';
import type { ProfileTask } from '../tasks/task.js';
import type { TaskBoard } from '../tasks/task-board.js';
import type { TaskLog, TaskLogEntry } from '../tasks/task-log.js';
import { type ProfileTaskRequest, profileTaskRequest } from '../tasks/task-requests.js';
import type { ProfileAnalyzer, ProfileRange } from '../trace/profile-analysis.js';
import type { ProfiledSegmentFinder, ProfiledSegments } from '../trace/profiled-segments.js';

/** A span has many fields and lists; it counts as this many values. */
const SPAN_COST = 5;

/** Tasks of one list. */
const MAX_TASKS = 500;

/** What the resolvers read and write. */
export interface ProfileServices {
  readonly board: TaskBoard<ProfileTask>;
  readonly log: TaskLog;
  readonly segments: ProfiledSegmentFinder;
  readonly analyzer: ProfileAnalyzer;
  readonly now: () => number;
}

/** Trace profiling, query.md 1.6. */
export function profileResolvers({ board, log, segments, analyzer, now }: ProfileServices): GraphqlResolverMap {
  const list = async (serviceId: string | undefined, endpointName: string | undefined, context: GraphqlContext) => {
    const found = (await board.list(serviceId)).filter((task) => endpointName === undefined || task.endpointName === endpointName);
    const tasks = found.slice(0, MAX_TASKS);
    if (found.length > MAX_TASKS) context.onCut({ what: 'profile tasks', limit: `these are the latest ${MAX_TASKS}; choose a service` });
    const entries = await log.entries(
      tasks.map(({ id }) => id),
      context,
    );
    context.spend(tasks.length + entries.length);
    return tasks.map((task) => shownTask(task, entries));
  };
  return {
    Query: {
      getProfileTaskList: (_, a: { serviceId?: string | null; endpointName?: string | null }, context) =>
        list(a.serviceId || undefined, a.endpointName || undefined, context),
      getProfileTaskLogs: async (_, a: { taskID?: string | null }, context) => (a.taskID ? log.entries([a.taskID], context) : []),
      getProfileTaskSegments: async (_, a: { taskID: string }, context) => {
        const task = await board.find(a.taskID);
        if (task === undefined) throw new QueryError('there is no such profile task; it may be forgotten');
        const found = await segments.segments(task, context);
        context.spend(found.reduce((sum, { spans }) => sum + SPAN_COST * spans.length, 0));
        return found.map(shownSegments);
      },
      getSegmentsProfileAnalyze: async (_, a: { queries: readonly ProfileRange[] }, context) => {
        const analysis = await analyzer.analyze(a.queries, context);
        context.spend(analysis.trees.reduce((sum, { elements }) => sum + elements.length, 0));
        return analysis;
      },
    },
    Mutation: {
      createProfileTask: async (_, a: { creationRequest?: ProfileTaskRequest | null }) => {
        if (!a.creationRequest) return { errorReason: 'creationRequest is missing', id: null };
        const requested = profileTaskRequest(a.creationRequest, now());
        const created = 'draft' in requested ? await board.create(requested.draft) : requested;
        return 'task' in created ? { errorReason: null, id: created.task.id } : { errorReason: created.refusal, id: null };
      },
    },
  };
}

const shownTask = (task: ProfileTask, entries: readonly TaskLogEntry[]) => ({
  ...task,
  serviceName: parseServiceId(task.serviceId)?.name ?? '',
  logs: entries.filter(({ taskId }) => taskId === task.id),
});

const shownSegments = ({ start, spans, ...rest }: ProfiledSegments) => ({
  ...rest,
  start: String(start),
  spans: spans.map(({ service, instance, operationName, ...span }) => ({
    ...span,
    serviceCode: service,
    serviceInstanceName: instance,
    endpointName: operationName,
  })),
});
