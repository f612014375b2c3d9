import type { Clock } from '@skein/core';
import { type Duration, LogModel, parseMemberId, parseServiceId } from '@skein/telemetry';
import type { Condition, Range } from '@skein/telemetry/storage';
import { clipped } from './clipped-text.js';
import { QueryError, type ReadOptions } from './contract/common.js';
import type { LogFilter, LogQuery, StoredLog } from './contract/logs.js';
import type { KeyValue, TraceQuery } from './contract/traces.js';
import type { Reads } from './reads.js';

/** Clocks of senders may be ahead. */
const AHEAD_MS = 3_600_000;
/** Texts that one query may look for, and the longest of them, UTF-16 units. */
const MAX_TEXTS = 20;
const MAX_TEXT = 1000;

/** What it reads of tags is what traces have of theirs. */
type Tags = Pick<TraceQuery, 'tagKeys' | 'tagValues'>;

export class StoredLogQuery implements LogQuery {
  constructor(
    private readonly reads: Reads,
    private readonly tags: Tags,
    private readonly clock: Clock,
  ) {}

  get searchesContent(): boolean {
    return this.reads.storage.traits.capabilities.has('text');
  }

  async list(filter: LogFilter, o?: ReadOptions): Promise<readonly StoredLog[]> {
    const { duration, traceId, segmentId } = filter;
    if (duration === undefined && !traceId && !segmentId) throw new QueryError('a log query needs queryDuration or relatedTrace');
    const rows = await this.reads.records(
      {
        model: LogModel,
        range: duration?.range ?? this.#everything(),
        where: conditions(filter),
        tags: filter.tags,
        ...this.#texts(filter),
        order: { by: LogModel.time, descending: filter.order === 'latest-first' },
        ...this.reads.page(filter.page),
      },
      o,
    );
    return rows.map((row) => this.shown(row));
  }

  shown(row: Readonly<Record<string, unknown>>): StoredLog {
    const serviceId = String(row.service ?? '');
    const { instance, endpoint, traceId, content, contentType } = row;
    return {
      serviceId,
      serviceName: parseServiceId(serviceId)?.name ?? '',
      ...(typeof instance === 'string' && { instanceId: instance, instanceName: parseMemberId(instance)?.name ?? '' }),
      ...(typeof endpoint === 'string' && { endpointId: endpoint, endpointName: parseMemberId(endpoint)?.name ?? '' }),
      ...(typeof traceId === 'string' && { traceId }),
      timestamp: Number(row.timestamp ?? 0),
      contentType: contentType === 'JSON' || contentType === 'YAML' ? contentType : 'TEXT',
      ...(typeof content === 'string' && { content: clipped(content) }),
      tags: tagsOf(row.allTags),
    };
  }

  tagKeys(duration: Duration, o?: ReadOptions): Promise<readonly string[]> {
    return this.tags.tagKeys('LOG', duration, o);
  }

  tagValues(key: string, duration: Duration, o?: ReadOptions): Promise<readonly string[]> {
    return this.tags.tagValues('LOG', key, duration, o);
  }

  #texts({ include, exclude }: LogFilter) {
    if (include.length === 0 && exclude.length === 0) return {};
    if (!this.searchesContent) throw new QueryError('this storage cannot search the content of logs');
    if (include.length + exclude.length > MAX_TEXTS) throw new QueryError(`a log query looks for at most ${MAX_TEXTS} texts`);
    const long = [...include, ...exclude].find((text) => text.length > MAX_TEXT);
    if (long !== undefined) throw new QueryError(`a text to look for has at most ${MAX_TEXT} characters (got ${long.length})`);
    return { text: { include, exclude } };
  }

  /** As far back as logs are kept. */
  #everything(): Range {
    const now = this.clock.now();
    const kept = this.reads.storage.traits.retention.logs;
    return { from: Number.isFinite(kept) ? Math.max(0, now - kept) : 0, to: now + AHEAD_MS };
  }
}

function conditions(f: LogFilter): readonly Condition[] {
  const where: Condition[] = [];
  if (f.serviceId) where.push(['service', '=', f.serviceId]);
  if (f.instanceId) where.push(['instance', '=', f.instanceId]);
  if (f.endpointId) where.push(['endpoint', '=', f.endpointId]);
  if (f.traceId) where.push(['traceId', '=', f.traceId]);
  if (f.segmentId) where.push(['segmentId', '=', f.segmentId]);
  if (f.spanId !== undefined) where.push(['spanId', '=', f.spanId]);
  return where;
}

/** Keys and values in turn. */
function tagsOf(text: unknown): readonly KeyValue[] {
  if (typeof text !== 'string') return [];
  const flat = JSON.parse(text) as readonly string[];
  const tags: KeyValue[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) tags.push({ key: flat[i]!, value: flat[i + 1]! });
  return tags;
}
