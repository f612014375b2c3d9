import { metricFunctions, metricSignature } from '../metrics/function.js';
import type { EntityModel, MetricModel, RecordModel } from '../storage/models.js';

/** A record with every kind of field and every use of them. */
export const CheckRecord: RecordModel = {
  kind: 'record',
  name: 'check_record',
  version: 1,
  ttl: 'traces',
  fields: {
    recordId: { type: 'string', maxBytes: 256 },
    group: { type: 'string', maxBytes: 256 },
    time: { type: 'instant' },
    service: { type: 'string', maxBytes: 256 },
    size: { type: 'int' },
    ratio: { type: 'double' },
    failed: { type: 'bool' },
    tags: { type: 'strings', maxBytes: 65_536 },
    text: { type: 'string', maxBytes: 65_536 },
    note: { type: 'json', maxBytes: 65_536 },
    data: { type: 'bytes', maxBytes: 4 * 1024 * 1024 },
  },
  time: 'time',
  id: 'recordId',
  group: 'group',
  filter: ['group', 'service', 'size', 'ratio', 'failed'],
  order: ['size'],
  tags: 'tags',
  text: 'text',
  body: 'data',
};

/** A record with as little as possible: no id, so that equal rows are two rows. */
export const CheckPlainRecord: RecordModel = {
  kind: 'record',
  name: 'check_plain_record',
  version: 1,
  ttl: 'records',
  fields: { at: { type: 'instant' }, value: { type: 'int' } },
  time: 'at',
  filter: ['value'],
};

/** An entity with every way of merging. */
export const CheckEntity: EntityModel = {
  kind: 'entity',
  name: 'check_entity',
  version: 1,
  ttl: 'metrics',
  fields: {
    name: { type: 'string', maxBytes: 1024, merge: 'first' },
    service: { type: 'string', maxBytes: 1024, merge: 'first' },
    normal: { type: 'bool', merge: 'first' },
    note: { type: 'string', maxBytes: 1024, merge: 'last' },
    level: { type: 'int', merge: 'last' },
    low: { type: 'int', merge: 'min' },
    high: { type: 'double', merge: 'max' },
    firstSeen: { type: 'instant', merge: 'min' },
    layers: { type: 'strings', maxBytes: 4096, merge: 'union' },
  },
  filter: ['name', 'service', 'normal', 'level', 'low', 'high', 'firstSeen', 'layers'],
  text: 'name',
};

const metric = (name: string, functionName: string, args: readonly number[] = []): MetricModel => ({
  kind: 'metric',
  name,
  scope: CheckEntity.name,
  signature: metricSignature(functionName, args),
  ...metricFunctions.get(functionName)!.model(args),
});

export const CheckAverage = metric('check_average', 'longAvg');
export const CheckCpm = metric('check_cpm', 'cpm');
export const CheckLargest = metric('check_largest', 'maxDouble');
export const CheckSmallest = metric('check_smallest', 'min');
export const CheckPercentile = metric('check_percentile', 'percentile2', [10]);
export const CheckLabels = metric('check_labels', 'labelCount', [50]);
/** Of each label the least, the largest and the latest value, its time after it. */
export const CheckLabelExtremes: MetricModel = {
  kind: 'metric',
  name: 'check_label_extremes',
  scope: CheckEntity.name,
  signature: 'extremes()',
  slots: [],
  table: { key: 'string', width: 4, maxKeys: 50, merge: ['min', 'max', 'last', 'max'] },
};
/** The value of the latest time. */
export const CheckLatest: MetricModel = {
  kind: 'metric',
  name: 'check_latest',
  scope: CheckEntity.name,
  signature: 'latest()',
  slots: ['last', 'max'],
  value: { of: [1, 0], integer: false },
};

export const CHECK_METRICS = [
  CheckAverage,
  CheckCpm,
  CheckLargest,
  CheckSmallest,
  CheckPercentile,
  CheckLabels,
  CheckLabelExtremes,
  CheckLatest,
] as const;
export const CHECK_MODELS = [CheckRecord, CheckPlainRecord, CheckEntity, ...CHECK_METRICS] as const;
