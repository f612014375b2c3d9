/** What a condition looks at: an attribute of the resource or the span, of either, or what every span has. */
export interface Field {
  readonly scope: 'resource' | 'span' | 'any' | 'intrinsic';
  readonly name: string;
}

export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'duration'; readonly nanoseconds: number }
  | { readonly kind: 'word'; readonly word: string };

export interface Condition {
  readonly field: Field;
  readonly op: '=' | '!=' | '=~' | '!~' | '>' | '>=' | '<' | '<=';
  readonly value: Value;
}

/** Conditions that must hold for one span. */
export type SpanFilter = readonly Condition[];
