import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileMal, MAX_MAL_DEPTH, MAX_MAL_LENGTH, MalRuntimeError, SampleFamilies } from './index.js';
import { newContext, problems, samples } from './mal.test.kit.js';
import { parseFilter, parseMal } from './parse.js';
import { printMal } from './print.js';
import { MalError } from './problem.js';
import type { Expression, Statement, Term } from './syntax-tree.js';

const SERVICE = ".service(['s'], Layer.GENERAL)";

// ---- random expressions

const stripPlaces = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, v) => (key === 'at' ? undefined : v)));
const at = { source: 'exp', offset: 0 } as const;
const word = fc
  .stringMatching(/^[a-z][a-zA-Z0-9_]{0,6}$/)
  .filter((w) => !['true', 'false', 'null', 'in', 'if', 'else', 'return', 'def'].includes(w));
const anyText = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("'", '"', '\\', '\\d', '$', `\${x}`, '\n', '\r\t', '\u2028', '/'));
const literalNumber = fc.oneof(
  fc.nat(),
  fc.double({ min: 0, max: 1e12, noNaN: true }).map((n) => Math.abs(n)),
  fc.constantFrom(1e-7, 1e21, 0),
);

const { term: terms, statement: statements } = fc.letrec<{ term: Term; statement: Statement }>((tie) => {
  const t = tie('term');
  const body = fc.array(tie('statement'), { maxLength: 2 });
  const target = fc.oneof(
    fc.record({
      kind: fc.constant('property' as const),
      of: fc.record({ kind: fc.constant('variable' as const), name: word, at: fc.constant(at) }),
      name: fc.oneof(word, anyText),
      safe: fc.boolean(),
      at: fc.constant(at),
    }),
    fc.record({ kind: fc.constant('variable' as const), name: word, at: fc.constant(at) }),
  );
  const node = <K extends string, R extends object>(kind: K, fields: { [key in keyof R]: fc.Arbitrary<R[key]> }) =>
    fc.record({ kind: fc.constant(kind), at: fc.constant(at), ...fields }) as unknown as fc.Arbitrary<never>;
  return {
    term: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      node('literal', { value: fc.oneof(anyText, literalNumber, fc.boolean(), fc.constant(null)) }),
      node('variable', { name: word }),
      node('items', { items: fc.array(t, { maxLength: 3 }) }),
      node('map', { entries: fc.array(fc.record({ key: anyText, value: t }), { maxLength: 2 }) }),
      node('property', { of: t, name: fc.oneof(word, anyText), safe: fc.boolean() }),
      node('index', { of: t, key: t }),
      node('invoke', { of: fc.oneof(t), name: word, args: fc.array(t, { maxLength: 2 }), safe: fc.boolean() }),
      node('unary', { op: fc.constantFrom('!', '-'), of: t }),
      node('binary', {
        op: fc.constantFrom('||', '&&', '==', '!=', '=~', '==~', '<', '<=', '>', '>=', 'in', '!in', '+', '-', '*', '/', '%'),
        left: t,
        right: t,
      }),
      node('conditional', { test: t, consequence: t, otherwise: t }),
      node('elvis', { of: t, otherwise: t }),
      node('pattern', { text: fc.constantFrom('a', '\\d+', "it's", '"', 'a\\.b', '[^x]') }),
    ),
    statement: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      node('evaluate', { value: t }),
      node('define', { name: word, value: fc.option(t) }),
      node('assign', { op: fc.constantFrom('=', '+='), target, value: t }),
      node('return', { value: fc.option(t) }),
      node('if', { branches: fc.array(fc.record({ test: t, body }), { minLength: 1, maxLength: 2 }), otherwise: fc.option(body) }),
      node('block', { body }),
    ),
  };
});

const { expression: expressions } = fc.letrec<{ expression: Expression }>((tie) => {
  const e = tie('expression');
  const node = <K extends string, R extends object>(kind: K, fields: { [key in keyof R]: fc.Arbitrary<R[key]> }) =>
    fc.record({ kind: fc.constant(kind), at: fc.constant(at), ...fields }) as unknown as fc.Arbitrary<never>;
  const text = node('text', { value: anyText });
  const number = node('number', { value: literalNumber });
  const argument = fc.oneof(
    e,
    text,
    node('list', { items: fc.array(fc.oneof(text, number), { maxLength: 3 }) }),
    node('closure', { parameters: fc.array(word, { maxLength: 2 }), body: fc.array(statements, { maxLength: 3 }) }),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      number,
      node('name', { name: word }),
      node('word', { value: fc.constantFrom(true, false, null) }),
      node('constant', { type: word, name: word }),
      node('negation', { of: e }),
      node('arithmetic', { op: fc.constantFrom('+', '-', '*', '/'), left: e, right: e }),
      node('call', {
        receiver: fc.option(e),
        name: fc.oneof(
          word,
          fc.tuple(word, word).map((w) => w.join('::')),
        ),
        args: fc.array(argument, { maxLength: 3 }),
      }),
    ),
  };
});

