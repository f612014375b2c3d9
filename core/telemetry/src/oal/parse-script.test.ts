import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseScript } from './parse-script.js';
import { formatOalProblem } from './problem.js';
import type { MetricStatement } from './syntax-tree.js';

const parse = (text: string) => parseScript({ file: 'a.oal', text });
const metric = (text: string): MetricStatement => {
  const { statements, problems } = parse(text);
  expect(problems.map(formatOalProblem)).toEqual([]);
  expect(statements).toHaveLength(1);
  return statements[0] as MetricStatement;
};
const errors = (text: string): string[] => parse(text).problems.map(formatOalProblem);

describe('the grammar', () => {
  test('takes a metric apart', () => {
    const m = metric('a = from((str->long)Service.tag["x.y"].z).filter(type == RequestType.MQ).longAvg().decorator("D")');
    expect(m.name.text).toBe('a');
    expect(m.cast?.to).toBe('str->long');
    expect(m.source.text).toBe('Service');
    expect(m.path).toMatchObject([{ name: 'tag', key: 'x.y' }, { name: 'z' }]);
    expect(m.filters).toMatchObject([{ operator: '==', value: { kind: 'enum', type: 'RequestType', constant: 'MQ' } }]);
    expect(m.call.name.text).toBe('longAvg');
    expect(m.decorator?.value).toBe('D');
  });

  test.each([
    ['x == true', '==', { kind: 'boolean', value: true }],
    ['x != 5', '!=', { kind: 'number', value: 5 }],
    ['x == 1_000L', '==', { kind: 'number', value: 1000 }],
    ['x == 2l', '==', { kind: 'number', value: 2 }],
    ['x == null', '==', { kind: 'null' }],
    ['x != E.A', '!=', { kind: 'enum', type: 'E', constant: 'A' }],
    ['x == "a\\"b\\\\c\\n\\u0041\\q"', '==', { kind: 'string', value: 'a"b\\c\nAq' }],
    ['x > 1', '>', { value: 1 }],
    ['x < 1', '<', { value: 1 }],
    ['x >= 1', '>=', { value: 1 }],
    ['x <= 1', '<=', { value: 1 }],
    ['x like "%a"', 'like', { value: '%a' }],
    ['x contain "a"', 'contain', { value: 'a' }],
    ['x not contain "a"', 'not contain', { value: 'a' }],
    ['x in [1, 2]', 'in', { kind: 'list', items: [{ value: 1 }, { value: 2 }] }],
    ['x in ["a.b"]', 'in', { kind: 'list', items: [{ kind: 'string', value: 'a.b' }] }],
    ['x in [E.A,E.B]', 'in', { kind: 'list', items: [{ constant: 'A' }, { constant: 'B' }] }],
  ])('reads the condition %s', (text, operator, value) => {
    expect(metric(`m = from(S.*).filter(${text}).count();`).filters).toMatchObject([
      { attribute: { path: [{ name: 'x' }] }, operator, value },
    ]);
  });

  test('reads every kind of argument', () => {
    const list = (text: string) => metric(`m = from(S.*).f(${text});`).call.list;
    expect(list('')).toEqual([]);
    expect(list('100, 20')).toMatchObject([{ value: 100 }, { value: 20 }]);
    expect(list('name, a.b["k"]')).toMatchObject([{ path: [{ name: 'name' }] }, { path: [{ name: 'a' }, { name: 'b', key: 'k' }] }]);
    expect(list('x == E.A, (int)y > 1')).toMatchObject([{ kind: 'condition' }, { kind: 'condition', attribute: { cast: { to: 'int' } } }]);
    expect(list('true, "s"')).toMatchObject([{ kind: 'boolean' }, { kind: 'string' }]);
  });

  test('comments nest, and words that begin like keywords are names', () => {
    const { statements, problems } = parse(
      '/* a /* b ; */ " */ fromX = from(S.nullable).filter(trueish == true).filter(inner == null).sum(); // ; x\ndisable(disable)',
    );
    expect(problems).toEqual([]);
    expect(statements).toMatchObject([{ name: { text: 'fromX' } }, { kind: 'disable', name: { text: 'disable' } }]);
  });

  test('an empty script has no statements', () => expect(parse(' // nothing\n')).toMatchObject({ statements: [], problems: [] }));
});

describe('syntax errors', () => {
  test('name the place, what was expected, and show the line with a caret', () => {
    expect(errors('a = from(Service.latency).longAvg();\n\tb = from(Service.latency).filter(x = 3).sum();')).toEqual([
      'a.oal:2:37 expected ")", ",", ".", "[", "in" or an operator, found "="\n' +
        '    \tb = from(Service.latency).filter(x = 3).sum();\n' +
        '    \t                                   ^',
    ]);
  });

  test.each([
    ['a = from(S.*).f()\nb = from(S.*).f();', '2:1 expected "." or a semicolon, found "b"'],
    ['a = from(S).f();', '1:11 expected ".", found ")"'],
    ['a = from(S.*).filter(x like 3).f();', '1:29 expected a string, found "3"'],
    ['a = from(S.*).filter(x in [1, "a"]).f();', `1:31 expected a number, found '"'`],
    ['a = from(S.*).filter(x not  contain "a").f();', '1:24 expected ")", ",", ".", "[", "in" or an operator, found "not"'],
    ['a = from(S.*).f(', '1:17 expected'],
    ['a = from(S.*).f() /* open', '1:19 this comment has no end'],
    ['a = from(S.*).filter(x == "open).f();', '1:27 this string has no end'],
    ['a = from((long )S.x).f();', '1:10 expected'],
  ])('%s', (text, message) => {
    const found = errors(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test('all statements are looked at, however many are wrong', () => {
    const { statements, problems } = parse('a = ;b = from(S.*).f("; //");\nc = from(;/* ; */d = from(S.*).g();');
    expect(problems.map((p) => `${p.line}:${p.column}`)).toEqual(['1:5', '2:10']);
    expect(statements.map((s) => s.name.text)).toEqual(['b', 'd']);
  });

  test('stop after 20, and a long line is cut around the place', () => {
    expect(parse('x;'.repeat(100)).problems).toHaveLength(20);
    const [problem] = parse(`${'long '.repeat(10_000)} = from`).problems;
    expect(problem!.excerpt.length).toBeLessThan(200);
  });

  test('inner comments without end are read once at each level, and not twice as often', () => {
    const { problems } = parseScript({ file: 'x.oal', text: '/* a\n'.repeat(200) });
    expect(problems.map(({ message }) => message)).toEqual(['this comment has no end']);
  });

  test('comments nested without end are an error, not a crash', () => {
    expect(errors('/*'.repeat(100_000))[0]).toContain('nested too deeply');
  });
});

test('any text gives statements or problems, never an exception', () => {
  const piece = fc.constantFrom(
    'a',
    '=',
    'from',
    '(',
    ')',
    '.',
    'S',
    '*',
    'filter',
    '"x"',
    '"',
    ';',
    '/*',
    '*/',
    '//',
    '\n',
    '1',
    'disable',
    ' ',
    'in',
    '[',
    ']',
    '==',
    '(long)',
    'é',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { problems } = parse(pieces.join(''));
      for (const p of problems) expect(formatOalProblem(p)).toMatch(/^a\.oal:\d+:\d+ /);
    }),
    { numRuns: 500 },
  );
});
