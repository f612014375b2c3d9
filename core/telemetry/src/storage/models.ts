/** Milliseconds since the epoch; a bucket is the instant of its start. */
export type Instant = number;
/** Lengths of metric buckets. */
export type Precision = 'minute' | 'hour' | 'day';
/** What a field can hold. A list is of texts only. */
export type Value = string | number | boolean | null | Uint8Array | readonly string[];
/** `instant`: ms since the epoch. `json`: text that parses as JSON. `strings`: a list without order. */
export type FieldType = 'string' | 'int' | 'double' | 'bool' | 'instant' | 'strings' | 'json' | 'bytes';
/** `maxBytes` limits UTF-8 bytes; for `strings` the sum of all entries. */
export interface Field {
  readonly type: FieldType;
  readonly maxBytes?: number;
}
/** Values by field; an absent field and `undefined` are the same. */
export type Row = Readonly<Record<string, Value | undefined>>;
/** Data that is kept equally long. */
export type TtlClass = 'records' | 'traces' | 'logs' | 'metrics' | 'never';

/** Immutable, append-only. */
export interface RecordModel {
  readonly kind: 'record';
  readonly name: string;
  readonly version: number;
  readonly ttl: TtlClass;
  readonly fields: Readonly<Record<string, Field>>;
  readonly time: string; // an instant field; every row has it
  readonly id?: string; // if set, a second row with the same id and time is not added; whether one with another time is, depends on the backend
  readonly group?: string; // fetched together by `group`, e.g. traceId
  readonly filter: readonly string[]; // fields usable in where
  readonly order?: readonly string[]; // numeric fields besides time
  readonly tags?: string; // a 'strings' field of key=value, searchable
  readonly text?: string; // substring search, capability 'text'
  readonly body?: string; // opaque bytes, returned only on request
}
/** Mergeable: rows of the same id are joined field by field, in any order, by any number of writers. */
export interface EntityModel {
  readonly kind: 'entity';
  readonly name: string;
  readonly version: number;
  readonly ttl: TtlClass;
  readonly fields: Readonly<Record<string, Field & { readonly merge: 'first' | 'last' | 'min' | 'max' | 'union' }>>; // last: by the row's `at`
  readonly filter: readonly string[];
  readonly text?: string; // name search
}
/** A metric is mergeable state plus a closed form of its value, so every backend can rank without knowing OAL. */
export interface MetricModel {
  readonly kind: 'metric';
  readonly name: string;
  readonly scope: string; // scope = an EntityModel's name
  readonly signature: string; // 'percentile2(10)'; another signature under the same name is another column
  /** A `last` slot is followed by a `max` slot with the time of its value, so that merging works in any order. */
  readonly slots: readonly ('sum' | 'max' | 'min' | 'last')[];
  /**
   * Histogram or labels. `maxKeys` limits what one writer admits in one minute; merging keeps every key up to MAX_TABLE_KEYS.
   * `merge`: how each of the `width` numbers of a label merges, as `slots` do; without it all are sums. Only tables of texts have it.
   */
  readonly table?: {
    readonly key: 'int' | 'string';
    readonly width: number;
    readonly maxKeys: number;
    readonly merge?: MetricModel['slots'];
  };
  /** (of . slots) / (over . slots | minutes of the bucket | 1); undefined = labelled, computed from the table by core. */
  readonly value?: { readonly of: readonly number[]; readonly over?: readonly number[] | 'minutes'; readonly integer: boolean };
}
/** Everything that a storage keeps is of one of three kinds. */
export type Model = RecordModel | EntityModel | MetricModel;
/** Numbers by key, nearly always sums, to read. A Map is one; a `NumberTable` is one that is small. */
export interface KeyedSums extends Iterable<readonly [key: number | string, sums: ArrayLike<number>]> {
  readonly size: number;
  get(key: number | string): ArrayLike<number> | undefined;
  keys(): Iterable<number | string>;
  values(): Iterable<ArrayLike<number>>;
}
/** What a metric knows of one entity in one bucket: slots in the order of the model, and a table if the model has one. */
export interface MetricState {
  readonly slots: ArrayLike<number>;
  readonly table?: KeyedSums;
}
