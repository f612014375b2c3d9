import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiError } from '../api/api-error.js';
import { logConditions } from '../api/log-conditions.js';
import { constantValue, numberText } from './evaluate.js';
import { LogqlSyntaxError, MAX_PARTS, MAX_QUERY, parseLogs, parseQuery } from './parse.js';
import { printQuery } from './print.js';
import type { Constant, Expression } from './syntax-tree.js';

const calculate = (text: string): string => numberText(constantValue(parseQuery(text) as Constant));
const conditions = (text: string) => logConditions(parseLogs(text));
const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof LogqlSyntaxError || error instanceof ApiError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
};

describe('a query', () => {
  it.each([
    ['{}', '{}'],
    [' { service = "a" , } ', '{service="a"}'],
    ["{service='agent::songs'}", '{service="agent::songs"}'],
    ['{http.status_code="500",service=~".+"} |= `a "b" \\n` != "c"', '{http.status_code="500", service=~".+"} |= "a \\"b\\" \\\\n" != "c"'],
    ['{a="\\u00e4\\x41\\t\\\\"}', '{a="äA\\t\\\\"}'],
    ['{a="1"} # all of it\n |~ "x" !~ "y"', '{a="1"} |~ "x" !~ "y"'],
    ['vector(1)+vector(1)', 'vector(1) + vector(1)'],
    ['vector(-1.5e3) * vector(2) % vector(3) - vector(0)', 'vector(-1500) * vector(2) % vector(3) - vector(0)'],
  ])('%s is read as %s', (text, printed) => expect(printQuery(parseQuery(text))).toBe(printed));

  it.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{service}', 1, 9],
    ['{service="a}', 1, 10],
    ['{service="a\n"}', 1, 10],
    ['{service="\\q"}', 1, 10],
    ['{1a="b"}', 1, 2],
    ['{a="b"}\n| json', 2, 1],
    ['{a="b"} |= 5', 1, 12],
    ['rate({a="b"}[5m])', 1, 1],
    ['vector(1', 1, 9],
    ['vector()', 1, 8],
    ['vector(1) +', 1, 12],
  ])('%j is refused with its place', (text, line, column) => {
    expect(problem(() => parseQuery(text))).toMatch(new RegExp(`^parse error at line ${line}, col ${column}: Expected `));
  });

  it('has a longest text and a largest number of parts', () => {
    expect(problem(() => parseQuery(`{a="${'x'.repeat(MAX_QUERY)}"}`))).toBe(
      'parse error at line 1, col 1: the query is longer than 32768 characters',
    );
    const tooMany = 'parse error at line 1, col 1: the query has more than 200 matchers, filters or numbers';
    const sum = (n: number, sign: string) => Array.from({ length: n }, () => 'vector(1)').join(sign);
    for (const sign of ['+', '*']) {
      expect(problem(() => parseQuery(sum(MAX_PARTS + 1, sign)))).toBe(tooMany);
      expect(problem(() => parseQuery(sum(3000, sign)))).toBe(tooMany);
    }
    expect(calculate(sum(MAX_PARTS, '+'))).toBe('200');
    expect(problem(() => parseQuery(`{} ${'!="" '.repeat(6000)}`))).toBe(tooMany);
  });

  it('is printed as it is read again', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const label = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,6}$/);
    const matcher = fc.record({ label, op: fc.constantFrom('=', '!=', '=~', '!~'), value: text });
    const filter = fc.record({ op: fc.constantFrom('|=', '!=', '|~', '!~'), text });
    const logs = fc.record({ kind: fc.constant('logs'), matchers: fc.array(matcher, { maxLength: 5 }), filters: fc.array(filter) });
    const vector = fc.record({ kind: fc.constant('vector'), value: fc.double({ noNaN: true }) });
    const chain = (of: fc.Arbitrary<unknown>, ...ops: readonly string[]) =>
      fc
        .tuple(of, fc.array(fc.tuple(fc.constantFrom(...ops), of), { maxLength: 4 }))
        .map(([first, rest]) => rest.reduce((left, [op, right]) => ({ kind: 'arithmetic', op, left, right }), first as object));
    const expression = fc.oneof(logs, chain(chain(vector, '*', '/', '%'), '+', '-')) as fc.Arbitrary<Expression>;
    fc.assert(fc.property(expression, (tree) => expect(parseQuery(printQuery(tree))).toEqual(tree)));
  });

  it('of any text is read or refused', () => {
    const piece = fc.constantFrom('{', '}', 'a', '=', '=~', '|=', '!=', '"', "'", '`', '\\', 'vector(', '1', ')', '+', ',', ' ', '#', '\n');
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(fc.property(any, (text) => void problem(() => parseQuery(text))));
  });
});

it.each([
  ['vector(1)+vector(1)', '2'],
  ['vector(1) - vector(2) - vector(3)', '-4'],
  ['vector(2) + vector(3) * vector(4)', '14'],
  ['vector(7) % vector(4) / vector(2)', '1.5'],
  ['vector(1) / vector(0)', '+Inf'],
  ['vector(-1) / vector(0)', '-Inf'],
  ['vector(0) / vector(0)', 'NaN'],
])('%s is %s', (text, value) => expect(calculate(text)).toBe(value));

describe('a selector', () => {
  it('asks for a service, its instance and endpoint, a trace and tags', () => {
    expect(conditions('{service="s", service_instance="i", endpoint="/e", trace_id="t", level="WARN"} |= "x" |= "y" != "z"')).toEqual({
      serviceId: 'cw==.1',
      instanceId: 'cw==.1_aQ==',
      endpointId: 'cw==.1_L2U=',
      traceId: 't',
      tags: ['level=WARN'],
      include: ['x', 'y'],
      exclude: ['z'],
    });
  });

  it('takes a blank, a star and a pattern of everything for any value, and an empty text for none', () => {
    const any = { tags: [], include: [], exclude: [] };
    expect(conditions('{}')).toEqual(any);
    expect(conditions('{service="", service_instance=" ", endpoint="*", level=~".*", trace_id=~".+"} |= `` != ""')).toEqual(any);
    expect(conditions('{service=~"shop"}')).toEqual({ ...any, serviceId: 'c2hvcA==.1' });
    expect(conditions('{service="a", service="a", level="A", level="B"}')).toMatchObject({ tags: ['level=A', 'level=B'] });
  });

  it.each([
    ['{service!="a"}', 'the matcher service!="…" is not supported'],
    ['{service!~""}', 'the matcher service!~"…" is not supported'],
    ['{service=~"a|b"}', 'the matcher service=~"…" is not supported'],
    ['{service="a",service="b"}', 'the label service cannot be two values at once'],
    ['{service_instance="a"}', 'the label service_instance needs the label service, too'],
    ['{service="*",endpoint="a"}', 'the label endpoint needs the label service, too'],
    ['{} |~ "a"', 'the line filter |~ is not supported'],
    ['{} !~ "a"', 'the line filter !~ is not supported'],
    ['vector(1)', 'parse error at line 1, col 1: expected a selector of logs'],
  ])('%s is refused', (text, message) => expect(problem(() => conditions(text))).toContain(message));
});
