import type { Field, SpanFilter, Value } from './syntax-tree.js';

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/** As it is read again to the same tree. */
export const printFilter = (filter: SpanFilter): string =>
  filter.length === 0 ? '{}' : `{ ${filter.map(({ field, op, value }) => `${fieldText(field)} ${op} ${valueText(value)}`).join(' && ')} }`;

function fieldText({ scope, name }: Field): string {
  if (scope === 'intrinsic') return name;
  const shown = /^[A-Za-z0-9_./-]+$/.test(name) ? name : quoted(name);
  return scope === 'any' ? `.${shown}` : `${scope}.${shown}`;
}

function valueText(value: Value): string {
  switch (value.kind) {
    case 'text':
      return quoted(value.text);
    case 'word':
      return value.word;
    case 'number':
      return String(value.number);
    case 'duration':
      return `${value.nanoseconds}ns`;
  }
}

const quoted = (text: string): string => `"${text.replace(/[\n\r\t"\\]/g, (sign) => NAMED[sign]!)}"`;
