import { copyMetricState, type Instant, type MetricState, mergeMetricState } from '@skein/telemetry/storage';
import type { EntryDelta } from '../journal/entry.js';
import type { Cells } from './metric-chunk.js';
import type { MetricColumns } from './metric-columns.js';

export type EntityCells = Map<string, Cells>;

/** Metrics that are in the journal and not yet in rows: by minute, scope and entity. Hours and days are folded from it. */
export class MetricMemory {
  readonly minutes = new Map<Instant, Map<string, EntityCells>>();
  readonly #columns: MetricColumns;

  constructor(columns: MetricColumns) {
    this.#columns = columns;
  }

  add({ scope, entity, minute, columns, states }: EntryDelta): void {
    const cells = cellsOf(entitiesOf(scopesOf(this.minutes, minute), scope), entity);
    for (let i = 0; i < columns.length; i++) mergeColumn(this.#columns, cells, i, columns[i]!, states[i]!);
  }

  /** The minutes of [from, to) that hold something of a scope. */
  *within(scope: string, from: Instant, to: Instant): Generator<readonly [Instant, EntityCells]> {
    for (const [minute, scopes] of this.minutes) {
      const entities = minute >= from && minute < to ? scopes.get(scope) : undefined;
      if (entities) yield [minute, entities];
    }
  }
}

export function scopesOf(buckets: Map<Instant, Map<string, EntityCells>>, bucket: Instant): Map<string, EntityCells> {
  let scopes = buckets.get(bucket);
  if (scopes === undefined) {
    scopes = new Map();
    buckets.set(bucket, scopes);
  }
  return scopes;
}

export function entitiesOf(scopes: Map<string, EntityCells>, scope: string): EntityCells {
  let entities = scopes.get(scope);
  if (entities === undefined) {
    entities = new Map();
    scopes.set(scope, entities);
  }
  return entities;
}

function cellsOf(entities: EntityCells, entity: string): Cells {
  let cells = entities.get(entity);
  if (cells === undefined) {
    cells = { columns: [], states: [] };
    entities.set(entity, cells);
  }
  return cells;
}

/** Merges one column into an entity's cells. `hint`: where it probably is, as entities name their metrics in the same order each time. */
export function mergeColumn(columns: MetricColumns, into: Cells, hint: number, column: number, state: MetricState): void {
  const i = into.columns[hint] === column ? hint : into.columns.indexOf(column);
  if (i < 0) {
    into.columns.push(column);
    into.states.push(copyMetricState(state));
    return;
  }
  const model = columns.model(column);
  // Every column in a commit or a decoded chunk has a model: it was given before the commit was written.
  if (model !== undefined) into.states[i] = mergeMetricState(model, into.states[i]!, state);
}

/** Merges all cells of `from` into `into`, which must own its cells. */
export function mergeEntities(columns: MetricColumns, into: EntityCells, from: EntityCells): void {
  for (const [entity, cells] of from) {
    const merged = cellsOf(into, entity);
    for (let i = 0; i < cells.columns.length; i++) mergeColumn(columns, merged, i, cells.columns[i]!, cells.states[i]!);
  }
}
