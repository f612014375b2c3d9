import { type Expression, type Grouping, type Matcher, RESERVED_WORDS, type Selector } from './syntax-tree.js';

const NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;
const WEEK = 604_800_000;

/** Expressions bind from 1, a comparison, to 5, what stands alone. */
function level(e: Expression): number {
  if (e.kind === 'sign') return 4;
  if (e.kind !== 'binary') return 5;
  if ('*/%'.includes(e.op)) return 3;
  return e.op === '+' || e.op === '-' ? 2 : 1;
}

/** In brackets where `e` binds less tightly than its place asks for. */
const within = (e: Expression, least: number): string => (level(e) < least ? `(${printExpression(e)})` : printExpression(e));

/** The text of an expression as Prometheus formats it; parsing it gives the same tree again, with brackets where they were missing. */
export function printExpression(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return printNumber(e.value);
    case 'group':
      return `(${printExpression(e.of)})`;
    case 'sign':
      return `${e.sign}${within(e.of, 4)}`;
    case 'selector':
      return printSelector(e);
    case 'range':
      return `${printSelector(e.selector)}[${printDuration(e.ms)}]`;
    case 'binary':
      return `${within(e.left, level(e))} ${e.op}${e.bool ? ' bool' : ''} ${within(e.right, level(e) + 1)}`;
    case 'aggregation':
      return `${e.function}${e.grouping === undefined ? '' : printGrouping(e.grouping)}(${printExpression(e.of)})`;
  }
}

const printGrouping = ({ kind, labels }: Grouping): string => ` ${kind} (${labels.join(', ')}) `;
const matcher = ({ label, op, value }: Matcher): string => `${label}${op}${quoted(value)}`;
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;

function printSelector({ name, matchers }: Selector): string {
  const isWord = name !== undefined && NAME.test(name) && !RESERVED_WORDS.has(name.toLowerCase());
  const all = name === undefined || isWord ? matchers : [{ label: '__name__', op: '=' as const, value: name }, ...matchers];
  const word = isWord ? name : '';
  return all.length === 0 && isWord ? word : `${word}{${all.map(matcher).join(', ')}}`;
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? 'Inf' : '-Inf';
}

/** `1w`, `1d12h`, `250ms`; weeks only when nothing is left over. */
function printDuration(ms: number): string {
  if (ms > 0 && ms % WEEK === 0) return `${ms / WEEK}w`;
  let rest = ms;
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
