import { type EntityModel, entityRow, type Found, type Limits, matchesAll, type Row, type Storage } from '@skein/telemetry/storage';
import { type Database, pages } from '../level/database.js';
import { entityKey, entityRange, restOf } from '../level/keys.js';
import { Budget } from '../level/pacer.js';
import { compareAbsentLast } from '../records/row-collector.js';
import { decodeEntity } from './entity-codec.js';
import type { ReadView } from './read-view.js';
import { mergeStored, type StoredEntity } from './row-memory.js';

type Query = Parameters<Storage['entities']>[0];
export type IdentifiedRow = Row & { readonly id: string };

const SCAN_LIMIT = 1_000_000;

/** `active`: ids that may be found; undefined: all. */
export async function findEntities(
  database: Database,
  view: ReadView,
  query: Query,
  active: ReadonlySet<string> | undefined,
  limits: Limits,
): Promise<Found<IdentifiedRow>> {
  const budget = new Budget(limits, SCAN_LIMIT);
  const items: IdentifiedRow[] = [];
  for await (const row of rowsOf(database, view, query.model, query.ids ?? smallSet(active), budget)) {
    if (matchesAll(row, query.where) && (active === undefined || active.has(row.id))) items.push(row);
  }
  const { order } = query;
  const sign = order?.descending ? -1 : 1;
  items.sort(order ? (a, b) => compareAbsentLast(a[order.by], b[order.by], sign) || byId(a, b) : byId);
  return { items: items.slice(0, query.limit), complete: budget.complete };
}

/** Reading a few thousand rows one by one is quicker than reading all. */
const smallSet = (ids: ReadonlySet<string> | undefined): Iterable<string> | undefined =>
  ids !== undefined && ids.size <= 2000 ? ids : undefined;

const byId = (a: IdentifiedRow, b: IdentifiedRow): number => (a.id < b.id ? -1 : Number(a.id > b.id));

async function* rowsOf(
  database: Database,
  view: ReadView,
  model: EntityModel,
  ids: Iterable<string> | undefined,
  budget: Budget,
): AsyncGenerator<IdentifiedRow> {
  if (ids !== undefined) {
    for (const id of new Set(ids)) {
      const found = readEntity(database, view, model, id);
      if (found) yield entityRow(id, found.state);
      if (!(await budget.spend(1))) return;
    }
    return;
  }
  const inMemory = new Set(view.memories.flatMap(({ entities }) => [...(entities.get(model.name)?.keys() ?? [])]));
  const range = entityRange(model.name);
  for await (const page of pages(database, range, { snapshot: view.snapshot })) {
    for (const [key, value] of page) {
      const id = restOf(key, range);
      inMemory.delete(id);
      yield entityRow(id, overlay(view, model, id, decodeEntity(value))!.state);
    }
    if (!(await budget.spend(page.length))) return;
  }
  for (const id of inMemory) {
    const found = overlay(view, model, id, undefined);
    if (found) yield entityRow(id, found.state);
    if (!(await budget.spend(1))) return;
  }
}

export function readEntity(database: Database, view: ReadView, model: EntityModel, id: string): StoredEntity | undefined {
  const bytes = database.getSync(entityKey(model.name, id), { snapshot: view.snapshot });
  return overlay(view, model, id, bytes && decodeEntity(bytes));
}

function overlay(view: ReadView, model: EntityModel, id: string, stored: StoredEntity | undefined): StoredEntity | undefined {
  let merged = stored;
  for (const { entities } of view.memories) {
    const found = entities.get(model.name)?.get(id);
    if (found) merged = mergeStored(model, merged, found);
  }
  return merged;
}
