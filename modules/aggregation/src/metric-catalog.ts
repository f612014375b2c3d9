import {
  type MetricAlias,
  type MetricCatalog,
  type MetricDefinition,
  parseMetricSignature,
  percentilesOf,
  TOP_N_MODELS,
} from '@skein/telemetry';
import type { RecordModel } from '@skein/telemetry/storage';

/** Scope ids of the records of slow statements and commands. Source: analysis.md 3.1. */
const RECORD_SCOPES: Readonly<Record<string, number>> = {
  top_n_database_statement: 18,
  top_n_service_database_statement: 91,
  top_n_cache_read_command: 56,
  top_n_cache_write_command: 56,
};

/** The record metrics among the models that are stored. Their entities are services. */
export const recordMetrics = (stored: ReadonlySet<unknown>): MetricDefinition[] =>
  TOP_N_MODELS.filter((model: RecordModel) => stored.has(model)).map(({ name }) => ({
    name,
    kind: 'record',
    scope: 'service',
    scopeId: RECORD_SCOPES[name] ?? 0,
    catalog: 'SERVICE',
    signature: 'topN()',
  }));

/** The catalogue that others hold from the beginning; empty-handed until the metrics are compiled. */
export class LateCatalog implements MetricCatalog {
  private catalog: MetricCatalog | undefined;

  fill(catalog: MetricCatalog): void {
    this.catalog = catalog;
  }

  find(name: string): MetricDefinition | undefined {
    return this.filled().find(name);
  }

  all(): readonly MetricDefinition[] {
    return this.filled().all();
  }

  private filled(): MetricCatalog {
    if (this.catalog === undefined)
      throw new Error('the catalogue of metrics is read before all modules are activated; read it in onReady');
    return this.catalog;
  }
}

/** Finds metrics by today's names, and by old ones where no metric of today has that name. */
export function createCatalog(metrics: readonly MetricDefinition[], aliases: readonly MetricAlias[]): MetricCatalog {
  const byName = new Map(metrics.map((m) => [m.name, m]));
  const byAlias = new Map<string, MetricDefinition>();
  for (const alias of aliases) {
    const metric = byName.get(alias.metric);
    if (metric !== undefined) byAlias.set(alias.name, renamed(metric, alias));
  }
  return { find: (name) => byName.get(name) ?? byAlias.get(name), all: () => metrics };
}

function renamed(metric: MetricDefinition, { name, label }: MetricAlias): MetricDefinition {
  if (label === undefined) return { ...metric, name };
  const { labels, ...rest } = metric;
  const value = rankReader(metric, label) ?? ((state, minutes) => labels?.(state, minutes).get(`{${label.key}=${label.value}}`));
  return { ...rest, name, kind: 'regular', pick: label, value };
}

/** Reads any rank from the table of a percentile, also one that is not among the five. */
function rankReader({ signature }: MetricDefinition, label: { readonly key: string; readonly value: string }): MetricDefinition['value'] {
  const called = parseMetricSignature(signature);
  if (label.key !== 'p' || (called?.function.name !== 'percentile2' && called?.function.name !== 'percentile')) return undefined;
  const rank = [Number(label.value)];
  return ({ table }) => percentilesOf(table ?? new Map(), called.args[0] ?? 1, rank)[0];
}
