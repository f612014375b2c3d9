/** A condition on a label of a stream. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A condition on the text of a log. */
export interface LineFilter {
  readonly op: '|=' | '!=' | '|~' | '!~';
  readonly text: string;
}

/** Logs of the streams that all matchers are true of, whose texts pass all filters. */
export interface LogsExpression {
  readonly kind: 'logs';
  readonly matchers: readonly Matcher[];
  readonly filters: readonly LineFilter[];
}

/** A number that is there at every time. */
export interface Vector {
  readonly kind: 'vector';
  readonly value: number;
}

/** Binds to the left; there are no brackets. */
export interface Arithmetic {
  readonly kind: 'arithmetic';
  readonly op: '+' | '-' | '*' | '/' | '%';
  readonly left: Constant;
  readonly right: Constant;
}

export type Constant = Vector | Arithmetic;
export type Expression = LogsExpression | Constant;
