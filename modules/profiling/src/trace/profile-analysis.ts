import { decodeThreadStack } from '@skein/proto/profiling';
import { type LimitedReads, nextTurn, QueryError, type ReadOptions } from '@skein/query/contract';
import type { Range, Row } from '@skein/telemetry/storage';
import { ThreadSnapshotModel } from '../models.js';
import { decodeStackTree } from '../stacks/stack-tree-bytes.js';
import { type GoStacks, goTrees } from './go-trees.js';
import { readGoStacks } from './snapshots.js';
import { type ProfileElement, type ThreadDump, threadTrees } from './thread-trees.js';

/** Ranges of one analysis. */
const MAX_QUERIES = 1000;
/** Records of one Go profile's segment: tasks that profiled it. */
const MAX_GO_RECORDS = 16;
/** Latest instant that JavaScript knows. */
const LAST_INSTANT = 8.64e15;

/** A part of a segment, both ends inclusive, ms since the epoch. */
export interface ProfileRange {
  readonly segmentId: string;
  readonly timeRange: { readonly start: number; readonly end: number };
}
/** Trees, and what whoever reads them ought to know. */
export interface ProfileAnalysis {
  readonly tip: string | null;
  readonly trees: ReadonlyArray<{ readonly elements: readonly ProfileElement[] }>;
}

/** Makes trees of the snapshots that were taken in parts of segments. */
export class ProfileAnalyzer {
  /** `maxSnapshots`: of one analysis. */
  constructor(
    private readonly reads: LimitedReads,
    private readonly maxSnapshots: number,
  ) {}

  /** Snapshots of threads in the ranges; where there are none, Go profiles of the whole segments. Throws QueryError. */
  async analyze(queries: readonly ProfileRange[], options: ReadOptions): Promise<ProfileAnalysis> {
    if (queries.length > MAX_QUERIES) throw new QueryError(`an analysis of ${queries.length} ranges; at most ${MAX_QUERIES} are taken`);
    const ranges = new Map<string, Range[]>();
    for (const { segmentId, timeRange } of queries) {
      const range = { from: instant(timeRange.start), to: instant(timeRange.end + 1) };
      ranges.set(segmentId, [...(ranges.get(segmentId) ?? []), range]);
    }
    const { dumps, tip } = await this.dumps(ranges, options);
    if (dumps.length > 0) {
      const { trees, complete } = threadTrees(dumps);
      return { tip: tip ?? (complete ? null : 'the deepest frames are left out: there are too many'), trees: shown(trees) };
    }
    const go = goTrees(await this.goStacks([...ranges.keys()], options));
    return go.length > 0 ? { tip: null, trees: shown(go) } : { tip: 'no snapshots were found', trees: [] };
  }

  private async dumps(ranges: ReadonlyMap<string, readonly Range[]>, options: ReadOptions) {
    const dumps: ThreadDump[] = [];
    const names = new Map<string, string>();
    let tip: string | undefined;
    for (const [segmentId, wanted] of ranges) {
      const limit = this.maxSnapshots - dumps.length;
      if (limit === 0) {
        tip = `there are more snapshots than are analysed: these are ${this.maxSnapshots} of them`;
        break;
      }
      const range = { from: Math.min(...wanted.map(({ from }) => from)), to: Math.max(...wanted.map(({ to }) => to)) };
      const onCut = (): void => {
        tip = `there are more snapshots than could be analysed (at most ${this.maxSnapshots})`;
      };
      if (range.from >= range.to) continue;
      const rows = await this.reads.group({ model: ThreadSnapshotModel, keys: [segmentId], range, limit }, { ...options, onCut });
      for (const row of rows) {
        const time = Number(row.dumpTime);
        if (row.language !== 'JAVA' || !wanted.some(({ from, to }) => from <= time && time < to)) continue;
        const frames = framesOf(row, names);
        if (frames.length > 0) dumps.push({ segmentId, sequence: Number(row.sequence), time, frames });
      }
      await nextTurn(options.signal);
    }
    return { dumps, tip };
  }

  private async goStacks(segmentIds: readonly string[], options: ReadOptions): Promise<readonly GoStacks[]> {
    const stacks: GoStacks[] = [];
    for (const segmentId of segmentIds) {
      const rows = await this.reads.group(
        { model: ThreadSnapshotModel, keys: [segmentId], limit: MAX_GO_RECORDS },
        { ...options, onCut: ignore },
      );
      for (const { language, stack } of rows) {
        if (language !== 'GO' || !(stack instanceof Uint8Array)) continue;
        const { periodMs, tree } = readGoStacks(stack);
        stacks.push({ periodMs, tree: decodeStackTree(tree) });
      }
      await nextTurn(options.signal);
    }
    return stacks;
  }
}

/** A segment of Java threads has thousands of records; that there are more than a few means that it is none of Go. */
const ignore = (): void => undefined;

const shown = (trees: ReadonlyArray<readonly ProfileElement[]>) => trees.map((elements) => ({ elements }));

const instant = (ms: number): number => Math.min(LAST_INSTANT, Math.max(0, Math.trunc(ms)));

/** Equal names are one text in memory: thousands of dumps show the same frames. */
function framesOf({ stack }: Row, names: Map<string, string>): readonly string[] {
  if (!(stack instanceof Uint8Array)) return [];
  return decodeThreadStack(stack).map((name) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, name);
    return name;
  });
}
