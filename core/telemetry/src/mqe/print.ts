import type { AttributeFilter, Expression, Label } from './expression.js';

const quote = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);
const label = (l: Label): string => `${l.key}=${quote(l.value)}`;
const attribute = (a: AttributeFilter): string => `,${a.name}${a.op}${quote(a.value)}`;

const level = (e: Expression): number => {
  switch (e.kind) {
    case 'logic':
      return 1;
    case 'comparison':
      return 2;
    case 'arithmetic':
      return e.op === '+' || e.op === '-' ? 3 : 4;
    default:
      return 5;
  }
};
/** In brackets where `e` binds less tightly than its place asks for. */
const within = (e: Expression, least: number): string => (level(e) < least ? `(${printExpression(e)})` : printExpression(e));

/** A number without an exponent, as the grammar has none. */
const literal = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return `1${'0'.repeat(309)}`;
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return digits;
  if (value >= 1) return BigInt(value).toString();
  return `0.${'0'.repeat(-Number(exponent) - 1)}${digits.replace('.', '')}`;
};

/** The text of an expression, without white space; parsing it gives the same tree again. */
export function printExpression(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return literal(e.value);
    case 'metric':
      return e.labels.length === 0 ? e.name : `${e.name}{${e.labels.map(label).join(',')}}`;
    case 'arithmetic':
    case 'comparison':
    case 'logic':
      return `${within(e.left, level(e))}${e.op}${within(e.right, level(e) + 1)}`;
    case 'aggregation':
      return `${e.function}(${printExpression(e.of)})`;
    case 'rounding':
      return `${e.function}(${printExpression(e.of)}${e.function === 'round' ? `,${e.places}` : ''})`;
    case 'trend':
      return `${e.function}(${printExpression(e.metric)},${e.steps})`;
    case 'choice':
      return `${e.function}(${e.of.map(printExpression).join(',')})`;
    case 'top_n':
      return `top_n(${printExpression(e.metric)},${e.count},${e.order}${e.attributes.map(attribute).join('')})`;
    case 'top_n_of':
      return `top_n_of(${e.lists.map(printExpression).join(',')},${e.count},${e.order})`;
    case 'relabels':
      return `relabels(${printExpression(e.of)},${label(e.from)},${label(e.to)})`;
    case 'aggregate_labels':
      return `aggregate_labels(${printExpression(e.of)},${e.function}${e.by.length === 0 ? '' : `(${e.by.join(',')})`})`;
    case 'sort_values':
      return `sort_values(${printExpression(e.of)},${e.count},${e.order},${e.function})`;
    case 'sort_label_values':
      return `sort_label_values(${printExpression(e.of)},${e.order},${e.by.join(',')})`;
    case 'baseline':
      return `baseline(${printExpression(e.metric)},${e.bound})`;
  }
}
