import { skywalking } from '@skein/proto/ebpf';
import { inTurns, type LimitedReads, QueryError, type ReadOptions } from '@skein/query/contract';
import type { Range, Row } from '@skein/telemetry/storage';
import { ScheduleModel, StackModel } from './stack-models.js';
import { MAX_NODES, type StackElement, StackForest, type StackSymbol } from './stack-tree.js';

const { EBPFOnCPUProfiling, EBPFOffCPUProfiling, EBPFProfilingStackType } = skywalking.v3;

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
/** Stacks of one read: of the largest that are kept, 64 MiB. */
const PAGE = 500;
const MAX_STACKS = 500_000;

/** Merges the stacks that were sent by some runs in some ranges of time. */
export async function analyseStacks(reads: LimitedReads, request: AnalysisRequest, o?: ReadOptions): Promise<Analysis> {
  const { schedules, ranges, aggregation } = request;
  if (schedules.length > MAX_SCHEDULES) throw new QueryError(`at most ${MAX_SCHEDULES} schedules can be analysed together`);
  if (ranges.length > MAX_RANGES) throw new QueryError(`at most ${MAX_RANGES} time ranges can be analysed together`);
  const forest = new StackForest();
  let stacks = 0;
  for (const range of await stored(reads, schedules, merged(ranges), o)) {
    for await (const rows of pages(reads, schedules, range, o)) {
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

/**
 * Stacks of a range, latest first. A page ends with the time of its last row, which the next read asks for again and passes over what it
 * has: reading on by offset alone would cost more with each page.
 */
async function* pages(reads: LimitedReads, schedules: readonly string[], range: Range, o?: ReadOptions): AsyncGenerator<readonly Row[]> {
  let { to } = range;
  let offset = 0;
  for (;;) {
    const where = [['schedule', 'in', schedules]] as const;
    const question = { model: StackModel, range: { from: range.from, to }, where, offset, limit: PAGE, body: true };
    const rows = await reads.records(question, o);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    const last = Number(rows.at(-1)!.uploadTime);
    const same = rows.filter(({ uploadTime }) => uploadTime === last).length;
    offset = last + 1 === to ? offset + same : same;
    to = last + 1;
  }
}

function addRow(forest: StackForest, row: Row, aggregation: Aggregation): void {
  const data = row.data as Uint8Array;
  if (row.target === 'ON_CPU') {
    const { stacks, dumpCount } = EBPFOnCPUProfiling.decode(data);
    forest.add(symbolsOf(stacks ?? []), positive(dumpCount));
  } else {
    const { stacks, switchCount, duration } = EBPFOffCPUProfiling.decode(data);
    forest.add(symbolsOf(stacks ?? []), positive(aggregation === 'DURATION' ? duration : switchCount));
  }
}

/** An agent cannot take back what it has counted. */
const positive = (value: number | null | undefined): number => Math.max(0, value ?? 0);

/** Callers first. Agents send the stack of the kernel, which was entered last, before that of the process, and callees before their callers. */
export function symbolsOf(stacks: readonly skywalking.v3.IEBPFProfilingStackMetadata[]): readonly StackSymbol[] {
  return stacks
    .flatMap(({ stackType, stackSymbols }) => {
      const type = stackType === EBPFProfilingStackType.PROCESS_USER_SPACE ? ('USER_SPACE' as const) : ('KERNEL_SPACE' as const);
      return (stackSymbols ?? []).map((symbol) => ({ symbol, type }));
    })
    .reverse();
}
