import { createPoint } from '@skein/core';
import type { Instant } from '../storage/models.js';
import type { EntityUpdate } from '../storage/observed.js';
import type { EntityHandle } from './entity-handle.js';

/**
 * One thing that happened on one entity. Analyzers make them by the thousand, so a source is a plain object or class instance
 * whose properties are the attributes that OAL names, and its entity id is a cached string.
 */
export interface Source {
  /** Its definition; aggregation finds the plan by this object's identity. */
  readonly definition: SourceDefinition;
  /** Entity id, analysis.md 4.1. Empty for the `All` source. */
  readonly entity: string;
  /** Start of what happened; its minute is the bucket. */
  readonly time: Instant;
  /** Of this definition and entity, where the analyzer keeps one: see {@link EntityHandle}. */
  readonly handle?: EntityHandle | undefined;
}

/** `map`: an attribute read with a key, `tag["k"]`. `strings`: a list for `contain`. `object`: has `fields`. */
export type AttributeType = 'int' | 'long' | 'double' | 'bool' | 'string' | 'strings' | 'enum' | 'map' | 'object';

/** One attribute as OAL sees it. */
export interface AttributeDefinition {
  readonly type: AttributeType;
  /** Constants of an `enum`: OAL writes `Enum.NAME`, the source's property holds the number. */
  readonly enum?: { readonly name: string; readonly values: Readonly<Record<string, number>> };
  /** Property of the source that holds the value, where it is not called as in OAL: `time` of a source is when it happened. */
  readonly property?: string;
  /** Members of an `object`. */
  readonly fields?: Readonly<Record<string, AttributeDefinition>>;
}

/** A kind of source: what OAL may say about it, which entity it is about, and the rows that its appearance writes. */
export interface SourceDefinition {
  /** The word after `from(`, for example `ServiceRelation`. */
  readonly name: string;
  readonly scopeId: number;
  /** Name of the EntityModel of its metrics' entities. */
  readonly scope: string;
  /** As in `listMetrics`: SERVICE, SERVICE_INSTANCE, ENDPOINT, SERVICE_RELATION ... or ALL. */
  readonly catalog: string;
  /** By OAL name; the value is read from the source's property of that name. A `map` property holds `(key: string) => string | undefined`. */
  readonly attributes: Readonly<Record<string, AttributeDefinition>>;
  /** OAL decorators that apply to it; they have no effect beyond being allowed, since layers are entity fields. */
  readonly decorators?: readonly string[];
  /**
   * Rows that the appearance of this source writes: called once per entity, minute and `variant`, not once per source.
   * Each is stored as an entity update that is active in the minute of `source.time`.
   */
  readonly rows?: (source: never) => readonly EntityUpdate[];
  /** What else, besides entity and minute, makes its rows differ: a layer, a component. */
  readonly variant?: (source: never) => string | number;
}

/** Kinds of sources, from whoever emits them. */
export const Sources = createPoint<SourceDefinition, 'data'>({ id: 'sources', kind: 'data' });
