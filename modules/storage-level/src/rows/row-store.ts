import type { Zone } from '@skein/telemetry';
import type { EntityModel } from '@skein/telemetry/storage';
import type { Entry } from '../journal/entry.js';
import type { Span } from '../journal/frame.js';
import type { Database, DatabaseBatch } from '../level/database.js';
import { documentKey, entityKey } from '../level/keys.js';
import { Pacer } from '../level/pacer.js';
import { putRowsMark, type RowsMark } from '../marks.js';
import type { EntityNumberCache } from '../metrics/entity-numbers.js';
import { MetricFlush } from '../metrics/metric-flush.js';
import type { RowLayouts } from '../metrics/row-layout.js';
import { encodeDocument } from './document-reads.js';
import { decodeEntity, encodeEntity } from './entity-codec.js';
import { ReadView } from './read-view.js';
import { mergeStored, RowMemory } from './row-memory.js';

/** Writers whose last sequence is remembered; the one that was quiet for longest is forgotten. */
const MAX_WRITERS = 1000;

/** Metrics, entities and documents in memory and in LevelDB. */
export class RowStore {
  readonly #database: Database;
  readonly #layouts: RowLayouts;
  readonly #model: (name: string) => EntityModel | undefined;
  readonly #flush: MetricFlush;
  readonly #sync: boolean;
  readonly #writers: Map<string, number>;
  #documentVersion: number;
  #applied: number;
  #flushed: number;
  #memory: RowMemory;
  #view: ReadView;
  /** Memory that no longer grows and is being written, and what LevelDB's mark will be then. */
  #frozen: { readonly memory: RowMemory; readonly mark: RowsMark } | undefined;

  constructor(
    database: Database,
    mark: RowsMark,
    layouts: RowLayouts,
    numbers: EntityNumberCache,
    zone: Zone,
    model: (name: string) => EntityModel | undefined,
    sync: boolean,
  ) {
    this.#sync = sync;
    this.#database = database;
    this.#layouts = layouts;
    this.#model = model;
    this.#flush = new MetricFlush(database, layouts, numbers, zone);
    this.#writers = new Map(mark.writers);
    this.#documentVersion = mark.documentVersion;
    this.#applied = mark.position;
    this.#flushed = mark.position;
    this.#memory = new RowMemory(layouts);
    this.#view = ReadView.take(database, [this.#memory]);
  }

  /** Position up to which everything is in LevelDB. */
  get flushed(): number {
    return this.#flushed;
  }

  /** Memory and LevelDB as they are now; the caller must `leave` it. */
  view(): ReadView {
    return this.#view.enter();
  }

  /** Whether this commit, or a later one of its writer, is already stored. */
  isStored({ writer, sequence }: { readonly writer: string; readonly sequence: number }): boolean {
    return sequence <= (this.#writers.get(writer) ?? Number.NEGATIVE_INFINITY);
  }

  /** Whether there is an update of the entity that is not in LevelDB yet. */
  isInMemory(model: string, id: string): boolean {
    return this.#view.memories.some(({ entities }) => entities.get(model)?.has(id));
  }

  nextDocumentVersion(): number {
    return ++this.#documentVersion;
  }

  apply(entry: Entry, span: Span): void {
    if (span.end <= this.#applied) return;
    this.#applied = span.end;
    if (entry.id) {
      // Written last = at the end of the map's order.
      this.#writers.delete(entry.id.writer);
      this.#writers.set(entry.id.writer, entry.id.sequence);
      if (this.#writers.size > MAX_WRITERS) this.#writers.delete(this.#writers.keys().next().value!);
    }
    for (const { version } of entry.documents) this.#documentVersion = Math.max(this.#documentVersion, version);
    this.#memory.apply(entry, this.#model);
  }

  /** Writes all that is in memory now in one batch, so that after a crash either all of it is counted or none. Not to be called twice at a time. */
  async flush(): Promise<void> {
    if (this.#frozen === undefined) {
      if (this.#memory.empty) return;
      this.#freeze();
    }
    const { memory, mark } = this.#frozen!;
    const batch = this.#database.batch();
    let written: () => void;
    try {
      written = await this.#flush.write(batch, memory.metrics);
      await this.#writeEntities(batch, memory);
      this.#writeDocuments(batch, memory);
      putRowsMark(batch, mark);
      // The journal is deleted behind this: it must not be the only thing that survives a power loss.
      await batch.write({ sync: this.#sync });
    } catch (error) {
      await batch.close();
      throw error;
    }
    written();
    this.#flushed = mark.position;
    this.#frozen = undefined;
    await this.refresh();
  }

  /** Lets reads see what was written or deleted in LevelDB. During a flush nothing happens: its end does the same. */
  async refresh(): Promise<void> {
    if (this.#frozen !== undefined) return;
    const before = this.#view;
    this.#view = ReadView.take(this.#database, [this.#memory]);
    await before.leave();
  }

  async close(): Promise<void> {
    await this.#view.leave();
  }

  #freeze(): void {
    this.#frozen = {
      memory: this.#memory,
      mark: { position: this.#applied, writers: [...this.#writers], documentVersion: this.#documentVersion },
    };
    this.#memory = new RowMemory(this.#layouts);
    this.#view = this.#view.replacedWith(this.#memory);
  }

  async #writeEntities(batch: DatabaseBatch, memory: RowMemory): Promise<void> {
    const pacer = new Pacer();
    for (const [name, entities] of memory.entities) {
      const model = this.#model(name);
      if (model === undefined) continue;
      for (const [id, entity] of entities) {
        const key = entityKey(name, id);
        const bytes = this.#database.getSync(key);
        batch.put(key, encodeEntity(mergeStored(model, bytes && decodeEntity(bytes), entity)));
        if (pacer.due) await pacer.pause();
      }
    }
  }

  #writeDocuments(batch: DatabaseBatch, memory: RowMemory): void {
    for (const [kind, documents] of memory.documents) {
      for (const [id, { version, json }] of documents) {
        if (json === undefined) batch.del(documentKey(kind, id));
        else batch.put(documentKey(kind, id), encodeDocument({ version, json }));
      }
    }
  }
}
