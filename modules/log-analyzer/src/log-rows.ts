import {
  DatabaseStatementModel,
  endpointUpdate,
  instanceUpdate,
  isNormalLayer,
  LogModel,
  type LogTag,
  MAX_LOG_CONTENT_BYTES,
  processRelationUpdate,
  serviceUpdate,
  TagModel,
  type Zone,
} from '@skein/telemetry';
import { clip, type EntityUpdate, type RecordRow, type Row } from '@skein/telemetry/storage';
import type { Directory, Recently, ServiceNode } from '@skein/telemetry/traffic';
import type { RuleRun } from './lal/rule-run.js';
import { asNumber, textOf, type Value } from './lal/values.js';
import { type SearchableTag, searchableTags, tagsText } from './log-tags.js';
import { RandomIds } from './random-ids.js';
import { SeenInMinute } from './seen-in-minute.js';

/** UTF-16 units of a trace or segment id, or an id of a statement; longer ones are left out, since a cut one means something else. */
const MAX_ID = 600;
/** Bytes of a name, before it is formatted. */
const MAX_NAME_BYTES = 4096;

export interface LogRowsParts {
  readonly directory: Directory;
  readonly zone: Zone;
  /** Tags that were written for a day. */
  readonly writtenTags: Recently;
  readonly searchable: ReadonlySet<string>;
  /** Characters of a statement that are stored. */
  readonly maxStatement: number;
  /** Of layers that rule files bring. */
  isNormal(layer: string): boolean | undefined;
}

/** What is kept of one log. */
export interface KeptRows {
  readonly records: RecordRow[];
  readonly entities: EntityUpdate[];
}

