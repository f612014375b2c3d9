/** Arithmetic and comparison; all vector operations match series one to one by their labels. */
export type Operator = '+' | '-' | '*' | '/' | '%' | Comparison;
export type Comparison = '==' | '!=' | '<=' | '<' | '>=' | '>';
/** A condition on a label. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}
/** Which labels an aggregation keeps, or drops. */
export interface Grouping {
  readonly kind: 'by' | 'without';
  readonly labels: readonly string[];
}
/** `name` is undefined where only a matcher of `__name__` can tell it. */
export interface Selector {
  readonly kind: 'selector';
  readonly name: string | undefined;
  readonly matchers: readonly Matcher[];
}
export interface RangeSelector {
  readonly kind: 'range';
  readonly selector: Selector;
  readonly ms: number;
}
export interface Binary {
  readonly kind: 'binary';
  readonly op: Operator;
  /** A comparison answers 1 or 0 instead of leaving values out. */
  readonly bool: boolean;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Aggregation {
  readonly kind: 'aggregation';
  readonly function: 'sum' | 'min' | 'max' | 'avg';
  readonly grouping: Grouping | undefined;
  readonly of: Expression;
}
/** An expression of PromQL. Brackets are kept, so that a formatted query looks like what its author meant. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'group'; readonly of: Expression }
  | { readonly kind: 'sign'; readonly sign: '+' | '-'; readonly of: Expression }
  | Selector
  | RangeSelector
  | Binary
  | Aggregation;

/** Words of the language, which are no names of metrics in any case of letters. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(['bool', 'inf', 'nan', 'sum', 'min', 'max', 'avg']);
