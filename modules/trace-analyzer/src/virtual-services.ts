import { type SegmentView, SpanLayer, SpanType, type SpanView } from '@skein/proto';
import {
  CacheReadCommandModel,
  CacheWriteCommandModel,
  DatabaseStatementModel,
  MQOperation,
  ServiceDatabaseStatementModel,
  VirtualCacheOperation,
} from '@skein/telemetry';
import type { RecordModel } from '@skein/telemetry/storage';
import { Access, BrokerEndpointAccess, type Directory, type Facts, type ServiceNode } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import { type SpanTags, Tag } from './span-tags.js';
import type { SlowThresholds } from './thresholds.js';

export interface VirtualOptions {
  readonly slowDatabase: SlowThresholds;
  readonly slowCacheRead: SlowThresholds;
  readonly slowCacheWrite: SlowThresholds;
  /** UTF-16 units of a statement or command that are stored. */
  readonly maxStatement: number;
}

const isBlank = (text: string | undefined): text is undefined => text === undefined || text.trim() === '';

/** Databases, caches and brokers as their users see them: analysis.md 5.8. */
export class VirtualServices {
  constructor(
    private readonly directory: Directory,
    private readonly options: VirtualOptions,
  ) {}

  /** Any entry, exit or local span, of a segment that `reporter` sent. `found` stands at the span. */
  span(segment: SegmentView, reporter: ServiceNode, span: SpanView, facts: Facts, found: SpanTags, findings: Findings): void {
    if (span.spanLayer === SpanLayer.Database) this.database(segment, reporter, span, facts, found, findings);
    else if (span.spanLayer === SpanLayer.Cache) this.cache(segment, span, facts, found, findings);
    else if (span.spanLayer === SpanLayer.MQ) this.broker(span, facts, found, findings);
  }

  private database(segment: SegmentView, reporter: ServiceNode, span: SpanView, facts: Facts, found: SpanTags, findings: Findings): void {
    const database = this.directory.service(span.peer, false);
    findings.source(Access.database(database, facts, span.componentId));
    const type = found.last(Tag['db.type']);
    if (type === undefined || !this.options.slowDatabase.isSlow(type, facts.latency)) return;
    const statement = found.last(Tag['db.statement']);
    if (isBlank(statement)) return;
    this.slow(DatabaseStatementModel, database, segment, span, facts, statement, findings);
    this.slow(ServiceDatabaseStatementModel, reporter, segment, span, facts, statement, findings);
  }

  private cache(segment: SegmentView, span: SpanView, facts: Facts, found: SpanTags, findings: Findings): void {
    const type = found.last(Tag['cache.type']);
    if (isBlank(type)) return;
    const cache = this.directory.service(isBlank(span.peer) ? `${type}-local` : span.peer, false);
    const operation = cacheOperation(found.last(Tag['cache.op']));
    findings.source(Access.cache(cache, facts, span.componentId, operation));
    if (operation === VirtualCacheOperation.Others) return;
    const isRead = operation === VirtualCacheOperation.Read;
    const thresholds = isRead ? this.options.slowCacheRead : this.options.slowCacheWrite;
    if (!thresholds.isSlow(type, facts.latency)) return;
    const command = `${found.last(Tag['cache.cmd']) ?? ''} ${found.last(Tag['cache.key']) ?? ''}`.trim();
    this.slow(isRead ? CacheReadCommandModel : CacheWriteCommandModel, cache, segment, span, facts, command, findings);
  }

  private broker(span: SpanView, facts: Facts, found: SpanTags, findings: Findings): void {
    const isEntry = span.spanType === SpanType.Entry;
    if (!isEntry && span.spanType !== SpanType.Exit) return;
    const address = isEntry ? span.refs[0]?.networkAddressUsedAtPeer : undefined;
    const peer = isBlank(address) ? span.peer : address;
    if (isBlank(peer)) return;
    const broker = this.directory.service(peer, false);
    const operation = isEntry ? MQOperation.Consume : MQOperation.Produce;
    const latency = transmissionLatency(found.last(Tag['transmission.latency']));
    findings.source(Access.broker(broker, facts, span.componentId, operation, latency));
    const name = [found.last(Tag['mq.topic']), found.last(Tag['mq.queue'])].filter((part) => !isBlank(part)).join('/');
    if (name === '') return;
    const endpoint = this.directory.endpoint(broker, name);
    findings.source(new BrokerEndpointAccess(endpoint, facts, span.componentId, operation, latency));
  }

  private slow(
    model: RecordModel,
    entity: ServiceNode,
    { traceId, segmentId }: SegmentView,
    span: SpanView,
    facts: Facts,
    text: string,
    findings: Findings,
  ): void {
    const statement = text.length <= this.options.maxStatement ? text : cut(text, this.options.maxStatement);
    findings.record({
      model,
      row: { id: `${segmentId}-${span.spanId}`, entity: entity.id, statement, latency: facts.latency, traceId, timestamp: facts.time },
    });
  }
}

/** Copies, so that the short text does not hold the long one in memory; half a surrogate pair at the cut becomes U+FFFD. */
const cut = (text: string, length: number): string => Buffer.from(text.slice(0, length), 'utf8').toString('utf8');

function cacheOperation(text: string | undefined): number {
  if (text === 'read') return VirtualCacheOperation.Read;
  if (text === 'write') return VirtualCacheOperation.Write;
  return VirtualCacheOperation.Others;
}

/** Whole milliseconds; 0 where the tag is missing or no number. */
function transmissionLatency(text: string | undefined): number {
  return text !== undefined && /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : 0;
}
