import type { OalScript, SourceDefinition } from '@skein/telemetry';
import type { MalMetric, MalScope } from '@skein/telemetry/mal';

/** Ids and catalogs of the scopes. Source: analysis.md 3.1. */
const SCOPES: Readonly<Record<MalScope, { readonly scopeId: number; readonly catalog: string }>> = {
  service: { scopeId: 1, catalog: 'SERVICE' },
  service_instance: { scopeId: 2, catalog: 'SERVICE_INSTANCE' },
  endpoint: { scopeId: 3, catalog: 'ENDPOINT' },
  service_relation: { scopeId: 4, catalog: 'SERVICE_RELATION' },
  service_instance_relation: { scopeId: 5, catalog: 'SERVICE_INSTANCE_RELATION' },
  process: { scopeId: 45, catalog: 'PROCESS' },
  process_relation: { scopeId: 54, catalog: 'PROCESS_RELATION' },
};

/** Ends of the names of functions by kind of metric. Source: analysis.md 10.4. */
const KINDS: Readonly<Record<MalMetric['kind'], string>> = {
  single: '',
  labeled: 'Labeled',
  histogram: 'Histogram',
  histogramPercentile: 'HistogramPercentile',
};

/** The source that carries the values of one metric. Its entities' rows are written besides: they are the same for many metrics. */
export const sourceOf = ({ name, scope }: Pick<MalMetric, 'name' | 'scope'>): SourceDefinition => ({
  name: `Meter_${name}`,
  scope,
  ...SCOPES[scope],
  attributes: { value: { type: 'long' }, label: { type: 'string' } },
});

/** The line that makes a metric of its source. */
export function lineOf({ name, kind, downsampling, ranks = [] }: MalMetric): string {
  const args = kind === 'single' ? [] : kind === 'histogramPercentile' ? ['label', ...ranks] : ['label'];
  return `${name} = from(Meter_${name}.value).${downsampling}${KINDS[kind]}(${args.join(', ')});`;
}

/** The lines of all metrics, a script for each rule file. */
export function scriptsOf(metrics: readonly MalMetric[]): readonly OalScript[] {
  const files = new Map<string, string[]>();
  for (const metric of metrics) files.set(metric.file, [...(files.get(metric.file) ?? []), lineOf(metric)]);
  return [...files].map(([file, lines]) => ({ file, text: lines.join('\n') }));
}
