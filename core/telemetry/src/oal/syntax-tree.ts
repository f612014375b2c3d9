/** What the parser makes of an OAL script. `at` is an offset into the script's text. */
export type Statement = MetricStatement | DisableStatement;

export interface Word {
  readonly text: string;
  readonly at: number;
}

export interface DisableStatement {
  readonly kind: 'disable';
  readonly name: Word;
  readonly at: number;
}

export interface MetricStatement {
  readonly kind: 'metric';
  readonly name: Word;
  readonly cast: Cast | null;
  readonly source: Word;
  readonly path: readonly Step[];
  readonly filters: readonly Condition[];
  readonly call: { readonly name: Word; readonly list: readonly Argument[]; readonly at: number };
  readonly decorator: TextLiteral | null;
  readonly at: number;
}

export interface Cast {
  readonly to: 'str->long' | 'str->int' | 'long' | 'int';
  readonly at: number;
}

/** One part of `tag["key"].name`; the name `*` says that no attribute is needed. */
export interface Step {
  readonly name: string;
  readonly key?: string;
  readonly at: number;
}

export interface Attribute {
  readonly kind: 'attribute';
  readonly cast: Cast | null;
  readonly path: readonly Step[];
  readonly at: number;
}

export type Operator = '==' | '!=' | '>' | '<' | '>=' | '<=' | 'like' | 'contain' | 'not contain' | 'in';

export interface Condition {
  readonly kind: 'condition';
  readonly attribute: Attribute;
  readonly operator: Operator;
  readonly value: Literal | List;
  readonly at: number;
}

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  readonly at: number;
}
export interface TextLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly at: number;
}
export interface BooleanLiteral {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly at: number;
}
export interface EnumLiteral {
  readonly kind: 'enum';
  readonly type: string;
  readonly constant: string;
  readonly at: number;
}
export interface NullLiteral {
  readonly kind: 'null';
  readonly at: number;
}
export type Literal = NumberLiteral | TextLiteral | BooleanLiteral | EnumLiteral | NullLiteral;

/** Elements of one kind. */
export interface List {
  readonly kind: 'list';
  readonly items: readonly NumberLiteral[] | readonly TextLiteral[] | readonly EnumLiteral[];
  readonly at: number;
}

export type Argument = Condition | BooleanLiteral | NumberLiteral | TextLiteral | Attribute;
