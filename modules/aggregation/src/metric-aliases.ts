import type { MetricAlias } from '@skein/telemetry';

const ranks = (prefix: string, metric: string, values: readonly number[]): MetricAlias[] =>
  values.map((rank) => ({ name: `${prefix}_p${rank}`, metric, label: { key: 'p', value: String(rank) } }));

const FIVE = [50, 75, 90, 95, 99];

/** Names of older versions that today's metrics answer to. Source: analysis.md 2.10; `all_p70` was documented and never existed. */
export const METRIC_ALIASES: readonly MetricAlias[] = [
  ...ranks('service', 'service_percentile', FIVE),
  ...ranks('endpoint', 'endpoint_percentile', FIVE),
  ...ranks('database_access', 'database_access_percentile', FIVE),
  ...ranks('all', 'all_percentile', [...FIVE, 70]),
  { name: 'endpoint_avg', metric: 'endpoint_resp_time' },
];
