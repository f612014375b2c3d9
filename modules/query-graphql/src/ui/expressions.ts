const QUANTILES = '50,75,90,95,99';

/** The usual percentiles of a metric, named after their quantile: `percentile=50` and so on. */
export const percentiles = (metric: string): string => `relabels(${metric}{p='${QUANTILES}'},p='${QUANTILES}',percentile='${QUANTILES}')`;

/** The usual percentiles of a metric of relations, named P50 and so on. */
export const relationPercentiles = (metric: string): string => `relabels(${metric},p='${QUANTILES}',p='P50,P75,P90,P95,P99')`;

/** The entities with the largest (`des`) or smallest (`asc`) average. */
export const best = (metric: string, order: 'asc' | 'des', filter = '', scale = ''): string =>
  `top_n(${metric},10,${order}${filter && `,${filter}`})${scale}`;
