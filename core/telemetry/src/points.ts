import { createPoint } from '@skein/core';
import type { EntityModel, RecordModel } from './storage/models.js';

/** Record and entity models that a module wants stored. Metric models come from OAL and meter rules. */
export const StorageModels = createPoint<RecordModel | EntityModel, 'data'>({ id: 'storage-models', kind: 'data' });

/** An OAL script; `file` is the name that errors show. */
export interface OalScript {
  readonly file: string;
  readonly text: string;
}
/** Scripts in the observability analysis language, from whoever brings sources. */
export const OalScripts = createPoint<OalScript, 'data'>({ id: 'oal-scripts', kind: 'data' });

/** An old metric name that reads go through: `endpoint_avg` is `endpoint_resp_time`, `service_p99` is `service_percentile` with `p=99`. */
export interface MetricAlias {
  readonly name: string;
  readonly metric: string;
  /** Picks one label of a labelled metric. `all_p70` has a rank that is not stored as a label: `{ p: '70' }` is computed from the dataset. */
  readonly label?: { readonly key: string; readonly value: string };
}
/** Old metric names, so that older dashboards and rules find their metrics. */
export const MetricAliases = createPoint<MetricAlias, 'data'>({ id: 'metric-aliases', kind: 'data' });
