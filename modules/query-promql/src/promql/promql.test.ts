import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_OPERATORS, PromqlSyntaxError, parseExpression, parseSelector } from './parse.js';
import { printExpression } from './print.js';
import { prometheusTree } from './prometheus-tree.js';
import type { Expression, Matcher } from './syntax-tree.js';

const format = (text: string): string => printExpression(parseExpression(text));
const problem = (text: string): string => {
  try {
    return `no error: ${format(text)}`;
  } catch (error) {
    expect(error).toBeInstanceOf(PromqlSyntaxError);
    return (error as Error).message;
  }
};

describe('PromQL', () => {
  it.each([
    ['foo/bar', 'foo / bar'],
    ['1+2*3', '1 + 2 * 3'],
    ['(1+2)*3', '(1 + 2) * 3'],
    ['1-2-3', '1 - 2 - 3'],
    ['a>bool 1', 'a > bool 1'],
    ['a > BOOL 1', 'a > bool 1'],
    ['a==b+1', 'a == b + 1'],
    ["m{ a = 'x' , b!=\"y\",c=~`z.*`,d!~''}", 'm{a="x", b!="y", c=~"z.*", d!~""}'],
    ['m{a="x",}', 'm{a="x"}'],
    ['m{}', 'm'],
    ['{__name__="sum"}', '{__name__="sum"}'],
    ['m[5m]', 'm[5m]'],
    ['m{a="1"} [ 90s ]', 'm{a="1"}[1m30s]'],
    ['m[1h30m]', 'm[1h30m]'],
    ['m[7d]', 'm[1w]'],
    ['m[8d]', 'm[8d]'],
    ['m[250ms]', 'm[250ms]'],
    ['sum(m)', 'sum(m)'],
    ['SUM  by(p)(m)', 'sum by (p) (m)'],
    ['avg(m) without (p, q,)', 'avg without (p, q) (m)'],
    ['max by () (m)', 'max by () (m)'],
    ['min(sum by (a) (m + 1))', 'min(sum by (a) (m + 1))'],
    ['-m', '-m'],
    ['- -1', '--1'],
    ['2*-m', '2 * -m'],
    ['.5', '0.5'],
    ['1e3', '1000'],
    ['0x1F', '31'],
    ['iNf', 'Inf'],
    ['nan', 'NaN'],
    ['a # what it is\n + # and\n b', 'a + b'],
    [String.raw`m{a="q\"\\\n\x41\u00e9\101"}`, String.raw`m{a="q\"\\\nAéA"}`],
    ['m{a="it\'s"}', 'm{a="it\'s"}'],
    ['by', 'by'],
    ['node:cpu:rate', 'node:cpu:rate'],
  ])('formats %s as %s', (text, formatted) => {
    expect(format(text)).toBe(formatted);
    expect(format(formatted)).toBe(formatted);
  });

  it.each([
    ['', '1:1: parse error: '],
    ['m{', '1:3: parse error: '],
    ['m{a="x"', '1:8: parse error: '],
    ['m{a}', '1:4: parse error: '],
    ['m{a=="x"}', '1:5: parse error: '],
    ['m{a=x}', '1:5: parse error: '],
    ['1 +\n* 2', '2:1: parse error: '],
    ['m[5y]', '1:3: parse error: '],
    ['m[m]', '1:3: parse error: '],
    ['1[5m]', '1:2: parse error: '],
    ['rate(m[5m])', '1:5: parse error: '],
    ['sum', '1:4: parse error: '],
    ['sum by (a) (m) by (b)', '1:16: parse error: '],
    ['a and b', '1:3: parse error: '],
    ['m offset 5m', '1:3: parse error: '],
    ['m{a="\\q"}', '1:'],
    ['m{a="x} # "', '1:'],
    ['5m', '1:'],
  ])('says where %s is wrong', (text, message) => {
    expect(problem(text).startsWith(message)).toBe(true);
    expect(problem(text)).toContain('parse error: ');
  });

  it('binds as Prometheus does: comparison, sum, product, sign', () => {
    const shape = (e: Expression): unknown => {
      if (e.kind === 'binary') return [shape(e.left), e.op, shape(e.right)];
      if (e.kind === 'sign') return [e.sign, shape(e.of)];
      return printExpression(e);
    };
    expect(shape(parseExpression('1 > a - b * -c % d == 2'))).toEqual([
      ['1', '>', ['a', '-', [['b', '*', ['-', 'c']], '%', 'd']]],
      '==',
      '2',
    ]);
  });

  it('takes only a selector where one is asked for', () => {
    expect(parseSelector('m{a="b"}')).toEqual({ kind: 'selector', name: 'm', matchers: [{ label: 'a', op: '=', value: 'b' }] });
    expect(() => parseSelector('m[5m]')).toThrow('1:1: parse error: a series selector was expected');
    expect(() => parseSelector('m + 1')).toThrow(PromqlSyntaxError);
  });

  it("shows its tree in Prometheus' form", () => {
    expect(prometheusTree(parseExpression('sum by (p) (m{a=~"x"}) > bool -(1)'))).toEqual({
      type: 'binaryExpr',
      op: '>',
      bool: true,
      matching: null,
      lhs: {
        type: 'aggregation',
        op: 'sum',
        param: null,
        grouping: ['p'],
        without: false,
        expr: {
          type: 'vectorSelector',
          name: 'm',
          offset: 0,
          timestamp: null,
          startOrEnd: null,
          matchers: [
            { type: '=~', name: 'a', value: 'x' },
            { type: '=', name: '__name__', value: 'm' },
          ],
        },
      },
      rhs: { type: 'unaryExpr', op: '-', expr: { type: 'parenExpr', expr: { type: 'numberLiteral', val: '1' } } },
    });
    expect(prometheusTree(parseExpression('m[5m]'))).toMatchObject({ type: 'matrixSelector', range: 300_000, name: 'm' });
    expect(prometheusTree(parseExpression('a + b'))).toMatchObject({ matching: { card: 'one-to-one', on: false } });
  });

  it('refuses what could exhaust the stack, whatever hides it', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(format(nested(MAX_EXPRESSION_DEPTH))).toBe(nested(MAX_EXPRESSION_DEPTH));
    expect(problem(nested(MAX_EXPRESSION_DEPTH + 1))).toContain('nested deeper than 64');
    expect(problem(`m{a="\\""} + ${nested(4000)}`)).toContain('nested deeper than 64');
    expect(problem(`# it's\n${nested(4000)}`)).toContain('nested deeper than 64');
    expect(format(`m{a="${'('.repeat(500)}"}`)).toContain('((((');
    expect(format(`1${'+1'.repeat(MAX_EXPRESSION_OPERATORS)}`)).toContain('1 + 1');
    expect(problem(`1${'+1'.repeat(3 * MAX_EXPRESSION_OPERATORS)}`)).toContain('more than 200 operators');
    expect(problem('-'.repeat(9000))).toContain('more than 200 operators');
    expect(problem('x'.repeat(10_001))).toContain('longer than 10000 characters');
    expect(problem('sum('.repeat(2000))).toContain('nested deeper than 64');
  });

  it('reads what it prints as the same tree', () => {
    fc.assert(fc.property(expressions, (e) => expect(withoutGroups(parseExpression(printExpression(e)))).toEqual(withoutGroups(e))));
  });

  it('prints what it reads so that it prints the same when read again', () => {
    const pieces = fc.constantFrom(
      'm',
      '{',
      '}',
      'a="x"',
      ',',
      '(',
      ')',
      '+',
      '-',
      '*',
      '>',
      'bool',
      '1',
      '[5m]',
      'sum',
      ' by (p) ',
      "'",
      '#',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const printed = problem(text);
        if (printed.startsWith('no error: ')) expect(format(printed.slice('no error: '.length))).toBe(printed.slice('no error: '.length));
      }),
    );
  });
});

