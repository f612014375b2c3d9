import type { LimitedReads, ReadOptions, Span, TraceQuery } from '@skein/query/contract';
import { endpointId, instanceId, type Naming, parseServiceId, SegmentModel, serviceId } from '@skein/telemetry';
import type { Condition } from '@skein/telemetry/storage';
import { grouped } from '../grouped.js';
import { ThreadSnapshotModel } from '../models.js';
import type { ProfileTask } from '../tasks/task.js';

const MINUTE = 60_000;
/** Segments begin before their snapshots, and agents may be late. Source: what the reference searches, with some room. */
const AROUND = 15 * MINUTE;
/** Profiled segments of one task that are shown; agents profile less than ten at an instance. */
const MAX_PROFILED = 500;
/** Segments that are looked through for the profiled ones, in pages. */
const PAGE = 1000;
const MAX_PAGES = 10;

/** The segments of one trace in one instance that belong together: one, and those of other threads that it began. */
export interface ProfiledSegments {
  readonly traceId: string;
  readonly instanceId: string;
  readonly instanceName: string;
  readonly endpointNames: readonly string[];
  /** ms. */
  readonly duration: number;
  /** ms since the epoch. */
  readonly start: number;
  readonly spans: readonly ProfiledSpan[];
}
/** A span; `profiled`: there are snapshots of its segment. References to other processes are left out. */
export interface ProfiledSpan extends Span {
  readonly profiled: boolean;
}

/** Finds the segments that a task profiled, by their snapshots and their traces. */
export class ProfiledSegmentFinder {
  constructor(
    private readonly reads: LimitedReads,
    private readonly traces: TraceQuery,
    private readonly naming: Naming,
  ) {}

  async segments(task: ProfileTask, options: ReadOptions): Promise<readonly ProfiledSegments[]> {
    const profiled = await this.profiledIds(task, options);
    if (profiled.size === 0) return [];
    const found = new Map<string, readonly Span[]>();
    const missing = new Set(profiled);
    // Segments cannot be searched by their ids. Those of the task's endpoint are the most likely ones; then all slow ones of the service.
    const service = ['service', '=', task.serviceId] as const;
    const endpoint = endpointId(task.serviceId, this.naming.endpoint(parseServiceId(task.serviceId)?.name ?? '', task.endpointName));
    for (const where of [
      [service, ['endpoint', '=', endpoint] as const],
      [service, ['latency', '>=', task.minDurationThreshold] as const],
    ]) {
      if (missing.size > 0) await this.find(task, where, missing, found, options);
    }
    return [...found.values()].flatMap((spans) => this.groups(spans, profiled));
  }

  private async profiledIds(task: ProfileTask, options: ReadOptions): Promise<ReadonlySet<string>> {
    const rows = await this.reads.records(
      {
        model: ThreadSnapshotModel,
        range: { from: Math.max(0, task.startTime - AROUND), to: task.endTime + AROUND },
        where: [['taskId', '=', task.id]],
        distinct: 'segmentId',
        offset: 0,
        limit: MAX_PROFILED,
      },
      options,
    );
    return new Set(rows.map(({ segmentId }) => String(segmentId)));
  }

  /** Looks through segments, slowest first, for those that are missing, and reads their traces. */
  private async find(
    task: ProfileTask,
    where: readonly Condition[],
    missing: Set<string>,
    found: Map<string, readonly Span[]>,
    options: ReadOptions,
  ): Promise<void> {
    const range = { from: Math.max(0, task.startTime - AROUND), to: task.endTime + AROUND };
    const order = { by: 'latency', descending: true };
    for (let page = 0; page < MAX_PAGES && missing.size > 0; page++) {
      const rows = await this.reads.records({ model: SegmentModel, range, where, order, offset: page * PAGE, limit: PAGE }, options);
      for (const { segmentId, traceId } of rows) {
        const trace = String(traceId);
        if (!missing.has(String(segmentId)) || found.has(trace)) continue;
        const spans = await this.traces.trace(trace, options);
        found.set(trace, spans);
        for (const span of spans) missing.delete(span.segmentId);
      }
      if (rows.length < PAGE) return;
    }
    if (missing.size > 0) {
      options.onCut?.({
        what: SegmentModel.name,
        limit: `${missing.size} profiled segments are not among the ${MAX_PAGES * PAGE} slowest`,
      });
    }
  }

  /** Segments of a trace by the segment that began them in the same instance; those without a snapshot in them are left out. */
  private groups(spans: readonly Span[], profiled: ReadonlySet<string>): readonly ProfiledSegments[] {
    const segments = grouped(spans, ({ segmentId }) => segmentId);
    const groups = grouped(segments.values(), (segment) => rootOf(segment, segments));
    return [...groups]
      .filter(([, members]) => members.some((member) => profiled.has(member[0]!.segmentId)))
      .map(([root, members]) => this.group(segments.get(root)!, members, profiled));
  }

  private group(root: readonly Span[], members: ReadonlyArray<readonly Span[]>, profiled: ReadonlySet<string>): ProfiledSegments {
    const { traceId, service, instance } = root[0]!;
    const owner = serviceId(this.naming.service(service), true);
    const instanceName = this.naming.instance(instance);
    const start = Math.min(...root.map(({ startTime }) => startTime));
    const end = Math.max(...root.map(({ endTime }) => endTime));
    const others = members.filter((member) => member !== root);
    return {
      traceId,
      instanceId: instanceId(owner, instanceName),
      instanceName,
      endpointNames: [endpointOf(root)],
      duration: Math.min(Math.max(0, end - start), 2 ** 31 - 1),
      start,
      spans: [root, ...others].flat().map((span) => ({
        ...span,
        refs: span.refs.filter(({ type }) => type === 'CROSS_THREAD'),
        profiled: profiled.has(span.segmentId),
      })),
    };
  }
}

/** Follows references across threads of the same instance up to a segment that has none. A circle ends where it began. */
function rootOf(segment: readonly Span[], segments: ReadonlyMap<string, readonly Span[]>): string {
  const seen = new Set<string>();
  let at = segment;
  for (;;) {
    const { segmentId, service, instance } = at[0]!;
    seen.add(segmentId);
    const parents = at.flatMap(({ refs }) => refs.filter(({ type }) => type === 'CROSS_THREAD'));
    const parent = parents
      .map(({ parentSegmentId }) => segments.get(parentSegmentId))
      .find(
        (other) =>
          other !== undefined && other[0]!.service === service && other[0]!.instance === instance && !seen.has(other[0]!.segmentId),
      );
    if (parent === undefined) return segmentId;
    at = parent;
  }
}

/** As segments are listed: by their entry span, else by their first. */
const endpointOf = (segment: readonly Span[]): string =>
  (segment.find(({ type }) => type === 'Entry') ?? segment.find(({ spanId }) => spanId === 0) ?? segment[0]!).operationName;
