/** The syntax trees of MAL: expressions (analysis.md 10.2) and the closures within them. */

/** Where a node was read. */
export interface Place {
  readonly source: ExpressionSource;
  /** In UTF-16 units, from 0. */
  readonly offset: number;
}
/** Which text of a rule file. */
export type ExpressionSource = 'exp' | 'filter' | 'expPrefix' | 'expSuffix';

interface Placed {
  readonly at: Place;
}

export type Expression =
  | NumberLiteral
  | TextLiteral
  | WordLiteral
  | ListLiteral
  | NameReference
  | Constant
  | Closure
  | Negation
  | Arithmetic
  | Call;

export interface NumberLiteral extends Placed {
  readonly kind: 'number';
  readonly value: number;
}
export interface TextLiteral extends Placed {
  readonly kind: 'text';
  readonly value: string;
}
export interface WordLiteral extends Placed {
  readonly kind: 'word';
  readonly value: boolean | null;
}
/** `['a','b']` or `[50,75]`. */
export interface ListLiteral extends Placed {
  readonly kind: 'list';
  readonly items: readonly (NumberLiteral | TextLiteral)[];
}
/** A metric, or a constant whose enum is clear from its place. */
export interface NameReference extends Placed {
  readonly kind: 'name';
  readonly name: string;
}
/** `Layer.GENERAL`. */
export interface Constant extends Placed {
  readonly kind: 'constant';
  readonly type: string;
  readonly name: string;
}
export interface Negation extends Placed {
  readonly kind: 'negation';
  readonly of: Expression;
}
export type ArithmeticOperator = '+' | '-' | '*' | '/';
export interface Arithmetic extends Placed {
  readonly kind: 'arithmetic';
  readonly op: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
/** `receiver.name(args)` or `name(args)`; the name of an extension has its namespace, `ns::name`. */
export interface Call extends Placed {
  readonly kind: 'call';
  readonly receiver: Expression | null;
  readonly name: string;
  readonly args: readonly Expression[];
}
export interface Closure extends Placed {
  readonly kind: 'closure';
  /** Empty where the closure names none. */
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
}

export type Statement = Definition | Assignment | Choice | Return | Block | Evaluation;
export interface Definition extends Placed {
  readonly kind: 'define';
  readonly name: string;
  readonly value: Term | null;
}
export interface Assignment extends Placed {
  readonly kind: 'assign';
  readonly op: '=' | '+=';
  readonly target: Term;
  readonly value: Term;
}
export interface Branch {
  readonly test: Term;
  readonly body: readonly Statement[];
}
export interface Choice extends Placed {
  readonly kind: 'if';
  readonly branches: readonly Branch[];
  readonly otherwise: readonly Statement[] | null;
}
export interface Return extends Placed {
  readonly kind: 'return';
  readonly value: Term | null;
}
export interface Block extends Placed {
  readonly kind: 'block';
  readonly body: readonly Statement[];
}
export interface Evaluation extends Placed {
  readonly kind: 'evaluate';
  readonly value: Term;
}

/** An expression within a closure. */
export type Term =
  | LiteralTerm
  | TemplateTerm
  | PatternTerm
  | ListTerm
  | MapTerm
  | NameTerm
  | PropertyTerm
  | IndexTerm
  | InvocationTerm
  | UnaryTerm
  | BinaryTerm
  | ConditionalTerm
  | ElvisTerm;
export interface LiteralTerm extends Placed {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
}
/** `"a ${b} c"`. */
export interface TemplateTerm extends Placed {
  readonly kind: 'template';
  readonly parts: readonly Term[];
}
/** `/re/`. */
export interface PatternTerm extends Placed {
  readonly kind: 'pattern';
  readonly text: string;
}
export interface ListTerm extends Placed {
  readonly kind: 'items';
  readonly items: readonly Term[];
}
export interface MapTerm extends Placed {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly value: Term }[];
}
export interface NameTerm extends Placed {
  readonly kind: 'variable';
  readonly name: string;
}
export interface PropertyTerm extends Placed {
  readonly kind: 'property';
  readonly of: Term;
  readonly name: string;
  readonly safe: boolean;
}
export interface IndexTerm extends Placed {
  readonly kind: 'index';
  readonly of: Term;
  readonly key: Term;
}
export interface InvocationTerm extends Placed {
  readonly kind: 'invoke';
  /** Null for `f(x)`. */
  readonly of: Term | null;
  readonly name: string;
  readonly args: readonly Term[];
  readonly safe: boolean;
}
export interface UnaryTerm extends Placed {
  readonly kind: 'unary';
  readonly op: '!' | '-';
  readonly of: Term;
}
export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '=~'
  | '==~'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | '!in'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';
export interface BinaryTerm extends Placed {
  readonly kind: 'binary';
  readonly op: BinaryOperator;
  readonly left: Term;
  readonly right: Term;
}
export interface ConditionalTerm extends Placed {
  readonly kind: 'conditional';
  readonly test: Term;
  readonly consequence: Term;
  readonly otherwise: Term;
}
export interface ElvisTerm extends Placed {
  readonly kind: 'elvis';
  readonly of: Term;
  readonly otherwise: Term;
}
