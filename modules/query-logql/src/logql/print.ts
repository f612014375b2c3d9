import type { Expression } from './syntax-tree.js';

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/** As it is read again to the same tree. */
export function printQuery(expression: Expression): string {
  switch (expression.kind) {
    case 'vector':
      return `vector(${numeral(expression.value)})`;
    case 'arithmetic':
      return `${printQuery(expression.left)} ${expression.op} ${printQuery(expression.right)}`;
    case 'logs': {
      const matchers = expression.matchers.map(({ label, op, value }) => `${label}${op}${quoted(value)}`);
      return [`{${matchers.join(', ')}}`, ...expression.filters.map(({ op, text }) => `${op} ${quoted(text)}`)].join(' ');
    }
  }
}

/** There is no word for infinity, and a zero may have a sign. */
function numeral(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999';
  return Object.is(value, -0) ? '-0' : String(value);
}

const quoted = (text: string): string => `"${text.replace(/[\n\r\t"\\]/g, (sign) => NAMED[sign]!)}"`;
