import { skywalking } from '@skein/proto/ebpf';
import { inTurns, type LimitedReads, QueryError, type ReadOptions } from '@skein/query/contract';
import type { Range, Row } from '@skein/telemetry/storage';
import { ScheduleModel } from './stack-models.js';
import { stackPages } from './stack-pages.js';
import { MAX_NODES, type Stack, type StackElement, StackForest } from './stack-tree.js';

const { EBPFOnCPUProfiling, EBPFOffCPUProfiling, EBPFProfilingStackType } = skywalking.v3;
const { PROCESS_KERNEL_SPACE, PROCESS_USER_SPACE } = EBPFProfilingStackType;

/** What the numbers of a tree are. On the CPU there are only counts. */
export type Aggregation = 'COUNT' | 'DURATION';
/** What to analyse. Times are ms, both inclusive. */
export interface AnalysisRequest {
  readonly schedules: readonly string[];
  readonly ranges: ReadonlyArray<{ readonly start: number; readonly end: number }>;
  readonly aggregation: Aggregation;
}
/** Trees for flame graphs, or why there are none. */
export interface Analysis {
  readonly tip: string | undefined;
  readonly trees: readonly (readonly StackElement[])[];
}

const MAX_SCHEDULES = 1000;
const MAX_RANGES = 1000;
/** Stacks of one read: of the largest that are kept, 128 MB; usually 6 MB. */
const PAGE = 2000;
/** Some 50 us of CPU each, of 40 functions: well within the deadline of a query. */
const MAX_STACKS = 200_000;

/** Merges the stacks that were sent by some runs in some ranges of time. */
export async function analyseStacks(reads: LimitedReads, request: AnalysisRequest, o?: ReadOptions): Promise<Analysis> {
  const { schedules, ranges, aggregation } = request;
  if (schedules.length > MAX_SCHEDULES) throw new QueryError(`at most ${MAX_SCHEDULES} schedules can be analysed together`);
  if (ranges.length > MAX_RANGES) throw new QueryError(`at most ${MAX_RANGES} time ranges can be analysed together`);
  const forest = new StackForest();
  let stacks = 0;
  for (const range of await stored(reads, schedules, merged(ranges), o)) {
    if (stacks >= MAX_STACKS) break;
    for await (const rows of stackPages(reads, { schedules, range, size: PAGE }, o)) {
      stacks += rows.length;
      await inTurns(rows, (row) => addRow(forest, row, aggregation), o?.signal);
      if (stacks >= MAX_STACKS) break;
    }
  }
  const problems = [
    ...(stacks >= MAX_STACKS ? [`only the latest ${stacks} stacks were analysed`] : []),
    ...(forest.leftOut > 0 ? [`${forest.leftOut} stacks are left out: the trees have ${MAX_NODES} functions`] : []),
  ];
  const trees = forest.trees();
  return { trees, tip: trees.length === 0 ? 'there are no stacks in these time ranges' : problems.join('; ') || undefined };
}

/** Ranges that overlap are one, so that no stack counts twice; half open. */
export function merged(ranges: AnalysisRequest['ranges']): readonly Range[] {
  const found: { from: number; to: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start > end) continue;
    const last = found.at(-1);
    if (last !== undefined && start <= last.to) last.to = Math.max(last.to, end + 1);
    else found.push({ from: start, to: end + 1 });
  }
  return found;
}

/** The parts of the ranges in which the runs sent anything. */
async function stored(
  reads: LimitedReads,
  schedules: readonly string[],
  ranges: readonly Range[],
  o?: ReadOptions,
): Promise<readonly Range[]> {
  if (schedules.length === 0 || ranges.length === 0) return [];
  const rows = await reads.entities({ model: ScheduleModel, ids: schedules, limit: schedules.length }, o);
  const first = Math.min(...rows.map(({ startTime, endTime }) => Math.min(Number(startTime ?? 0), Number(endTime ?? 0))));
  const last = Math.max(...rows.map(({ endTime }) => Number(endTime ?? 0)));
  return ranges.map(({ from, to }) => ({ from: Math.max(from, first), to: Math.min(to, last + 1) })).filter(({ from, to }) => from < to);
}

function addRow(forest: StackForest, row: Row, aggregation: Aggregation): void {
  const data = row.data as Uint8Array;
  if (row.target === 'ON_CPU') {
    const { stacks, dumpCount } = EBPFOnCPUProfiling.decode(data);
    forest.add(stackOf(stacks), positive(dumpCount));
  } else {
    const { stacks, switchCount, duration } = EBPFOffCPUProfiling.decode(data);
    forest.add(stackOf(stacks), positive(aggregation === 'DURATION' ? duration : switchCount));
  }
}

/** An agent cannot take back what it has counted. */
const positive = (value: number | null | undefined): number => Math.max(0, value ?? 0);

/** At most one stack of each kind is kept. */
function stackOf(stacks: readonly skywalking.v3.IEBPFProfilingStackMetadata[] | null | undefined): Stack {
  const symbolsOf = (type: number): readonly string[] => stacks?.find(({ stackType }) => (stackType ?? 0) === type)?.stackSymbols ?? [];
  return { kernel: symbolsOf(PROCESS_KERNEL_SPACE), user: symbolsOf(PROCESS_USER_SPACE) };
}
