import type { MetricKind } from '../metrics-catalog.js';
import type { AttributeFilter, Order } from './expression.js';
import type { Point } from './result.js';

/** Stored values of one label set, one per step, undefined where nothing was stored. */
export interface StoredSeries {
  readonly labels: ReadonlyMap<string, string>;
  readonly values: readonly (number | undefined)[];
}

export interface TopQuery {
  readonly count: number;
  readonly order: Order;
  readonly attributes: readonly AttributeFilter[];
}

/** What an expression reads. It is bound to one entity and one range of time. */
export interface ExpressionReader {
  /** undefined: there is no such metric. */
  kind(metric: string): MetricKind | undefined;
  /** Start of every step of the range, ms. */
  readonly steps: readonly number[];
  /** Nominal length of a step in seconds. */
  readonly stepSeconds: number;
  /**
   * Values of a regular metric (one series without labels) or a labelled one (a series per label set that has data),
   * beginning `before` steps earlier than the range, so with `before + steps.length` values.
   * undefined: the entity lacks names that the metric's scope needs.
   */
  series(metric: string, before: number): Promise<readonly StoredSeries[] | undefined>;
  /** Best entities by a regular metric, or rows of a record metric. May throw {@link ExpressionError}. */
  top(metric: string, query: TopQuery): Promise<readonly Point[]>;
}

/** Something wrong with an expression that its author can mend; becomes the `error` of the result. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
