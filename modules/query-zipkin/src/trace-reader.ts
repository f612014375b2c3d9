import type { ReadOptions } from '@skein/query/contract';
import { inTurns } from '@skein/query/contract';
import type { Naming } from '@skein/telemetry';
import type { Condition, Row } from '@skein/telemetry/storage';
import { ZipkinSpanModel } from '@skein/zipkin-analyzer/contract';
import type { TraceSearch } from './parameters.js';
import { type SpanReads, tell } from './span-reads.js';
import { spanText } from './stored-span.js';

/** The JSON texts of the spans of a trace. */
export type TraceTexts = readonly string[];

export interface TraceLimits {
  readonly maxSpans: number;
  readonly maxAnswer: number;
}

/** Finds traces, and reads them as they are answered: the stored texts, without what came twice. */
export class TraceReader {
  constructor(
    private readonly reads: SpanReads,
    private readonly naming: Naming,
    private readonly limits: TraceLimits,
  ) {}

  /** Latest first. */
  async search(search: TraceSearch, o: ReadOptions): Promise<readonly TraceTexts[]> {
    const found = await this.reads.records(
      {
        model: ZipkinSpanModel,
        range: { from: search.from, to: search.to + 1 },
        where: this.conditions(search),
        tags: search.terms,
        distinct: 'traceId',
        offset: 0,
        limit: search.limit,
        body: false,
      },
      o,
    );
    return this.traces(
      found.map(({ traceId }) => String(traceId)),
      o,
    );
  }

  /** In the order of the ids; those that are not known are left out. */
  async traces(ids: readonly string[], o: ReadOptions): Promise<readonly TraceTexts[]> {
    if (ids.length === 0) return [];
    const rows = await this.reads.group({ model: ZipkinSpanModel, keys: ids, limit: this.limits.maxSpans }, o);
    const traces = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
    const { maxAnswer } = this.limits;
    let size = 0;
    const add = (row: Row): void => {
      if (size > maxAnswer) return;
      const text = spanText(row);
      size += text.length;
      if (size > maxAnswer) tell({ what: 'traces', limit: `the answer would be longer than ${maxAnswer} bytes; ask for fewer traces` }, o);
      else if (text !== '') traces.get(String(row.traceId))?.add(text);
    };
    await inTurns([...rows].sort(byStart), add, o.signal);
    return [...traces.values()].filter((spans) => spans.size > 0).map((spans) => [...spans]);
  }

  private conditions({ serviceName, spanName, remoteServiceName, minDuration, maxDuration }: TraceSearch): readonly Condition[] {
    const where: Condition[] = [];
    if (serviceName !== undefined) where.push(['service', '=', this.naming.service(serviceName)]);
    if (spanName !== undefined) where.push(['name', '=', spanName]);
    if (remoteServiceName !== undefined) where.push(['remoteService', '=', remoteServiceName]);
    if (minDuration !== undefined) where.push(['duration', '>=', minDuration]);
    if (maxDuration !== undefined) where.push(['duration', '<=', maxDuration]);
    return where;
  }
}

const byStart = (a: Row, b: Row): number => Number(a.startTime) - Number(b.startTime);
