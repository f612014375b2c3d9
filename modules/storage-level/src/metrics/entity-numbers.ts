import type { Precision } from '@skein/telemetry/storage';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { readNames, writeNames } from '../bytes/value-codec.js';
import type { Database, DatabaseBatch } from '../level/database.js';
import { namesKey } from '../level/keys.js';

/** Names in one stored value. */
const NAMES_PER_VALUE = 256;
/** Names in memory over all partitions; beyond, whole partitions leave, the least recently used first. */
const MAX_CACHED_NAMES = 500_000;

/** Numbers of the entities of one scope in one partition, counted up from 0 in the order in which they were first active there. */
export class EntityNumbers {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #key: (value: number) => Buffer;
  #saved = 0;

  constructor(database: Database, key: (value: number) => Buffer) {
    this.#key = key;
    for (let value = 0; ; value++) {
      const bytes = database.getSync(key(value));
      if (bytes === undefined) break;
      for (const name of readNames(new ByteReader(bytes))) this.#add(name);
    }
    this.#saved = this.names.length;
  }

  get(entity: string): number | undefined {
    return this.#numbers.get(entity);
  }

  /** The number of an entity, a new one if it has none; new ones are stored by {@link write}. */
  give(entity: string): number {
    return this.#numbers.get(entity) ?? this.#add(entity);
  }

  get unsaved(): boolean {
    return this.#saved < this.names.length;
  }

  /** Puts new names into the batch in which they are first used. Returns what to call once it is written. */
  write(batch: DatabaseBatch): () => void {
    const count = this.names.length;
    for (let value = Math.floor(this.#saved / NAMES_PER_VALUE); value * NAMES_PER_VALUE < count; value++) {
      const writer = new ByteWriter(16_384);
      writeNames(writer, this.names.slice(value * NAMES_PER_VALUE, (value + 1) * NAMES_PER_VALUE));
      batch.put(this.#key(value), Buffer.from(writer.view()));
    }
    return () => {
      this.#saved = Math.max(this.#saved, count);
    };
  }

  #add(entity: string): number {
    const number = this.names.push(entity) - 1;
    this.#numbers.set(entity, number);
    return number;
  }
}

/** The numbers of all scopes and partitions, read when first needed. */
export class EntityNumberCache {
  readonly #database: Database;
  readonly #cached = new Map<string, EntityNumbers>();

  constructor(database: Database) {
    this.#database = database;
  }

  of(precision: Precision, partition: number, scope: string): EntityNumbers {
    const key = `${precision} ${partition} ${scope}`;
    let numbers = this.#cached.get(key);
    if (numbers === undefined) numbers = new EntityNumbers(this.#database, (value) => namesKey(precision, partition, scope, value));
    else this.#cached.delete(key);
    this.#cached.set(key, numbers);
    return numbers;
  }

  /** Makes room; never of numbers that are not stored yet. */
  trim(): void {
    let names = 0;
    for (const numbers of this.#cached.values()) names += numbers.names.length;
    for (const [key, numbers] of this.#cached) {
      if (names <= MAX_CACHED_NAMES) return;
      if (numbers.unsaved) continue;
      names -= numbers.names.length;
      this.#cached.delete(key);
    }
  }

  /** After a deletion of partitions. */
  clear(): void {
    for (const [key, numbers] of this.#cached) if (!numbers.unsaved) this.#cached.delete(key);
  }
}
