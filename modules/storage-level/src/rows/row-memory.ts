import { type EntityModel, type EntityState, entityState, mergeEntityStates } from '@skein/telemetry/storage';
import type { Entry, EntryDocument } from '../journal/entry.js';
import { MetricMemory } from '../metrics/metric-memory.js';
import type { RowLayouts } from '../metrics/row-layout.js';

/** An entity and when it was last written. */
export interface StoredEntity {
  readonly state: EntityState;
  readonly seen: number;
}

export const mergeStored = (model: EntityModel, a: StoredEntity | undefined, b: StoredEntity): StoredEntity =>
  a === undefined ? b : { state: mergeEntityStates(model, a.state, b.state), seen: Math.max(a.seen, b.seen) };

/** Metrics, entities and documents that are in the journal and not yet in LevelDB. */
export class RowMemory {
  readonly metrics: MetricMemory;
  readonly entities = new Map<string, Map<string, StoredEntity>>();
  readonly documents = new Map<string, Map<string, EntryDocument>>();
  empty = true;

  constructor(layouts: RowLayouts) {
    this.metrics = new MetricMemory(layouts);
  }

  apply(entry: Entry, model: (name: string) => EntityModel | undefined): void {
    this.empty = false;
    for (const delta of entry.deltas) this.metrics.add(delta);
    for (const { model: name, id, at, row } of entry.entities) {
      const known = model(name);
      if (known === undefined) continue;
      const entities = mapOf(this.entities, name);
      entities.set(id, mergeStored(known, entities.get(id), { state: entityState(known, at, row), seen: at }));
    }
    for (const document of entry.documents) mapOf(this.documents, document.kind).set(document.id, document);
  }
}

function mapOf<T>(maps: Map<string, Map<string, T>>, name: string): Map<string, T> {
  let map = maps.get(name);
  if (map === undefined) {
    map = new Map();
    maps.set(name, map);
  }
  return map;
}
