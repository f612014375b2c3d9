import type { EntityHandle, Source, SourceDefinition } from '@skein/telemetry';
import { Accumulator, type AccumulatorSlab, type Plan } from '@skein/telemetry/oal';
import { type Instant, MetricLayout } from '@skein/telemetry/storage';

const MINUTE = 60_000;
/** Tracks that are kept, over all minutes; each takes about 600 bytes. */
const CAPACITY = 60_000;
/** A minute that nothing came for in this time is forgotten, ms. */
const IDLE = 120_000;
/** Different rows of one entity and minute that are remembered as stored. */
const MAX_VARIANTS = 256;
/** What a minute costs besides its tracks, and each plan in it, in tracks. */
const ROOM_COST = 4;

export type Variant = string | number;

/** One entity of a scope in one minute: what becomes one delta of a commit, whichever sources it comes from. */
export class ActiveEntity {
  /** Its tracks are a list that each leads on by `next`: most have one. */
  tracks: Track | undefined = undefined;
  /** Number of the window that touched it last. */
  window = -1;
  /** Whether that window brought a row that says so. */
  active = false;

  constructor(
    readonly scope: string,
    readonly id: string,
    readonly minute: Instant,
  ) {}
}

/**
 * What one source definition does to one entity in one minute. Lives over many windows; what it accumulated is taken out by each.
 * Sources that carry a handle find their track there.
 */
export class Track extends Accumulator {
  declare readonly subject: ActiveEntity;
  /** Number of the window that touched it last. */
  window = -1;
  /** Another one of the same entity. */
  readonly next: Track | undefined;
  /** The variant that was stored last: nearly always the only one. */
  private newest: Variant | undefined = undefined;
  private stored: Set<Variant> | undefined = undefined;
  private handle: EntityHandle | undefined = undefined;

  constructor(
    readonly plan: Plan,
    readonly minute: MinuteTracks,
    slab: AccumulatorSlab,
    subject: ActiveEntity,
  ) {
    super(slab, subject);
    this.next = subject.tracks;
    subject.tracks = this;
  }

  /** Whether the rows of this variant of the source are known to be stored. */
  isStored(variant: Variant): boolean {
    return this.newest === variant || this.stored?.has(variant) === true;
  }

  /** To be called when the commit with its rows resolved. What is forgotten at the limit is written once more, which changes nothing. */
  markStored(variant: Variant): void {
    if (this.newest !== undefined && this.newest !== variant) {
      this.stored ??= new Set();
      if (this.stored.size >= MAX_VARIANTS) this.stored.clear();
      this.stored.add(this.newest);
    }
    this.newest = variant;
  }

  /** From now on found by this handle only. */
  bind(handle: EntityHandle): void {
    if (this.handle !== handle) this.release();
    this.handle = handle;
    handle.slot = this;
  }

  /** No handle leads to it any more. */
  release(): void {
    if (this.handle?.slot === this) this.handle.slot = undefined;
    this.handle = undefined;
  }
}

/** The entities that a definition's sources were about in one minute. */
class PlanTracks {
  private readonly tracks = new Map<string, Track>();
  private readonly slab: AccumulatorSlab;

  constructor(
    private readonly plan: Plan,
    private readonly minute: MinuteTracks,
  ) {
    this.slab = plan.slab();
  }

  find(entity: string): Track | undefined {
    return this.tracks.get(entity);
  }

  begin(entity: string): Track {
    const { plan, minute } = this;
    const active = minute.entity(plan.definition.scope, entity);
    const track = new Track(plan, minute, this.slab, active);
    this.tracks.set(entity, track);
    minute.size++;
    return track;
  }

  release(): void {
    for (const track of this.tracks.values()) track.release();
  }
}

/** Everything that is known of one minute. */
export class MinuteTracks {
  /** Roughly, in tracks. */
  size = ROOM_COST;
  usedAt: Instant = 0;
  private readonly plans = new Map<SourceDefinition, PlanTracks>();
  private readonly scopes = new Map<string, Map<string, ActiveEntity>>();

