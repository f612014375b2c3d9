import type { AttributeDefinition, Source, SourceDefinition } from '../sources/source.js';
import { described, isNumber, OalError, type Read, type ResolvedAttribute, resolveAttribute } from './attribute.js';
import { unknown } from './problem.js';
import type { Condition, EnumLiteral, List, Literal, Operator } from './syntax-tree.js';

/** What a test of one source says. BROKEN: the input is such that neither answer would be true, for example a cast of "abc" to a number. */
export const FAIL = 0;
export const PASS = 1;
export const BROKEN = 2;
export type Verdict = typeof FAIL | typeof PASS | typeof BROKEN;
export type Test = (source: Source) => Verdict;

export interface CompiledCondition {
  readonly test: Test;
  /** Normal form: equal conditions have equal text. */
  readonly text: string;
}

type Check = (value: unknown) => boolean;

/** Turns a condition of a script into a test. Throws {@link OalError}. Semantics: analysis.md 1.4. */
export function compileCondition(source: SourceDefinition, condition: Condition, enums: ReadonlySet<string>): CompiledCondition {
  const attribute = resolveAttribute(source, condition.attribute);
  const { operator, value } = condition;
  const text = `${attribute.text} ${operator} ${literalText(value)}`;
  if (operator === '==' && value.kind !== 'null' && value.kind !== 'list' && attribute.type !== 'string') {
    return { test: equalityOf(attribute.read, literalValue(attribute, value, enums)), text };
  }
  return { test: testOf(attribute.read, checkFor(attribute, condition, enums)), text };
}

/** Most conditions are of this kind: the same as {@link testOf} says, with one call less. `literal` is not NaN. */
const equalityOf =
  (read: Read, literal: unknown): Test =>
  (source) => {
    const value = read(source);
    if (value === literal) return PASS;
    return Number.isNaN(value) ? BROKEN : FAIL;
  };

const testOf =
  (read: Read, check: Check): Test =>
  (source) => {
    const value = read(source);
    if (typeof value === 'number' && Number.isNaN(value)) return BROKEN;
    return check(value) ? PASS : FAIL;
  };

function literalText(value: Literal | List): string {
  if (value.kind === 'list') return `[${value.items.map(literalText).join(', ')}]`;
  if (value.kind === 'enum') return `${value.type}.${value.constant}`;
  return value.kind === 'null' ? 'null' : JSON.stringify(value.value);
}

function checkFor(attribute: ResolvedAttribute, condition: Condition, enums: ReadonlySet<string>): Check {
  const { operator, value } = condition;
  if (value.kind === 'null') return operator === '==' ? (v) => v == null : (v) => v != null;
  if (value.kind === 'list') {
    const allowed = new Set(value.items.map((item) => literalValue(attribute, item, enums)));
    return attribute.type === 'string' ? (v) => allowed.has(unquote(v)) : (v) => allowed.has(v);
  }
  const literal =
    operator === 'contain' || operator === 'not contain' || operator === 'like' ? undefined : literalValue(attribute, value, enums);
  switch (operator) {
    case '==':
      // Of strings; for the others there is equalityOf.
      return (v) => unquote(v) === literal;
    case '!=':
      return attribute.type === 'string' ? (v) => unquote(v) !== literal : (v) => v !== literal;
    case '>':
    case '<':
    case '>=':
    case '<=':
      return ordering(operator, literal as number);
    case 'like':
      demand(attribute, 'string', operator, condition.attribute.at);
      return likeness((value as { readonly value: string }).value);
    default:
      demand(attribute, 'strings', operator, condition.attribute.at);
      return membership((value as { readonly value: string }).value, operator === 'contain');
  }
}

/** One pair of double quotes around a text does not count in a comparison. */
function unquote(value: unknown): unknown {
  if (typeof value !== 'string' || value.length < 2 || value.charCodeAt(0) !== 34 || !value.endsWith('"')) return value;
  return value.slice(1, -1);
}

function ordering(operator: '>' | '<' | '>=' | '<=', literal: number): Check {
  switch (operator) {
    case '>':
      return (v) => typeof v === 'number' && v > literal;
    case '<':
      return (v) => typeof v === 'number' && v < literal;
    case '>=':
      return (v) => typeof v === 'number' && v >= literal;
    case '<=':
      return (v) => typeof v === 'number' && v <= literal;
  }
}

const castHint = (type: string): string => (type === 'string' ? ': cast it, (str->long)' : '');

function demand({ type, definition, text }: ResolvedAttribute, wanted: 'string' | 'strings', operator: Operator, at: number): void {
  if (type === wanted) return;
  const kind = wanted === 'string' ? 'a string' : 'a list of strings';
  throw new OalError(at, `${text} is ${described({ ...definition, type })}; "${operator}" looks into ${kind}`);
}

/** `"%x%"` contains, `"%x"` ends with, `"x%"` starts with; without a wildcard nothing is like it. */
function likeness(pattern: string): Check {
  const head = pattern.startsWith('%');
  const tail = pattern.length > 1 && pattern.endsWith('%');
  const part = pattern.slice(head ? 1 : 0, tail ? -1 : undefined);
  if (head && tail) return (v) => typeof v === 'string' && v.includes(part);
  if (head) return (v) => typeof v === 'string' && v.endsWith(part);
  if (tail) return (v) => typeof v === 'string' && v.startsWith(part);
  return () => false;
}

/** A list that is not there neither contains nor fails to contain. */
const membership = (element: string, contained: boolean): Check => {
  return (v) => Array.isArray(v) && v.includes(element) === contained;
};

/** The value to compare with, when the literal fits the attribute. */
function literalValue(attribute: ResolvedAttribute, literal: Literal, enums: ReadonlySet<string>): unknown {
  const { type, definition, text } = attribute;
  if (literal.kind === 'null') return null;
  if (literal.kind === 'enum') return enumValue(attribute, literal, enums);
  if (type === 'enum') {
    throw new OalError(literal.at, `${text} is ${described(definition)}: write ${example(definition)}`);
  }
  const fits =
    (literal.kind === 'number' && isNumber(type)) ||
    (literal.kind === 'string' && type === 'string') ||
    (literal.kind === 'boolean' && type === 'bool');
  if (!fits) {
    const given = literal.kind === 'boolean' ? 'true or false' : `a ${literal.kind}`;
    const hint = literal.kind === 'number' ? castHint(type) : '';
    throw new OalError(literal.at, `${text} is ${described({ ...definition, type })} and cannot be compared with ${given}${hint}`);
  }
  if (literal.kind === 'number' && !Number.isSafeInteger(literal.value))
    throw new OalError(literal.at, 'a number above 2^53 cannot be kept exactly');
  return literal.value;
}

const example = ({ enum: constants }: AttributeDefinition): string =>
  `${constants?.name ?? ''}.${Object.keys(constants?.values ?? {})[0] ?? ''}`;

function enumValue({ type, definition, text }: ResolvedAttribute, literal: EnumLiteral, enums: ReadonlySet<string>): number {
  if (!enums.has(literal.type)) throw new OalError(literal.at, unknown('enum', literal.type, enums));
  const constants = definition.enum;
  if (type !== 'enum' || constants?.name !== literal.type) {
    throw new OalError(literal.at, `${text} is ${described({ ...definition, type })} and cannot be compared with a ${literal.type}`);
  }
  const value = Object.hasOwn(constants.values, literal.constant) ? constants.values[literal.constant] : undefined;
  if (value === undefined)
    throw new OalError(literal.at, unknown('constant', literal.constant, Object.keys(constants.values), `enum ${literal.type}`));
  return value;
}
