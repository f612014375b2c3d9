import type { Observation, Source, SourceDefinition } from '@skein/telemetry';
import type { Accumulator, Plan } from '@skein/telemetry/oal';
import {
  type Commit,
  checkEntityUpdate,
  checkRecord,
  type EntityModel,
  type EntityUpdate,
  type Instant,
  type Model,
  type RecordModel,
  type RecordRow,
  type Row,
  type TtlClass,
} from '@skein/telemetry/storage';
import { DeltaSet } from './delta-set.js';
import { EntityUpdates } from './entity-updates.js';
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
  readonly written: WrittenMarks;
  readonly onLeftOut: (part: Part, reason: LeftOut, detail: string) => void;
}

/** What one source definition did to one entity in one minute of this window. */
interface Tracked {
  readonly accumulator: Accumulator;
  /** The variant of the source seen last, and all that were seen: rows are looked into only for a new one. */
  variant: string | number | undefined;
  readonly variants: Set<string | number>;
}

/**
 * What a short time brought, on the way to one commit. It grows by whole observations; whatever of one cannot be stored is left out
 * and told, and the rest stays.
 */
export class Window {
  /** Sum of the weights of its observations, bytes. */
  weight = 0;
  private readonly records = new Map<RecordModel, Row[]>();
  private readonly updates: EntityUpdates;
  private readonly deltas = new DeltaSet();
  private readonly tracked = new Map<Instant, Map<Plan, Map<string, Tracked>>>();

  constructor(private readonly context: WindowContext) {
    this.updates = new EntityUpdates(context.written);
  }

  /** `now`: ms since the epoch, by the clock of the host. Never throws. */
  add(observation: Observation, now: Instant): void {
    this.weight += observation.weight;
    for (const source of observation.sources) this.attempt('source', this.addSource, source, now);
    for (const record of observation.records) this.attempt('record', this.addRecord, record, now);
    for (const update of observation.entities) this.attempt('entity', this.addUpdate, update, now);
  }

  /** A part whose own code throws (a getter, say) is left out alone. */
  private attempt<T>(part: Part, add: (this: Window, item: T, now: Instant) => Refusal | undefined, item: T, now: Instant): void {
    try {
      const refusal = add.call(this, item, now);
      if (refusal !== undefined) this.context.onLeftOut(part, ...refusal);
    } catch (error) {
      this.context.onLeftOut(part, 'threw', error instanceof Error ? error.message : String(error));
    }
  }

  private addSource(source: Source, now: Instant): Refusal | undefined {
    const { definition, time } = source;
    const plan = this.context.plans.get(definition);
    if (plan === undefined) return ['unknown', `source ${definition?.name}`];
    const misfit = misplaced(time, now - this.context.retention('metrics'), now + AHEAD);
    if (misfit !== undefined) return [misfit, definition.name];
    const tracked = this.track(plan, source, time - (time % MINUTE));
    if (tracked === undefined) return ['invalid', `the entity id of a ${definition.name}`];
    // Metrics first: rows are made by code of the source's definition, and metrics must not depend on its luck.
    plan.add(source, tracked.accumulator);
    if (definition.rows !== undefined) this.appear(source, tracked);
    return undefined;
  }

  private track(plan: Plan, source: Source, minute: Instant): Tracked | undefined {
    let plans = this.tracked.get(minute);
    if (plans === undefined) {
      plans = new Map();
      this.tracked.set(minute, plans);
    }
    let entities = plans.get(plan);
    if (entities === undefined) {
      entities = new Map();
      plans.set(plan, entities);
    }
    const { entity } = source;
    const known = entities.get(entity);
    if (known !== undefined) return known;
    if (checkEntityUpdate(ID_ONLY, { id: entity, at: minute, row: {} }) !== undefined) return undefined;
    const tracked: Tracked = { accumulator: plan.accumulator(entity, minute), variant: undefined, variants: new Set() };
    entities.set(entity, tracked);
    return tracked;
  }

  /** The rows of a source, once for each entity, minute and variant that is not stored yet. */
  private appear(source: Source, tracked: Tracked): void {
    const { name, rows, variant } = source.definition;
    const current = variant?.(source as never) ?? '';
    if (current === tracked.variant) return;
    tracked.variant = current;
    if (tracked.variants.has(current)) return;
    tracked.variants.add(current);
    const mark = `>${name} ${tracked.accumulator.minute} ${source.entity.length} ${source.entity} ${current}`;
    if (!this.updates.claim(mark)) return;
    for (const update of rows!(source as never)) {
      const refusal = this.accept(update);
      if (refusal !== undefined) this.context.onLeftOut('entity', ...refusal);
    }
  }

  private addRecord({ model, row }: RecordRow, now: Instant): Refusal | undefined {
    const excluded = this.context.excluded(model);
    if (excluded !== undefined) return [excluded, model.name];
    const reason = checkRecord(model, row);
    if (reason !== undefined) return ['invalid', `${model.name}: ${reason}`];
    const misfit = misplaced(row[model.time] as number, now - this.context.retention(model.ttl), now + AHEAD);
    if (misfit !== undefined) return [misfit, model.name];
    const rows = this.records.get(model);
    if (rows === undefined) this.records.set(model, [row]);
    else rows.push(row);
    return undefined;
  }

  private addUpdate(update: EntityUpdate, now: Instant): Refusal | undefined {
    const { model, at } = update;
    const misfit = misplaced(at, now - this.context.retention(model.ttl), now + AHEAD);
    return misfit === undefined ? this.accept(update) : [misfit, model.name];
  }

  private accept(update: EntityUpdate): Refusal | undefined {
    const { model, id, at } = update;
    const excluded = this.context.excluded(model);
    if (excluded !== undefined) return [excluded, model.name];
    const reason = checkEntityUpdate(model, update);
    if (reason !== undefined) return ['invalid', `${model.name}: ${reason}`];
    if (this.updates.add(update) && update.active === true) this.deltas.at(model.name, id, at - (at % MINUTE));
    return undefined;
  }

  /** The commit that stores the window. Called once; the window takes nothing more then. */
  toCommit(id: Commit['id']): Commit {
    for (const plans of this.tracked.values()) {
      for (const [plan, entities] of plans) {
        for (const { accumulator } of entities.values()) this.collect(plan, accumulator);
      }
    }
    const records = [...this.records].map(([model, rows]) => ({ model, rows }));
    return { id, records, entities: [...this.updates.rows()], deltas: this.deltas.list(), documents: [] };
  }

  private collect(plan: Plan, accumulator: Accumulator): void {
    const states = plan.collect(accumulator);
    if (states.size === 0) return;
    const metrics = this.deltas.at(plan.definition.scope, accumulator.entity, accumulator.minute);
    for (const [model, state] of states) if (this.context.excluded(model) === undefined) metrics.set(model, state);
  }

  /** To be called when the commit resolved: what it wrote need not be written again. */
  stored(): void {
    this.context.written.add(this.updates.marks);
  }
}

/** NaN and what is no whole number is as far from now as a time can be. */
function misplaced(time: number, oldest: Instant, newest: Instant): 'too-old' | 'in-future' | 'invalid' | undefined {
  if (!Number.isSafeInteger(time) || time < 0) return 'invalid';
  if (time < oldest) return 'too-old';
  return time > newest ? 'in-future' : undefined;
}
