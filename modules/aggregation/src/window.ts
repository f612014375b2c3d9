import type { Observation, Source, SourceDefinition } from '@skein/telemetry';
import { DeltaWriter, type Plan } from '@skein/telemetry/oal';
import {
  type Commit,
  checkEntityUpdate,
  checkRecord,
  type EntityModel,
  type EntityUpdate,
  type Instant,
  type MetricDelta,
  type MetricModel,
  type Model,
  type RecordModel,
  type RecordRow,
  type Row,
  type TtlClass,
} from '@skein/telemetry/storage';
import { EntityUpdates } from './entity-updates.js';
import type { ActiveEntity, MinuteTracks, Track, Tracks, Variant } from './tracks.js';
import type { WrittenMarks } from './written-marks.js';

const MINUTE = 60_000;
/** How far ahead of this machine's clock a sender's may be. Source: design.md 4. */
const AHEAD = 10 * MINUTE;
/** A scope without fields: only the id of an entity is looked at. */
const ID_ONLY: EntityModel = { kind: 'entity', name: 'any', version: 1, ttl: 'never', fields: {}, filter: [] };

/**
 * Why a part of an observation was left out: `unknown` = a source or model that nobody contributed; `unserved` = the storage cannot
 * serve the model; `disabled` = switched off by name; `too-old` and `in-future` = its time is not acceptable; `invalid` = it does not
 * fit its model; `threw` = the source's own code threw.
 */
export type LeftOut = 'unknown' | 'unserved' | 'disabled' | 'too-old' | 'in-future' | 'invalid' | 'threw';
export type Part = 'source' | 'record' | 'entity';

type Refusal = readonly [reason: LeftOut, detail: string];

/** What windows need to know of the host they are in. */
export interface WindowContext {
  readonly plans: ReadonlyMap<SourceDefinition, Plan>;
  /** Why rows or metrics of a model are not written; undefined if they are. */
  readonly excluded: (model: Model) => 'unknown' | 'unserved' | 'disabled' | undefined;
  readonly retention: (ttl: TtlClass) => number;
  /** Shared by all windows, which are open one after another. */
  readonly tracks: Tracks;
  readonly written: WrittenMarks;
  readonly onLeftOut: (part: Part, reason: LeftOut, detail: string) => void;
}

/**
 * What a short time brought, on the way to one commit. It grows by whole observations; whatever of one cannot be stored is left out
 * and told, and the rest stays. It must be closed before another one is opened.
 */
export class Window {
  /** Sum of the weights of its observations, bytes. */
  weight = 0;
  private readonly records = new Map<RecordModel, Row[]>();
  private readonly updates: EntityUpdates;
  /** Entities that it brought something for. */
  private readonly touched: ActiveEntity[] = [];
  /** Variants of sources whose rows it writes. */
  private readonly claims = new Map<Track, Set<Variant>>();
  private readonly number: number;
  private deltas: Commit['deltas'] = [];
  private now: Instant = 0;
  /** Of metrics, what is kept now. */
  private oldest: Instant = 0;

  constructor(private readonly context: WindowContext) {
    this.updates = new EntityUpdates(context.written);
    this.number = context.tracks.nextWindow();
  }

  /** `now`: ms since the epoch, by the clock of the host. Never throws. */
  add(observation: Observation, now: Instant): void {
    if (now !== this.now) {
      this.now = now;
      this.oldest = now - this.context.retention('metrics');
    }
    this.weight += observation.weight;
    this.each('source', observation.sources, this.addSource);
    this.each('record', observation.records, this.addRecord);
    this.each('entity', observation.entities, this.addUpdate);
  }

  /** A part whose own code throws (a getter, say) is left out alone. */
  private each<T>(part: Part, items: readonly T[], add: (this: Window, item: T) => Refusal | undefined): void {
    let i = 0;
    while (i < items.length) {
      try {
        for (; i < items.length; i++) {
          const refusal = add.call(this, items[i]!);
          if (refusal !== undefined) this.context.onLeftOut(part, ...refusal);
        }
      } catch (error) {
        i++;
        this.context.onLeftOut(part, 'threw', error instanceof Error ? error.message : String(error));
      }
    }
  }

  private addSource(source: Source): Refusal | undefined {
    const { definition, time } = source;
    const { plans, tracks } = this.context;
    const misfit = misplaced(time, this.oldest, this.now + AHEAD);
    if (misfit !== undefined) return plans.has(definition) ? [misfit, definition.name] : unknownSource(definition);
    const minute = tracks.at(time, this.now);
    const track = minute.find(source) ?? this.begin(minute, source);
    if (track === undefined)
      return plans.has(definition) ? ['invalid', `the entity id of a ${definition.name}`] : unknownSource(definition);
    if (track.window !== this.number) {
      track.window = this.number;
      this.touch(track.subject);
    }
    // Metrics first: rows are made by code of the source's definition, and metrics must not depend on its luck.
    track.plan.add(source, track);
    if (definition.rows !== undefined) this.appear(source, track);
    return undefined;
  }

