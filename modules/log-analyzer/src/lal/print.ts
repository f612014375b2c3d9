import type { Expression, Pair, Statement, Step } from './syntax-tree.js';

/** Writes a script in one form: equal trees give equal texts, and reading the text gives the tree again. */
export function printScript(statements: readonly Statement[], indent = ''): string {
  return statements.map((statement) => `${indent}${printStatement(statement, indent)}\n`).join('');
}

function printStatement(statement: Statement, indent: string): string {
  const block = (body: readonly Statement[]): string => (body.length === 0 ? '{}' : `{\n${printScript(body, `${indent}  `)}${indent}}`);
  switch (statement.kind) {
    case 'if': {
      const branches = statement.branches.map(({ condition, body }) => `if (${printExpression(condition)}) ${block(body)}`);
      return branches.join(' else ') + (statement.otherwise === null ? '' : ` else ${block(statement.otherwise)}`);
    }
    case 'def':
      return `def ${statement.name} = ${printExpression(statement.value)}`;
    case 'command': {
      const args = statement.args.map(printExpression).join(', ') + statement.pairs.map(printPair).join(', ');
      return statement.name + (args === '' ? '' : ` ${args}`) + (statement.body === null ? '' : ` ${block(statement.body)}`);
    }
  }
}

const printPair = ({ key, value }: Pair): string => `${quoted(key)}: ${printExpression(value)}`;

/** Writes an expression, every part of it in brackets. */
export function printExpression(e: Expression): string {
  switch (e.kind) {
    case 'literal':
      return typeof e.value === 'string' ? quoted(e.value) : String(e.value);
    case 'template':
      return `"${e.parts.map((part) => (typeof part === 'string' ? escaped(part) : `\${${printExpression(part)}}`)).join('')}"`;
    case 'regexp':
      return `$/${e.pattern}/$`;
    case 'name':
      return e.name;
    case 'function':
      return `${e.name}(${e.args.map(printExpression).join(', ')})`;
    case 'path':
      return inBrackets(e.base) + e.steps.map(printStep).join('');
    case 'unary':
      return `${e.operator}${inBrackets(e.value)}`;
    case 'cast':
      return `${inBrackets(e.value)} as ${e.type}`;
    case 'arithmetic':
      return inBrackets(e.first) + e.rest.map(({ operator, value }) => ` ${operator} ${inBrackets(value)}`).join('');
    case 'compare':
      return `${inBrackets(e.left)} ${e.operator} ${inBrackets(e.right)}`;
    case 'and':
      return e.parts.map(inBrackets).join(' && ');
    case 'or':
      return e.parts.map(inBrackets).join(' || ');
    case 'elvis':
      return `${inBrackets(e.value)} ?: ${inBrackets(e.otherwise)}`;
    case 'ternary':
      return `${inBrackets(e.condition)} ? ${inBrackets(e.then)} : ${inBrackets(e.otherwise)}`;
  }
}

const WORDS: ReadonlySet<Expression['kind']> = new Set(['literal', 'template', 'regexp', 'name', 'function', 'path']);

const inBrackets = (e: Expression): string => (WORDS.has(e.kind) ? printExpression(e) : `(${printExpression(e)})`);

function printStep(step: Step): string {
  if (step.kind === 'index') return `[${printExpression(step.index)}]`;
  return `.${quoted(step.name)}${step.kind === 'call' ? `(${step.args.map(printExpression).join(', ')})` : ''}`;
}

const quoted = (text: string): string => `'${escaped(text)}'`;

/** Backslashes, quotes, signs that end a line, and `$`, which would begin an interpolation. */
const escaped = (text: string): string =>
  text
    .replace(/[\\'"$]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
