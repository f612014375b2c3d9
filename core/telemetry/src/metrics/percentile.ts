/** The ranks that percentile functions give, in this order. */
export const PERCENTILE_RANKS = [50, 75, 90, 95, 99] as const;

/**
 * How many of `total` inputs lie at or below the rank. Computed in 32-bit floats, rounding halves up, to give the same numbers
 * as SkyWalking: 338950 inputs at rank 99 give 335560, not 335561.
 */
export const percentileRoof = (total: number, rank: number): number => Math.floor(Math.fround(Math.fround(total * rank) / 100) + 0.5);

/**
 * Percentiles of a table of counts, for `ranks` in ascending order, each the lower bound of the bucket that reaches it.
 * `table`: key (input divided by `precision`, truncated) to count. Empty where nothing was counted. Source: analysis.md 1.6.
 */
export function percentilesOf(
  table: ReadonlyMap<number | string, ArrayLike<number>>,
  precision: number,
  ranks: readonly number[] = PERCENTILE_RANKS,
): number[] {
  const keys = [...table.keys()].map(Number).sort((a, b) => a - b);
  let total = 0;
  for (const counts of table.values()) total += counts[0] ?? 0;
  const result: number[] = [];
  if (!(total > 0)) return result;
  let count = 0;
  for (const key of keys) {
    count += table.get(key)?.[0] ?? 0;
    while (result.length < ranks.length && count >= percentileRoof(total, ranks[result.length]!)) result.push(key * precision);
    if (result.length === ranks.length) break;
  }
  return result;
}
