import type { Zone } from '@skein/telemetry';
import type { Instant, Precision } from '@skein/telemetry/storage';
import type { Database, DatabaseBatch } from '../level/database.js';
import { metricKey, metricPartition } from '../level/keys.js';
import { Pacer } from '../level/pacer.js';
import { mergeChunk } from './chunk-merge.js';
import type { EntityNumberCache, EntityNumbers } from './entity-numbers.js';
import { CHUNK_ENTITIES } from './metric-chunk.js';
import { type MetricBuckets, type MetricMemory, scopesOf } from './metric-memory.js';
import { type MetricRow, MetricRows, RowRoom } from './metric-rows.js';
import type { RowLayouts } from './row-layout.js';

/** Merges metrics of memory into the chunks of minutes, hours and days. */
export class MetricFlush {
  readonly #database: Database;
  readonly #layouts: RowLayouts;
  readonly #numbers: EntityNumberCache;
  readonly #zone: Zone;
  readonly #pacer = new Pacer();

  constructor(database: Database, layouts: RowLayouts, numbers: EntityNumberCache, zone: Zone) {
    this.#database = database;
    this.#layouts = layouts;
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

  /** Buckets of the larger precision. Where only one bucket falls into it, its rows are used as they are. */
  async #fold(buckets: MetricBuckets, precision: Precision): Promise<MetricBuckets> {
    const groups = new Map<string, { readonly bucket: Instant; readonly scope: string; readonly parts: MetricRows[] }>();
    for (const [start, scopes] of buckets) {
      const bucket = this.#zone.floor(start, precision);
      for (const [scope, rows] of scopes) {
        const key = `${bucket} ${scope}`;
        const group = groups.get(key);
        if (group) group.parts.push(rows);
        else groups.set(key, { bucket, scope, parts: [rows] });
      }
    }
    const folded: MetricBuckets = new Map();
    const room = new RowRoom();
    for (const { bucket, scope, parts } of groups.values()) {
      const merged = parts.length === 1 ? parts[0]! : new MetricRows(this.#layouts, room);
      scopesOf(folded, bucket).set(scope, merged);
      for (const part of parts) {
        if (part !== merged) merged.addAll(part);
        await this.#breathe();
      }
    }
    return folded;
  }

  async #writeBuckets(batch: DatabaseBatch, precision: Precision, buckets: MetricBuckets, touched: Set<EntityNumbers>): Promise<void> {
    for (const [bucket, scopes] of buckets) {
      const partition = metricPartition(bucket, precision);
      for (const [scope, rows] of scopes) {
        const numbers = this.#numbers.of(precision, partition, scope);
        touched.add(numbers);
        for (const [chunk, members] of byChunk(numbers, rows)) {
          const key = metricKey(precision, partition, scope, bucket, chunk);
          batch.put(key, mergeChunk(this.#database.getSync(key), members));
          await this.#breathe();
        }
      }
    }
  }

  async #breathe(): Promise<void> {
    if (this.#pacer.due) await this.#pacer.pause();
  }
}

function byChunk(numbers: EntityNumbers, { byEntity }: MetricRows): Map<number, (MetricRow | undefined)[]> {
  const chunks = new Map<number, (MetricRow | undefined)[]>();
  for (const [entity, row] of byEntity) {
    const number = numbers.give(entity);
    const chunk = Math.floor(number / CHUNK_ENTITIES);
    let members = chunks.get(chunk);
    if (members === undefined) {
      members = new Array<MetricRow | undefined>(CHUNK_ENTITIES).fill(undefined);
      chunks.set(chunk, members);
    }
    members[number % CHUNK_ENTITIES] = row;
  }
  return chunks;
}