/** Rows of logs and of what else rules find in them, analysis.md 11.3. */
export class LogRows {
  private readonly ids = new RandomIds();
  private readonly seen = new SeenInMinute();
  private dayFrom = Number.POSITIVE_INFINITY;
  private dayTo = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: LogRowsParts) {}

  /** The log itself, and who wrote it. */
  log(run: RuleRun, now: number, rows: KeptRows): void {
    const service = this.service(run, true);
    const tags = this.tagsOf(run);
    const searchable = searchableTags(tags, this.parts.searchable);
    rows.records.push({ model: LogModel, row: this.record(run, service, tags, searchable) });
    this.traffic(run, service, now, rows.entities);
    this.complete(searchable, run.timestamp, rows.entities);
  }

  /** A slow statement, unless it tells no statement or no time. */
  slowStatement(run: RuleRun, fields: ReadonlyMap<string, Value>, now: number, rows: KeptRows): void {
    const statement = textOf(fields.get('statement') ?? '').trim();
    const latency = Math.trunc(asNumber(fields.get('latency') ?? null) ?? 0);
    if (statement === '' || !(latency >= 1 && Number.isSafeInteger(latency))) return;
    const service = this.service(run, this.isNormal(run.layer));
    const id = textOf(fields.get('id') ?? '');
    rows.records.push({
      model: DatabaseStatementModel,
      row: {
        id: isId(id) ? clip(id, MAX_NAME_BYTES) : this.ids.next(),
        entity: service.id,
        statement: clip(statement.slice(0, this.parts.maxStatement), MAX_NAME_BYTES * 2),
        latency,
        traceId: isId(run.traceId) ? run.traceId : '',
        timestamp: run.timestamp,
      },
    });
    this.serviceSeen(service, layerOf(run), now, rows.entities);
  }

  /** The relation of the two processes of a sampled trace; nothing unless both are named. */
  sampledTrace(run: RuleRun, fields: ReadonlyMap<string, Value>, now: number, rows: KeptRows): void {
    const text = (name: string): string => sound(textOf(fields.get(name) ?? ''));
    const [source, dest] = [text('processId'), text('destProcessId')];
    if (!isId(source) || !isId(dest)) return;
    const service = this.service(run, true);
    const call = {
      source,
      dest,
      instance: run.instance === '' ? '' : this.parts.directory.instance(service, sound(run.instance)).id,
      componentId: Math.trunc(asNumber(fields.get('componentId') ?? null) ?? 0),
      seenFrom: text('detectPoint').toLowerCase() === 'client' ? 'CLIENT' : 'SERVER',
    } as const;
    rows.entities.push(processRelationUpdate(call, now));
  }

  /** Rows were lost on their way to storage: whatever is written once in a while is written again. */
  rowsLost(): void {
    this.seen.clear();
    this.parts.writtenTags.clear();
  }

  /** The row of the log alone, for whoever tries a rule. */
  trial(run: RuleRun): Row {
    const tags = this.tagsOf(run);
    return this.record(run, this.service(run, true), tags, searchableTags(tags, this.parts.searchable));
  }

  private record(run: RuleRun, service: ServiceNode, tags: readonly LogTag[], searchable: readonly SearchableTag[]): Row {
    const { directory } = this.parts;
    const { instance, endpoint, traceId, segmentId, spanId, body } = run;
    const inSegment = isId(segmentId);
    const content = body.format === 'none' || body.content === '' ? undefined : clip(body.content, MAX_LOG_CONTENT_BYTES);
    return {
      id: this.ids.next(),
      service: service.id,
      ...(instance !== '' && { instance: directory.instance(service, sound(instance)).id }),
      ...(endpoint !== '' && { endpoint: directory.endpoint(service, sound(endpoint)).id }),
      ...(isId(traceId) && { traceId: sound(traceId) }),
      ...(inSegment && { segmentId: sound(segmentId) }),
      ...(inSegment && spanId >= 0 && Number.isSafeInteger(spanId) && { spanId }),
      timestamp: run.timestamp,
      ...(content !== undefined && { contentType: body.format.toUpperCase(), content }),
      tags: searchable.map(({ text }) => text),
      ...(tags.length > 0 && { allTags: tagsText(tags) }),
    };
  }

  private tagsOf({ log, tags }: RuleRun): readonly LogTag[] {
    if (tags.length === 0) return log.tags;
    return [...log.tags, ...tags.map(({ key, value }) => ({ key, value: clip(value, MAX_LOG_CONTENT_BYTES) }))];
  }

  private service(run: RuleRun, normal: boolean): ServiceNode {
    return this.parts.directory.service(sound(run.service), normal);
  }

  private isNormal(layer: string): boolean {
    return this.parts.isNormal(layer) ?? isNormalLayer(layer === '' ? 'GENERAL' : layer);
  }

  /** Who wrote the log exists; a row for each a minute. */
  private traffic(run: RuleRun, service: ServiceNode, now: number, entities: EntityUpdate[]): void {
    const { directory } = this.parts;
    const layer = layerOf(run);
    this.serviceSeen(this.isNormal(layer) ? service : this.service(run, false), layer, now, entities);
    if (run.instance !== '') {
      const instance = directory.instance(service, sound(run.instance));
      if (this.seen.first(instance, layer, now)) entities.push(instanceUpdate(instance.id, instance.name, service.id, layer, now));
    }
    if (run.endpoint !== '') {
      const endpoint = directory.endpoint(service, sound(run.endpoint));
      if (this.seen.first(endpoint, layer, now)) entities.push(endpointUpdate(endpoint.id, endpoint.name, service.id, layer, now));
    }
  }

  private serviceSeen(service: ServiceNode, layer: string, now: number, entities: EntityUpdate[]): void {
    if (!this.seen.first(service, layer, now)) return;
    const update = serviceUpdate(service.id, service.name, layer, now);
    entities.push({ ...update, row: { ...update.row, normal: this.isNormal(layer) } });
  }

  /** Rows from which tags are completed; each once a day. */
  private complete(tags: readonly SearchableTag[], time: number, entities: EntityUpdate[]): void {
    if (tags.length === 0) return;
    const day = this.dayOf(time);
    for (const { key, value, text } of tags) {
      if (!this.parts.writtenTags.first(text, day)) continue;
      entities.push({ model: TagModel, id: `LOG_${text}`, at: day, active: true, row: { type: 'LOG', key, value } });
    }
  }

  /** Start of the day of an instant. */
  private dayOf(instant: number): number {
    if (instant < this.dayFrom || instant >= this.dayTo) {
      this.dayFrom = this.parts.zone.floor(instant, 'day');
      this.dayTo = this.parts.zone.next(instant, 'day');
    }
    return this.dayFrom;
  }
}

const layerOf = ({ layer }: RuleRun): string => (layer === '' ? 'GENERAL' : layer);
const isId = (text: string): boolean => text !== '' && text.length <= MAX_ID;
const sound = (text: string): string => clip(text, MAX_NAME_BYTES);