  /** Undefined if there is no plan for the source, or its entity id cannot be one. */
  private begin(minute: MinuteTracks, source: Source): Track | undefined {
    const { definition, entity, time } = source;
    const plan = this.context.plans.get(definition);
    if (plan === undefined || checkEntityUpdate(ID_ONLY, { id: entity, at: time, row: {} }) !== undefined) return undefined;
    return minute.begin(plan, source);
  }

  private touch(entity: ActiveEntity): void {
    if (entity.window === this.number) return;
    entity.window = this.number;
    this.touched.push(entity);
  }

  /** The rows of a source, once for each entity, minute and variant that is not stored yet. */
  private appear(source: Source, track: Track): void {
    const { rows, variant } = source.definition;
    const current = variant?.(source as never) ?? '';
    if (track.isStored(current) || !this.claim(track, current)) return;
    for (const update of rows!(source as never)) {
      const refusal = this.refusal(update);
      if (refusal !== undefined) this.context.onLeftOut('entity', ...refusal);
      else this.appeared(update);
    }
  }

  /** The track knows whether it was written, so the update need not be remembered itself. */
  private appeared(update: EntityUpdate): void {
    this.updates.merge(update);
    if (update.active === true) this.activate(update);
  }

  /** Windows that are not stored yet do not count: they may fail. */
  private claim(track: Track, variant: Variant): boolean {
    const claimed = this.claims.get(track);
    if (claimed === undefined) this.claims.set(track, new Set([variant]));
    else if (claimed.has(variant)) return false;
    else claimed.add(variant);
    return true;
  }

  private addRecord({ model, row }: RecordRow): Refusal | undefined {
    const excluded = this.context.excluded(model);
    if (excluded !== undefined) return [excluded, model.name];
    const reason = checkRecord(model, row);
    if (reason !== undefined) return ['invalid', `${model.name}: ${reason}`];
    const misfit = this.misplaced(row[model.time] as number, model.ttl);
    if (misfit !== undefined) return [misfit, model.name];
    const rows = this.records.get(model);
    if (rows === undefined) this.records.set(model, [row]);
    else rows.push(row);
    return undefined;
  }

  private addUpdate(update: EntityUpdate): Refusal | undefined {
    const { model, at } = update;
    const misfit = this.misplaced(at, model.ttl);
    if (misfit !== undefined) return [misfit, model.name];
    const refusal = this.refusal(update);
    if (refusal === undefined && this.updates.add(update) && update.active === true) this.activate(update);
    return refusal;
  }

  private refusal(update: EntityUpdate): Refusal | undefined {
    const { model } = update;
    const excluded = this.context.excluded(model);
    if (excluded !== undefined) return [excluded, model.name];
    const reason = checkEntityUpdate(model, update);
    return reason === undefined ? undefined : ['invalid', `${model.name}: ${reason}`];
  }

  private misplaced(time: number, ttl: TtlClass): LeftOut | undefined {
    return misplaced(time, this.now - this.context.retention(ttl), this.now + AHEAD);
  }

  private activate({ model, id, at }: EntityUpdate): void {
    const entity = this.context.tracks.at(at, this.now).entity(model.name, id);
    this.touch(entity);
    entity.active = true;
  }

  /** Takes what it brought out of the tracks. Called once; the window takes nothing more then. */
  close(): void {
    const { plans, tracks } = this.context;
    const excluded = new Set<MetricModel>();
    for (const { models } of plans.values())
      for (const model of models) if (this.context.excluded(model) !== undefined) excluded.add(model);
    const served = (model: MetricModel): boolean => !excluded.has(model);
    const deltas: MetricDelta[] = [];
    const writer = new DeltaWriter(tracks.layouts);
    for (const entity of this.touched) {
      for (let track = entity.tracks; track !== undefined; track = track.next) track.plan.collect(track, writer);
      if (!writer.empty || entity.active) {
        const delta = writer.take(entity.scope, entity.id, entity.minute);
        deltas.push(excluded.size === 0 ? delta : delta.only(served));
      }
      entity.active = false;
    }
    this.deltas = deltas;
    this.touched.length = 0;
    tracks.trim(this.now);
  }

  /** The commit that stores the window, once it is closed. */
  toCommit(id: Commit['id']): Commit {
    const records = [...this.records].map(([model, rows]) => ({ model, rows }));
    return { id, records, entities: [...this.updates.rows()], deltas: this.deltas, documents: [] };
  }

  /** To be called when the commit resolved: what it wrote need not be written again. */
  stored(): void {
    this.context.written.add(this.updates.marks);
    for (const [track, variants] of this.claims) for (const variant of variants) track.markStored(variant);
  }
}

const unknownSource = (definition: SourceDefinition | undefined): Refusal => ['unknown', `source ${definition?.name}`];

/** NaN and what is no whole number is as far from now as a time can be. */
function misplaced(time: number, oldest: Instant, newest: Instant): 'too-old' | 'in-future' | 'invalid' | undefined {
  if (!Number.isSafeInteger(time) || time < 0) return 'invalid';
  if (time < oldest) return 'too-old';
  return time > newest ? 'in-future' : undefined;
}
