import type { Zone } from '@skein/telemetry';
import { type Instant, type MetricState, mergeMetricState, type Precision } from '@skein/telemetry/storage';
import type { Database, DatabaseBatch } from '../level/database.js';
import { metricKey, metricPartition } from '../level/keys.js';
import { Pacer } from '../level/pacer.js';
import type { EntityNumberCache, EntityNumbers } from './entity-numbers.js';
import { type Cells, CHUNK_ENTITIES, type ChunkCells, type ChunkState, decodeChunk, emptyChunk, encodeChunk } from './metric-chunk.js';
import type { MetricColumns } from './metric-columns.js';
import { type EntityCells, entitiesOf, type MetricMemory, mergeEntities, scopesOf } from './metric-memory.js';

type BucketCells = Map<Instant, Map<string, EntityCells>>;

/** Merges metrics of memory into the chunks of minutes, hours and days. */
export class MetricFlush {
  readonly #database: Database;
  readonly #columns: MetricColumns;
  readonly #numbers: EntityNumberCache;
  readonly #zone: Zone;
  readonly #pacer = new Pacer();

  constructor(database: Database, columns: MetricColumns, numbers: EntityNumberCache, zone: Zone) {
    this.#database = database;
    this.#columns = columns;
    this.#numbers = numbers;
    this.#zone = zone;
  }

  /** Adds the merged chunks to the batch. Returns what to call once it is written. */
  async write(batch: DatabaseBatch, memory: MetricMemory): Promise<() => void> {
    const touched = new Set<EntityNumbers>();
    await this.#writeBuckets(batch, 'minute', memory.minutes, touched);
    const hours = await this.#fold(memory.minutes, 'hour');
    await this.#writeBuckets(batch, 'hour', hours, touched);
    await this.#writeBuckets(batch, 'day', await this.#fold(hours, 'day'), touched);
    const saved = [...touched].filter((numbers) => numbers.unsaved).map((numbers) => numbers.write(batch));
    return () => {
      for (const done of saved) done();
      this.#numbers.trim();
    };
  }

  /** Buckets of the larger precision. Where only one bucket falls into it, its cells are used as they are. */
  async #fold(buckets: BucketCells, precision: Precision): Promise<BucketCells> {
    const groups = new Map<string, { readonly bucket: Instant; readonly scope: string; readonly parts: EntityCells[] }>();
    for (const [start, scopes] of buckets) {
      const bucket = this.#zone.floor(start, precision);
      for (const [scope, entities] of scopes) {
        const key = `${bucket} ${scope}`;
        const group = groups.get(key);
        if (group) group.parts.push(entities);
        else groups.set(key, { bucket, scope, parts: [entities] });
      }
    }
    const folded: BucketCells = new Map();
    for (const { bucket, scope, parts } of groups.values()) {
      if (parts.length === 1) scopesOf(folded, bucket).set(scope, parts[0]!);
      else {
        const merged = entitiesOf(scopesOf(folded, bucket), scope);
        for (const part of parts) {
          mergeEntities(this.#columns, merged, part);
          await this.#breathe();
        }
      }
    }
    return folded;
  }

  async #writeBuckets(batch: DatabaseBatch, precision: Precision, buckets: BucketCells, touched: Set<EntityNumbers>): Promise<void> {
    for (const [bucket, scopes] of buckets) {
      const partition = metricPartition(bucket, precision);
      for (const [scope, entities] of scopes) {
        const numbers = this.#numbers.of(precision, partition, scope);
        touched.add(numbers);
        for (const [chunk, members] of byChunk(numbers, entities)) {
          const key = metricKey(precision, partition, scope, bucket, chunk);
          batch.put(key, this.#merge(this.#database.getSync(key), members));
          await this.#breathe();
        }
      }
    }
  }

  #merge(stored: Buffer | undefined, members: ReadonlyArray<readonly [place: number, cells: Cells]>): Buffer {
    const chunk = stored === undefined ? emptyChunk() : decodeChunk(stored, (column) => this.#columns.model(column) !== undefined);
    for (const [place, cells] of members) {
      const known = chunk.entities[place];
      if (known === undefined) chunk.entities[place] = cells;
      else for (let i = 0; i < cells.columns.length; i++) this.#addColumn(known, i, cells.columns[i]!, cells.states[i]!);
    }
    return encodeChunk(chunk);
  }

  /** Adds the state of one column to what is stored of it. `hint`: where it probably is. */
  #addColumn(into: ChunkCells, hint: number, column: number, state: MetricState & ChunkState): void {
    const i = into.columns[hint] === column ? hint : into.columns.indexOf(column);
    if (i < 0) {
      into.columns.push(column);
      into.states.push(state);
      return;
    }
    const known = into.states[i]!;
    // Its slots were just read, so they are this chunk's own.
    mergeMetricState(this.#columns.model(column)!, { slots: known.slots }, { slots: state.slots });
    if (state.table) into.states[i] = { ...known, table: state.table };
  }

  async #breathe(): Promise<void> {
    if (this.#pacer.due) await this.#pacer.pause();
  }
}

function byChunk(numbers: EntityNumbers, entities: EntityCells): Map<number, [number, Cells][]> {
  const chunks = new Map<number, [number, Cells][]>();
  for (const [entity, cells] of entities) {
    const number = numbers.give(entity);
    const chunk = Math.floor(number / CHUNK_ENTITIES);
    const member: [number, Cells] = [number % CHUNK_ENTITIES, cells];
    const members = chunks.get(chunk);
    if (members) members.push(member);
    else chunks.set(chunk, [member]);
  }
  return chunks;
}
