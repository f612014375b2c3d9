/** What the parser makes of a script. `at`: offset in the text where it begins. */
export type Statement = IfStatement | DefStatement | Command;

export interface IfStatement {
  readonly kind: 'if';
  readonly at: number;
  readonly branches: ReadonlyArray<{ readonly condition: Expression; readonly body: readonly Statement[] }>;
  readonly otherwise: readonly Statement[] | null;
}

export interface DefStatement {
  readonly kind: 'def';
  readonly at: number;
  readonly name: string;
  readonly value: Expression;
}

/** Everything else: a name, then arguments or pairs, then perhaps a block. What it means depends on where it stands. */
export interface Command {
  readonly kind: 'command';
  readonly at: number;
  readonly name: string;
  readonly args: readonly Expression[];
  readonly pairs: readonly Pair[];
  readonly body: readonly Statement[] | null;
}

/** `key: value`. */
export interface Pair {
  readonly at: number;
  readonly key: string;
  readonly value: Expression;
}

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '==~';
export type ArithmeticOperator = '+' | '-' | '*' | '/';

export type Expression =
  | { readonly kind: 'literal'; readonly at: number; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly at: number; readonly parts: ReadonlyArray<string | Expression> }
  | { readonly kind: 'regexp'; readonly at: number; readonly pattern: string; readonly from: number }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | { readonly kind: 'function'; readonly at: number; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'path'; readonly at: number; readonly base: Expression; readonly steps: readonly Step[] }
  | { readonly kind: 'unary'; readonly at: number; readonly operator: '!' | '-'; readonly value: Expression }
  | { readonly kind: 'cast'; readonly at: number; readonly value: Expression; readonly type: string }
  | {
      readonly kind: 'arithmetic';
      readonly at: number;
      readonly first: Expression;
      readonly rest: ReadonlyArray<{ readonly operator: ArithmeticOperator; readonly value: Expression }>;
    }
  | {
      readonly kind: 'compare';
      readonly at: number;
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly at: number; readonly parts: readonly Expression[] }
  | { readonly kind: 'elvis'; readonly at: number; readonly value: Expression; readonly otherwise: Expression }
  | {
      readonly kind: 'ternary';
      readonly at: number;
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

/** One step into a value. A step into nothing gives nothing, with or without `?`. */
export type Step =
  | { readonly kind: 'member'; readonly at: number; readonly name: string }
  | { readonly kind: 'call'; readonly at: number; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'index'; readonly at: number; readonly index: Expression };