  constructor(readonly minute: Instant) {}

  /** The track that a source belongs to, if there is one already. */
  find({ handle, definition, entity }: Source): Track | undefined {
    const slot = handle?.slot;
    if (slot instanceof Track && slot.minute === this) return slot;
    const track = this.plans.get(definition)?.find(entity);
    if (handle !== undefined) track?.bind(handle);
    return track;
  }

  /** A new track for a source of the plan and what comes after it. */
  begin(plan: Plan, { handle, entity }: Source): Track {
    let tracks = this.plans.get(plan.definition);
    if (tracks === undefined) {
      tracks = new PlanTracks(plan, this);
      this.plans.set(plan.definition, tracks);
      this.size += ROOM_COST;
    }
    const track = tracks.begin(entity);
    if (handle !== undefined) track.bind(handle);
    return track;
  }

  entity(scope: string, id: string): ActiveEntity {
    let entities = this.scopes.get(scope);
    if (entities === undefined) {
      entities = new Map();
      this.scopes.set(scope, entities);
    }
    let entity = entities.get(id);
    if (entity === undefined) {
      entity = new ActiveEntity(scope, id, this.minute);
      entities.set(id, entity);
      this.size++;
    }
    return entity;
  }

  /** No handle leads here any more: what is forgotten is not kept by those who hold the handles. */
  release(): void {
    for (const tracks of this.plans.values()) tracks.release();
  }
}

/**
 * What goes on in the minutes that data comes for: made once for each entity and minute, not for each window. One window at a time
 * fills it, and takes its increments out when it closes; what stays is room, and which rows are known to be stored.
 */
export class Tracks {
  /** Of the metrics that entities have: the same in one window as in the next. */
  readonly layouts = MetricLayout.root();
  private readonly minutes = new Map<Instant, MinuteTracks>();
  private latest: MinuteTracks | undefined;
  private windows = 0;

  /** `capacity`: tracks that are kept when a window has closed; an open window may need more. */
  constructor(private readonly capacity = CAPACITY) {}

  /** Tracks held, roughly. */
  get size(): number {
    let size = 0;
    for (const minute of this.minutes.values()) size += minute.size;
    return size;
  }

  /** A number for a new window. */
  nextWindow(): number {
    return this.windows++;
  }

  /** Of the minute that `time`, a whole number, is in. `now`: by the clock of the host. */
  at(time: Instant, now: Instant): MinuteTracks {
    let found = this.latest;
    // A division of numbers this large is dear, and nearly all sources are of the same minute as the one before.
    if (found === undefined || time < found.minute || time >= found.minute + MINUTE) {
      const minute = time - (time % MINUTE);
      found = this.minutes.get(minute) ?? this.begin(minute);
      this.latest = found;
    }
    found.usedAt = now;
    return found;
  }

  /**
   * Forgets minutes that nothing comes for any more and, beyond the capacity, the oldest ones until half of it is free. Only between
   * windows: nothing may be in the accumulators. Rows of what is forgotten are written once more, which changes nothing.
   */
  trim(now: Instant): void {
    let size = 0;
    for (const [at, minute] of this.minutes) {
      if (minute.usedAt + IDLE <= now) this.forget(at, minute);
      else size += minute.size;
    }
    this.latest = undefined;
    if (size <= this.capacity) return;
    for (const at of [...this.minutes.keys()].sort((a, b) => a - b)) {
      const minute = this.minutes.get(at)!;
      size -= minute.size;
      this.forget(at, minute);
      if (size <= this.capacity / 2) return;
    }
  }

  private forget(at: Instant, minute: MinuteTracks): void {
    this.minutes.delete(at);
    minute.release();
  }

  private begin(minute: Instant): MinuteTracks {
    const tracks = new MinuteTracks(minute);
    this.minutes.set(minute, tracks);
    return tracks;
  }
}
