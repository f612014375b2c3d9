import type { LimitedReads } from '@skein/query/contract';
import type { GraphqlResolverMap } from '@skein/query-graphql/contract';
import type { StoredProcess, StoredProcesses } from '../processes/stored-processes.js';
import { type Aggregation, type AnalysisRequest, analyseStacks } from './stack-analysis.js';
import { ScheduleModel } from './stack-models.js';

/** A process that is no longer known, or never was: its stacks can be looked at all the same. */
const unknownProcess = (id: string): Omit<StoredProcess, 'profilable'> => ({
  id,
  name: 'UNKNOWN',
  serviceId: '',
  serviceName: '',
  instanceId: '',
  instanceName: '',
  agentId: '',
  detectType: 'UNDEFINED',
  attributes: [],
  labels: [],
});

interface AnalysisArguments {
  readonly scheduleIdList: readonly string[];
  readonly timeRanges: AnalysisRequest['ranges'];
  readonly aggregateType?: Aggregation | null;
}

/** Runs of tasks, and the trees that their stacks make, query.md 1.6 and 3.11. */
export const stackResolvers = (processes: StoredProcesses, reads: LimitedReads): GraphqlResolverMap => ({
  Query: {
    queryEBPFProfilingSchedules: async (_, a: { taskId: string }, o) => {
      const where = [['taskId', '=', a.taskId]] as const;
      const rows = await reads.allEntities({ model: ScheduleModel, where, order: { by: 'startTime', descending: false } }, o);
      o.spend(rows.length);
      const known = await processes.byId([...new Set(rows.map((row) => String(row.process ?? '')))], o);
      return rows.map((row) => {
        const process = String(row.process ?? '');
        const times = { startTime: Number(row.startTime ?? 0), endTime: Number(row.endTime ?? 0) };
        return { scheduleId: row.id, taskId: a.taskId, process: known.get(process) ?? unknownProcess(process), ...times };
      });
    },
    analysisEBPFProfilingResult: async (_, a: AnalysisArguments, o) => {
      const request = { schedules: a.scheduleIdList, ranges: a.timeRanges, aggregation: a.aggregateType ?? 'COUNT' };
      const { tip, trees } = await o.once(`ebpf analysis ${JSON.stringify(request)}`, (r) => analyseStacks(reads, request, r));
      o.spend(trees.reduce((sum, elements) => sum + elements.length, 0));
      return { tip, trees: trees.map((elements) => ({ elements })) };
    },
  },
});
