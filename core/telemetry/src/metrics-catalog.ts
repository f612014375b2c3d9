import { createToken } from '@skein/core';
import type { MetricModel } from './storage/models.js';

/** `record`: a top-N record metric such as top_n_database_statement. */
export type MetricKind = 'regular' | 'labeled' | 'heatmap' | 'record';

/** A metric that can be queried. */
export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** Name of the EntityModel of its entities. */
  readonly scope: string;
  readonly scopeId: number;
  readonly catalog: string;
  /** OAL function and its arguments in normal form, for example `percentile2(10)`. */
  readonly signature: string;
  /** Absent for `record`. */
  readonly model?: MetricModel;
  /** Value of one bucket. Regular: one number. Undefined where the state holds nothing. */
  readonly value?: (state: import('./storage/models.js').MetricState, minutes: number) => number | undefined;
  /** Labelled values of one bucket: label set as text (`{p=50}`) to value. */
  readonly labels?: (state: import('./storage/models.js').MetricState, minutes: number) => ReadonlyMap<string, number>;
  /** Set when the definition was reached by an old name that picks one label. */
  readonly pick?: { readonly key: string; readonly value: string };
}

/** All metrics of this host, by today's and by old names. Provided by aggregation; once aggregation is ready, the storage is open. */
export interface MetricCatalog {
  find(name: string): MetricDefinition | undefined;
  all(): readonly MetricDefinition[];
}
/** The one catalogue of a host. */
export const MetricCatalogToken = createToken<MetricCatalog>('metric-catalog');