describe('the parser', () => {
  it('refuses what is too long, too deep or too much', () => {
    const of = (exp: string): string => problems(exp)[0] ?? '';
    expect(of(`x + ${'y'.repeat(MAX_MAL_LENGTH)}`)).toContain('longer than');
    expect(of('('.repeat(MAX_MAL_DEPTH + 1))).toContain('nested deeper than');
    expect(of(`x${' + x'.repeat(2_000)}`)).toContain('operators');
    expect(of(`{ t -> ${'t.a ? 1 : '.repeat(101)} 2 }`)).toContain('question marks');
    expect(of(`x.tagMatch('a', '${'a'.repeat(2_000)}')`)).toContain('the pattern is longer than');
  });

  it.each([
    ['minus signs', `${'-'.repeat(1_400)}x`],
    ['a long sum', `x${'+x'.repeat(1_400)}`],
    ['a long chain', `x${'.sum()'.repeat(1_000)}`],
    ['brackets', `${'('.repeat(64)}x${')'.repeat(64)}`],
    ['not of not', `x.filter({ t -> ${'!'.repeat(1_400)}t.a })`],
    ['nested ifs', `x.tag({ t -> ${'if(t.a)'.repeat(1_300)} t.b = 'c' })`],
    ['nested choices', `x.tag({ t -> t.b = ${'t.a?1:'.repeat(99)}2 })`],
    ['nested lists', `x.tag({ t -> ${'['.repeat(60)}${']'.repeat(60)} })`],
    ['nested maps', `x.tag({ t -> ${'[a:'.repeat(60)}1${']'.repeat(60)} })`],
    ['nested texts', `x.tag({ t -> ${'"${'.repeat(50)}1${'}"'.repeat(50)} })`],
    ['long elvis', `x.tag({ t -> t.b = ${'t.a?:'.repeat(99)}2 })`],
    ['properties', `x.tag({ t -> t${'.a'.repeat(1_400)} = 'b' })`],
    ['subscripts', `x.tag({ t -> t${'[0]'.repeat(3_000)} = 'b' })`],
  ])('hostile %s neither crash nor hang', (_, exp) => {
    const { metrics } = compileMal([{ file: 'f', metricsRules: [{ name: 'm', exp: `(${exp})${SERVICE}` }] }]);
    const set = new SampleFamilies(samples('x{s=a,a=1} 1'));
    for (const m of metrics) {
      expect(m.inputs).toEqual(['x']);
      try {
        m.run(set, newContext());
      } catch (error) {
        expect(error).toBeInstanceOf(MalRuntimeError);
      }
    }
  });

  it('reads what is printed as the same tree', () => {
    fc.assert(
      fc.property(expressions, (e) => {
        const printed = printMal(e);
        expect(stripPlaces(parseMal(printed))).toEqual(stripPlaces(e));
      }),
      { numRuns: 300 },
    );
  });

  it('reads closures of every kind of term', () => {
    fc.assert(
      fc.property(terms, (value) => {
        const closure = { kind: 'closure', parameters: ['tags'], body: [{ kind: 'evaluate', value, at }], at } as const;
        expect(stripPlaces(parseFilter(printMal(closure)))).toEqual(stripPlaces(closure));
      }),
      { numRuns: 300 },
    );
  });

  it('gives an error with a place for whatever it cannot read', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'x',
          '.sum(',
          ')',
          '(',
          '[',
          ']',
          '{',
          '}',
          "'a'",
          '"',
          ',',
          '->',
          'tags',
          '.',
          '=',
          '==',
          '? ',
          ':',
          '/',
          '+',
          '-',
          '*',
          '\\',
          '5',
          'if',
          'else',
          '\n',
          '//',
          '/*',
          '${',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const text = list.join('');
        try {
          parseMal(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MalError);
          expect((error as MalError).at.offset).toBeLessThanOrEqual(text.length);
        }
        const { problems: found, metrics } = compileMal([
          { file: 'f', filter: text, expSuffix: text, metricsRules: [{ name: 'm', exp: text }] },
        ]);
        expect(found.length > 0 || metrics.length > 0 || text.trim() === '').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
