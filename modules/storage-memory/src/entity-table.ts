import {
  type EntityModel,
  type EntityState,
  entityRow,
  entityState,
  type Found,
  type Instant,
  matchesAll,
  mergeEntityStates,
  type Row,
  type Storage,
} from '@skein/telemetry/storage';
import type { Pruned } from './pruned.js';
import { compareAbsentLast } from './record-table.js';
import type { Search } from './search.js';
import { weighRow } from './weight.js';

type Query = Parameters<Storage['entities']>[0];
export type IdentifiedRow = Row & { readonly id: string };

interface StoredEntity {
  readonly state: EntityState;
  readonly row: IdentifiedRow;
  /** When it was last written or active. */
  readonly seen: Instant;
  readonly bytes: number;
}

const byId = (a: IdentifiedRow, b: IdentifiedRow): number => (a.id < b.id ? -1 : Number(a.id > b.id));

/** The entities of one model. */
export class EntityTable {
  bytes = 0;
  readonly #entities = new Map<string, StoredEntity>();

  constructor(readonly model: EntityModel) {}

  get rows(): number {
    return this.#entities.size;
  }

  merge(id: string, at: Instant, row: Row): void {
    const known = this.#entities.get(id);
    const update = entityState(this.model, at, row);
    const state = known ? mergeEntityStates(this.model, known.state, update) : update;
    this.#put(id, state, Math.max(at, known?.seen ?? at));
  }

  /** The entity, if it has a row, was active. */
  touch(id: string, at: Instant): void {
    const known = this.#entities.get(id);
    if (known && known.seen < at) this.#entities.set(id, { ...known, seen: at });
  }

  row(id: string): IdentifiedRow | undefined {
    return this.#entities.get(id)?.row;
  }

  /** `active`: whether an entity was active in the buckets of the query. */
  async search(query: Query, active: (id: string) => boolean, search: Search): Promise<Found<IdentifiedRow>> {
    const items: IdentifiedRow[] = [];
    for (const id of query.ids === undefined ? this.#entities.keys() : new Set(query.ids)) {
      if (search.due() && !(await search.pause())) break;
      const row = this.row(id);
      if (row && matchesAll(row, query.where) && active(id)) items.push(row);
    }
    const { order } = query;
    const sign = order?.descending ? -1 : 1;
    items.sort(order ? (a, b) => compareAbsentLast(a[order.by], b[order.by], sign) || byId(a, b) : byId);
    return { items: items.slice(0, query.limit), complete: search.complete };
  }

  /** Drops the entities that were not seen since; undefined if there were none. */
  dropBefore(before: Instant): Pruned | undefined {
    const bytes = this.bytes;
    for (const [id, entity] of this.#entities) {
      if (entity.seen >= before) continue;
      this.bytes -= entity.bytes;
      this.#entities.delete(id);
    }
    return bytes === this.bytes ? undefined : { model: this.model.name, before, bytes: bytes - this.bytes, reason: 'age' };
  }

  #put(id: string, state: EntityState, seen: Instant): void {
    const row = entityRow(id, state);
    const bytes = weighRow(row) * 2;
    this.bytes += bytes - (this.#entities.get(id)?.bytes ?? 0);
    this.#entities.set(id, { state, row, seen, bytes });
  }
}
