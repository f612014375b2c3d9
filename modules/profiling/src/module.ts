import { contribution, defineModule, GrpcMethods } from '@skein/core';
import { LimitedReadsToken, TimeQueryToken, TraceQueryToken } from '@skein/query/contract';
import { GraphqlResolvers } from '@skein/query-graphql/contract';
import { NamingToken, observations, StorageModels } from '@skein/telemetry';
import { type RecordModel, StorageToken } from '@skein/telemetry/storage';
import { ProfilingConfig } from './config.js';
import { profileResolvers } from './graphql/profile-resolvers.js';
import { asyncProfilerResolvers, pprofResolvers } from './graphql/upload-resolvers.js';
import { AsyncProfilerTaskLogModel, PprofTaskLogModel, PROFILING_MODELS, ProfileTaskLogModel } from './models.js';
import { UploadParser } from './parsing/upload-parser.js';
import { BoardRefresh } from './tasks/board-refresh.js';
import { ASYNC_PROFILER_SERVICE, PPROF_SERVICE, polledMethods } from './tasks/polled-tasks.js';
import type { AsyncProfilerTask, PprofTask, ProfileTask, Task } from './tasks/task.js';
import { TaskBoard } from './tasks/task-board.js';
import { TaskLog } from './tasks/task-log.js';
import { ProfileAnalyzer } from './trace/profile-analysis.js';
import { ProfiledSegmentFinder } from './trace/profiled-segments.js';
import { traceProfileMethods } from './trace/trace-profile-methods.js';
import { UploadBudget } from './uploads/upload-budget.js';
import { UploadDialogue } from './uploads/upload-dialogue.js';
import { ASYNC_PROFILER_UPLOAD, PPROF_UPLOAD, type UploadProtocol } from './uploads/upload-protocol.js';
import { UploadTrees } from './uploads/upload-trees.js';

/** Profiling by agents: tasks that users create and agents ask for, what agents upload, and the trees made of it. */
export default defineModule({
  name: 'profiling',
  config: ProfilingConfig,
  needs: { naming: NamingToken, storage: StorageToken, reads: LimitedReadsToken, traces: TraceQueryToken, time: TimeQueryToken },
  publishes: { observations },
  contributes: [GrpcMethods, GraphqlResolvers, contribution(StorageModels, ...PROFILING_MODELS)],
  activate({ config, services, streams, clock, logger, meter, health, contribute, onReady, own }) {
    const { naming, storage, reads, traces, time } = services;
    const publisher = streams.observations;
    const { listener, idle: idleMs } = config;
    const now = (): number => clock.now();
    const board = <T extends Task>(kind: string): TaskBoard<T> => new TaskBoard<T>({ kind, storage, clock, logger });
    const log = (model: RecordModel): TaskLog => new TaskLog(model, publisher, reads, clock, logger, meter);

    const profile = { board: board<ProfileTask>('profile-task'), log: log(ProfileTaskLogModel) };
    const asyncProfiler = { board: board<AsyncProfilerTask>('async-profiler-task'), log: log(AsyncProfilerTaskLogModel) };
    const pprof = { board: board<PprofTask>('pprof-task'), log: log(PprofTaskLogModel) };
    const boards = [profile.board, asyncProfiler.board, pprof.board];
    const refresh = new BoardRefresh(boards, { storage, everyMs: config.refresh, clock, logger, health });
    onReady(() => refresh.start());
    own(refresh);

    const malformed = meter.counter('malformed_task_queries_total', 'Questions of agents for tasks that could not be read; they got none');
    const polling = { listener, naming, now, logger, malformed };
    for (const method of polledMethods({ profile, asyncProfiler, pprof }, polling)) contribute(GrpcMethods, method);

    const parser = new UploadParser({ timeoutMs: config.parseTime, clock });
    own(parser);
    const budget = new UploadBudget(config.maxUploads);
    meter.gauge('profile_upload_bytes', 'Memory that profiles take while they are uploaded', () => budget.used);
    const intake = { parser, budget, publisher, idleMs, clock, naming, logger };
    const collect = (
      service: string,
      protocol: UploadProtocol,
      tasks: { board: Pick<TaskBoard<Task>, 'find'>; log: TaskLog },
      maxBytes: number,
    ): void => {
      const dialogue = new UploadDialogue({ ...intake, ...tasks, protocol, maxBytes });
      contribute(GrpcMethods, {
        listener,
        path: `${service}/collect`,
        kind: 'bidi',
        handle: (messages, call) => dialogue.collect(messages, call),
      });
    };
    collect(ASYNC_PROFILER_SERVICE, ASYNC_PROFILER_UPLOAD, asyncProfiler, config.maxJfrSize);
    collect(PPROF_SERVICE, PPROF_UPLOAD, pprof, config.maxPprofSize);
    for (const method of traceProfileMethods({ ...intake, ...profile, listener, maxBytes: config.maxPprofSize }))
      contribute(GrpcMethods, method);

    const segments = new ProfiledSegmentFinder(reads, traces, naming);
    const analyzer = new ProfileAnalyzer(reads, config.maxSnapshots);
    const trees = ({ treeModel }: UploadProtocol): UploadTrees => new UploadTrees(reads, treeModel);
    for (const resolvers of [
      profileResolvers({ ...profile, segments, analyzer, now }),
      asyncProfilerResolvers({ ...asyncProfiler, trees: trees(ASYNC_PROFILER_UPLOAD) }, time),
      pprofResolvers({ ...pprof, trees: trees(PPROF_UPLOAD) }, time),
    ]) {
      contribute(GraphqlResolvers, { resolvers });
    }
  },
});
