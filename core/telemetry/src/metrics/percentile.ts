import type { KeyedSums } from '../storage/models.js';
import { NumberTable } from '../storage/number-table.js';

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
export function percentilesOf(table: KeyedSums, precision: number, ranks: readonly number[] = PERCENTILE_RANKS): number[] {
  const { cells } = NumberTable.of(table);
  let total = 0;
  for (let i = 1; i < cells.length; i += 2) total += cells[i]!;
  const result: number[] = [];
  if (!(total > 0)) return result;
  let count = 0;
  for (let i = 0; i < cells.length && result.length < ranks.length; i += 2) {
    count += cells[i + 1]!;
    while (result.length < ranks.length && count >= percentileRoof(total, ranks[result.length]!)) result.push(cells[i]! * precision);
  }
  return result;
}
