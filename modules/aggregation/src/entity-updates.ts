import {
  type EntityModel,
  type EntityState,
  type EntityUpdate,
  entityRow,
  entityState,
  type Instant,
  mergeEntityStates,
  type Row,
} from '@skein/telemetry/storage';
import type { WrittenMarks } from './written-marks.js';

/** Longest text of an update that is remembered as written; larger ones (properties of an instance) are rare. */
const MAX_MARK = 1024;

interface Pending {
  readonly id: string;
  readonly at: Instant;
  /** As it came, until a second one for the same entity and instant is merged into it. */
  row: Row;
  state: EntityState | undefined;
}

/** The entity updates of one window: each content once, and one row for each entity and instant. */
export class EntityUpdates {
  private readonly byModel = new Map<EntityModel, Map<string, Pending>>();
  /** What this window writes; becomes known as written when its commit resolved. */
  readonly marks = new Set<string>();

  constructor(private readonly written: WrittenMarks) {}

  /** False if the same content was written already, by this window or by one that is stored. */
  add(update: EntityUpdate): boolean {
    const mark = markOf(update);
    if (mark !== undefined && !this.claim(mark)) return false;
    this.merge(update);
    return true;
  }

  /** Whether `mark` was neither written by a stored window nor claimed in this one; claims it. */
  private claim(mark: string): boolean {
    if (this.marks.has(mark) || this.written.has(mark)) return false;
    this.marks.add(mark);
    return true;
  }

  merge({ model, id, at, row }: EntityUpdate): void {
    let updates = this.byModel.get(model);
    if (updates === undefined) {
      updates = new Map();
      this.byModel.set(model, updates);
    }
    const key = `${at} ${id}`;
    const known = updates.get(key);
    if (known === undefined) updates.set(key, { id, at, row, state: undefined });
    else known.state = mergeEntityStates(model, known.state ?? entityState(model, at, known.row), entityState(model, at, row));
  }

  *rows(): Generator<{ readonly model: EntityModel; readonly id: string; readonly at: Instant; readonly row: Row }> {
    for (const [model, updates] of this.byModel) {
      for (const { id, at, row, state } of updates.values()) {
        yield { model, id, at, row: state === undefined ? row : plain(id, state) };
      }
    }
  }
}

function plain(id: string, state: EntityState): Row {
  const { id: _, ...row } = entityRow(id, state);
  return row;
}

function markOf({ model, id, at, row, active }: EntityUpdate): string | undefined {
  const mark = `${model.name} ${at} ${active === true ? 1 : 0} ${id.length} ${id} ${JSON.stringify(row)}`;
  return mark.length <= MAX_MARK ? mark : undefined;
}
