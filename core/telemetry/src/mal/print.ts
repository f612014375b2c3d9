import type { Expression, Statement, Term } from './syntax-tree.js';

/** The text of an expression in its shortest form. Parsing it gives the same tree again; equal expressions print the same. */
export function printMal(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return printNumber(e.value);
    case 'text':
      return quoted(e.value);
    case 'word':
      return String(e.value);
    case 'list':
      return `[${e.items.map(printMal).join(',')}]`;
    case 'name':
      return e.name;
    case 'constant':
      return `${e.type}.${e.name}`;
    case 'negation':
      return `-${within(e.of, 3)}`;
    case 'arithmetic':
      return `${within(e.left, level(e))}${e.op}${within(e.right, level(e) + 1)}`;
    case 'call':
      return `${e.receiver === null ? '' : `${within(e.receiver, 4)}.`}${e.name}(${e.args.map(printMal).join(',')})`;
    case 'closure':
      return `{${e.parameters.length === 0 ? '' : `${e.parameters.join(',')}->`}${printStatements(e.body)}}`;
  }
}

const level = (e: Expression): number => {
  if (e.kind === 'arithmetic') return e.op === '+' || e.op === '-' ? 1 : 2;
  return e.kind === 'negation' ? 3 : 4;
};
/** In brackets where `e` binds less tightly than its place asks for. */
const within = (e: Expression, least: number): string => (level(e) < least ? `(${printMal(e)})` : printMal(e));

/** A number without an exponent, as the grammar has none. */
function printNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return `1${'0'.repeat(309)}`;
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return digits;
  return value >= 1 ? BigInt(value).toString() : `0.${'0'.repeat(-Number(exponent) - 1)}${digits.replace('.', '')}`;
}

const quoted = (text: string): string => `'${text.replace(/['\\\n\r\t\b\f]/g, (c) => ESCAPES.get(c) ?? `\\${c}`)}'`;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\b', '\\b'],
  ['\f', '\\f'],
]);

const printStatements = (body: readonly Statement[]): string => body.map(printStatement).join(';');

function printStatement(s: Statement): string {
  switch (s.kind) {
    case 'define':
      return `def ${s.name}${s.value === null ? '' : `=${printTerm(s.value)}`}`;
    case 'assign':
      return `${printTerm(s.target)}${s.op}${printTerm(s.value)}`;
    case 'return':
      return s.value === null ? 'return' : `return ${printTerm(s.value)}`;
    case 'evaluate':
      return printTerm(s.value);
    case 'block':
      return `{${printStatements(s.body)}}`;
    case 'if': {
      const branches = s.branches.map((b) => `if(${printTerm(b.test)}){${printStatements(b.body)}}`).join('else ');
      return s.otherwise === null ? branches : `${branches}else{${printStatements(s.otherwise)}}`;
    }
  }
}

function printTerm(t: Term): string {
  switch (t.kind) {
    case 'literal':
      return typeof t.value === 'string' ? quoted(t.value) : typeof t.value === 'number' ? printNumber(t.value) : String(t.value);
    case 'template':
      return `"${t.parts.map(printPart).join('')}"`;
    case 'pattern':
      return `/${t.text.replaceAll('/', '\\/')}/`;
    case 'items':
      return `[${t.items.map(printTerm).join(',')}]`;
    case 'map':
      return t.entries.length === 0 ? '[:]' : `[${t.entries.map((e) => `${quoted(e.key)}:${printTerm(e.value)}`).join(',')}]`;
    case 'variable':
      return t.name;
    case 'property':
      return `${bound(t.of, 8)}${t.safe ? '?.' : '.'}${nameOrText(t.name)}`;
    case 'index':
      return `${bound(t.of, 8)}[${printTerm(t.key)}]`;
    case 'invoke':
      return `${t.of === null ? '' : `${bound(t.of, 8)}${t.safe ? '?.' : '.'}`}${t.of === null ? t.name : nameOrText(t.name)}(${t.args.map(printTerm).join(',')})`;
    case 'unary':
      return `${t.op}${bound(t.of, 7)}`;
    case 'binary':
      return printBinary(t);
    case 'conditional':
      return `${bound(t.test, 1)}? ${printTerm(t.consequence)}:${printTerm(t.otherwise)}`;
    case 'elvis':
      return `${bound(t.of, 1)}?:${printTerm(t.otherwise)}`;
  }
}

function printBinary(t: Term & { readonly kind: 'binary' }): string {
  // Two slashes would begin a comment.
  const op = ['in', '!in', '/'].includes(t.op) ? ` ${t.op} ` : t.op;
  return `${bound(t.left, tightness(t))}${op}${bound(t.right, tightness(t) + 1)}`;
}

const printPart = (t: Term): string => {
  if (t.kind !== 'literal' || typeof t.value !== 'string') return `\${${printTerm(t)}}`;
  return quoted(t.value).slice(1, -1).replaceAll("\\'", "'").replace(/["$]/g, '\\$&');
};

const nameOrText = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name));

const BINARY_LEVELS: ReadonlyMap<string, number> = new Map(
  [['||'], ['&&'], ['==', '!=', '=~', '==~'], ['<', '<=', '>', '>=', 'in', '!in'], ['+', '-'], ['*', '/', '%']].flatMap((ops, i) =>
    ops.map((op) => [op, i]),
  ),
);
/** 0 = a choice, 1 to 6 = operators, 7 = unary, 8 = all else. */
const tightness = (t: Term): number => {
  if (t.kind === 'conditional' || t.kind === 'elvis') return 0;
  if (t.kind === 'binary') return 1 + BINARY_LEVELS.get(t.op)!;
  return t.kind === 'unary' ? 7 : 8;
};
const bound = (t: Term, least: number): string => (tightness(t) < least ? `(${printTerm(t)})` : printTerm(t));
