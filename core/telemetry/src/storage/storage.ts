import { createToken } from '@skein/core';
import type { Commit, Document, DocumentPut } from './commit.js';
import type { EntityModel, Instant, MetricModel, MetricState, Model, RecordModel, Row, TtlClass } from './models.js';
import type { Buckets, Condition, Found, Limits, Range } from './query.js';

/**
 * Where texts are ordered or compared (ids, `first` and `last` of equal times, `min`, `max`, `>=`), a backend may take UTF-8 bytes instead of
 * code units. They differ only where a character beyond U+FFFF meets one of U+E000 to U+FFFF.
 */
export interface Storage {
  readonly traits: {
    readonly writers: 'one' | 'many'; // many: several storages share the data, each with writer names of its own
    readonly atomicCommit: boolean; // false: a crash inside commit may leave part of an unacknowledged commit; the same commit again completes it
    readonly commitWindow: { readonly minMs: number; readonly maxBytes: number };
    readonly capabilities: ReadonlySet<'text' | 'contains'>;
    /** How long data of a class is kept, ms; the backend is configured with it. Infinity for `never`. */
    readonly retention: Readonly<Record<TtlClass, number>>;
  };
  /** Called once, after freeze. Creates, migrates, or explains (one entry per model it cannot serve). Metric models may first come with a commit. */
  open(models: readonly Model[], o: { readonly zone: string }): Promise<ReadonlyArray<{ readonly model: string; readonly reason: string }>>;
  /** Durable and visible when it resolves. Rejects only for infrastructure reasons: rows were checked against their model before. Same id again = no further effect. One call at a time per writer. */
  commit(commit: Commit, signal: AbortSignal): Promise<void>;
  /**
   * Without `order`: latest first. Rows of equal order come in an order that pages agree on. `distinct`: only the first row of each value
   * of the field; rows without the field all stay. `body` false: the model's body field is left out. Rejects with an
   * InvalidQueryError what the model does not offer, as the other verbs do.
   */
  records(
    q: {
      readonly model: RecordModel;
      readonly range: Range;
      readonly where?: readonly Condition[];
      readonly tags?: readonly string[];
      readonly text?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
      readonly order?: { readonly by: string; readonly descending: boolean };
      readonly distinct?: string;
      readonly offset: number;
      readonly limit: number;
      readonly body?: boolean;
    },
    l: Limits,
  ): Promise<Found<Row>>;
  /** Rows with their bodies, by any of the keys. More rows than `limit`: `complete` is false. */
  group(
    q: { readonly model: RecordModel; readonly keys: readonly string[]; readonly range?: Range; readonly limit: number },
    l: Limits,
  ): Promise<Found<Row>>;
  /** Entities that have a row. `activeIn`: only those with a delta in one of the buckets. Without `order`, and among equals: by id. Rows without the field come last. */
  entities(
    q: {
      readonly model: EntityModel;
      readonly ids?: readonly string[];
      readonly where?: readonly Condition[];
      readonly activeIn?: Buckets;
      readonly order?: { readonly by: string; readonly descending: boolean };
      readonly limit: number;
    },
    l: Limits,
  ): Promise<Found<Row & { readonly id: string }>>;
  /** result[entity][metric][bucket]; undefined where nothing was stored. */
  series(
    q: {
      readonly scope: string;
      readonly entities: readonly string[];
      readonly metrics: readonly MetricModel[];
      readonly buckets: Buckets;
    },
    l: Limits,
  ): Promise<ReadonlyArray<ReadonlyArray<ReadonlyArray<MetricState | undefined>>>>;
  /** Average of the value over non-empty buckets, per entity; equal ones by id. `where`: on the rows of the metric's scope. */
  rank(
    q: {
      readonly metric: MetricModel;
      readonly label?: string;
      readonly buckets: Buckets;
      readonly where?: readonly Condition[];
      readonly descending: boolean;
      readonly limit: number;
    },
    l: Limits,
  ): Promise<Found<{ readonly entity: string; readonly value: number }>>;
  document(kind: string, id: string): Promise<Document | undefined>;
  /** By id, by code units. A document that was deleted and made again has another version than it ever had. */
  documents(kind: string, o?: { readonly prefix?: string; readonly limit?: number }): Promise<readonly Document[]>;
  /** false = the version did not match. Leases and task creation need it. */
  put(put: DocumentPut): Promise<boolean>;
  delete(kind: string, id: string): Promise<void>;
  /** Oldest partitions first; returns what went and why, for the books. */
  prune(
    now: Instant,
  ): Promise<
    ReadonlyArray<{ readonly model: string; readonly before: Instant; readonly bytes: number; readonly reason: 'age' | 'budget' }>
  >;
  stats(): Promise<ReadonlyArray<{ readonly model: string; readonly rows: number; readonly bytes: number }>>;
  close(): Promise<void>;
}

export const StorageToken = createToken<Storage>('storage');