const label = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,5}$/);
const matcher: fc.Arbitrary<Matcher> = fc.record({
  label,
  op: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
  value: fc.string({ unit: 'grapheme', maxLength: 8 }),
});
const name = fc.stringMatching(/^[a-z_:][A-Za-z0-9_:]{0,8}$/).filter((word) => !/^(bool|inf|nan|sum|min|max|avg)$/i.test(word));
const selector = fc.record({ kind: fc.constant('selector' as const), name, matchers: fc.array(matcher, { maxLength: 3 }) });
const { expressions } = fc.letrec<{ expressions: Expression }>((tie) => ({
  expressions: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    selector,
    fc.record({ kind: fc.constant('number' as const), value: fc.double({ min: 0, noNaN: true }).map((v) => v + 0) }),
    fc.record({ kind: fc.constant('range' as const), selector, ms: fc.integer({ min: 0, max: 1e12 }) }),
    fc.record({ kind: fc.constant('group' as const), of: tie('expressions') }),
    fc.record({ kind: fc.constant('sign' as const), sign: fc.constantFrom('+' as const, '-' as const), of: tie('expressions') }),
    fc.record({
      kind: fc.constant('binary' as const),
      op: fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const, '%' as const),
      bool: fc.constant(false),
      left: tie('expressions'),
      right: tie('expressions'),
    }),
    fc.record({
      kind: fc.constant('binary' as const),
      op: fc.constantFrom('==' as const, '!=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
      bool: fc.boolean(),
      left: tie('expressions'),
      right: tie('expressions'),
    }),
    fc.record({
      kind: fc.constant('aggregation' as const),
      function: fc.constantFrom('sum' as const, 'min' as const, 'max' as const, 'avg' as const),
      grouping: fc.option(
        fc.record({ kind: fc.constantFrom('by' as const, 'without' as const), labels: fc.array(label, { maxLength: 3 }) }),
        {
          nil: undefined,
        },
      ),
      of: tie('expressions'),
    }),
  ),
}));

/** Brackets mean nothing but how tightly things bind. */
function withoutGroups(e: Expression): Expression {
  switch (e.kind) {
    case 'group':
      return withoutGroups(e.of);
    case 'sign':
    case 'aggregation':
      return { ...e, of: withoutGroups(e.of) };
    case 'binary':
      return { ...e, left: withoutGroups(e.left), right: withoutGroups(e.right) };
    default:
      return e;
  }
}
