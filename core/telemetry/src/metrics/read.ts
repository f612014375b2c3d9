import { metricValue } from '../storage/metric-state.js';
import type { MetricModel, MetricState } from '../storage/models.js';
import { parseMetricSignature } from './function.js';

/** Reads one number from the state of a bucket that is `minutes` long; undefined if there is none. */
export type ValueReader = (state: MetricState, minutes: number) => number | undefined;

/**
 * How to read the value of a metric, or of one label set of it (`{n=GC}`, `{p=70}` of any rank), from its state: by the model's closed formula,
 * or else by the function that the signature names. Every backend ranks by it.
 */
export function valueReader(model: MetricModel, label?: string): ValueReader {
  if (label === undefined && model.value !== undefined) return (state, minutes) => metricValue(model, state, minutes);
  const signature = parseMetricSignature(model.signature);
  if (label === undefined) return signature?.function.value?.(signature.args) ?? (() => undefined);
  return signature?.function.label?.(signature.args, label) ?? (() => undefined);
}
