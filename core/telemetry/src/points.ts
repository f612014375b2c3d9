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

/** A file of log analysis rules, as YAML (analysis.md 11.1); `file` is the name that errors show. */
export interface LogRuleFile {
  readonly file: string;
  readonly text: string;
}
/** Rules for logs, from whoever knows what a kind of log means. An operator's rule of the same layer and name takes the place of one. */
export const LogRules = createPoint<LogRuleFile, 'data'>({ id: 'log-rules', kind: 'data' });

/** A file of meter rules, as YAML (analysis.md 10.1); `file` is the name that errors show. */
export interface MeterRuleFile {
  /** Which samples it sees: those of sets of this group, see `SampleSet`. */
  readonly group: string;
  readonly file: string;
  readonly text: string;
}
/** Rules for meters, from whoever knows what the samples of a group mean. */
export const MeterRules = createPoint<MeterRuleFile, 'data'>({ id: 'meter-rules', kind: 'data' });
