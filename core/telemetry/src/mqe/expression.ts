/** The syntax tree of MQE, reference query.md 4.1. */

/** `key='value'`; the value may be a comma list. */
export interface Label {
  readonly key: string;
  readonly value: string;
}
export type Order = 'asc' | 'des';
export type Aggregation = 'avg' | 'count' | 'latest' | 'sum' | 'max' | 'min';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<=' | '<' | '>=' | '>';

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
}
export interface MetricReference {
  readonly kind: 'metric';
  readonly name: string;
  readonly labels: readonly Label[];
}
export interface Arithmetic {
  readonly kind: 'arithmetic';
  readonly op: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Comparison {
  readonly kind: 'comparison';
  readonly op: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Logic {
  readonly kind: 'logic';
  readonly op: '&&' | '||';
  readonly left: Expression;
  readonly right: Expression;
}
/** `avg(e)` and its like: a value per result of `of`. */
export interface Aggregate {
  readonly kind: 'aggregation';
  readonly function: Aggregation;
  readonly of: Expression;
}
/** `places` counts for `round` only. */
export interface Rounding {
  readonly kind: 'rounding';
  readonly function: 'abs' | 'ceil' | 'floor' | 'round';
  readonly of: Expression;
  readonly places: number;
}
export interface Trend {
  readonly kind: 'trend';
  readonly function: 'increase' | 'rate';
  readonly metric: MetricReference;
  readonly steps: number;
}
export interface Choice {
  readonly kind: 'choice';
  readonly function: 'view_as_seq' | 'is_present';
  readonly of: readonly Expression[];
}
/** A filter of top_n; `attr0` is the layer of the entity. */
export interface AttributeFilter {
  readonly name: string;
  readonly op: '=' | '!=';
  readonly value: string;
}
export interface TopN {
  readonly kind: 'top_n';
  readonly metric: MetricReference;
  readonly count: number;
  readonly order: Order;
  readonly attributes: readonly AttributeFilter[];
}
export interface TopNOf {
  readonly kind: 'top_n_of';
  readonly lists: readonly TopN[];
  readonly count: number;
  readonly order: Order;
}
export interface Relabels {
  readonly kind: 'relabels';
  readonly of: Expression;
  readonly from: Label;
  readonly to: Label;
}
export interface AggregateLabels {
  readonly kind: 'aggregate_labels';
  readonly of: Expression;
  readonly function: 'avg' | 'sum' | 'max' | 'min';
  /** Labels to group by; none: everything becomes one. */
  readonly by: readonly string[];
}
export interface SortValues {
  readonly kind: 'sort_values';
  readonly of: Expression;
  readonly count: number;
  readonly order: Order;
  readonly function: Aggregation;
}
export interface SortLabelValues {
  readonly kind: 'sort_label_values';
  readonly of: Expression;
  readonly order: Order;
  readonly by: readonly string[];
}
export interface Baseline {
  readonly kind: 'baseline';
  readonly metric: MetricReference;
  readonly bound: 'value' | 'upper' | 'lower';
}

export type Expression =
  | NumberLiteral
  | MetricReference
  | Arithmetic
  | Comparison
  | Logic
  | Aggregate
  | Rounding
  | Trend
  | Choice
  | TopN
  | TopNOf
  | Relabels
  | AggregateLabels
  | SortValues
  | SortLabelValues
  | Baseline;
