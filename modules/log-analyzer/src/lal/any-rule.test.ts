// biome-ignore-all lint/suspicious/noTemplateCurlyInString: rules have interpolations of their own
import { describe, expect, it } from '@jest/globals';
import { Zone } from '@skein/telemetry';
import fc from 'fast-check';
import { compileScript } from './compile-script.js';
import { log, NOW } from './lal.test.kit.js';
import { LalMistake, RuleError } from './lal-error.js';
import { LogContent } from './log-content.js';
import { parseScript } from './parse-script.js';
import { printScript } from './print.js';
import { RuleRun } from './rule-run.js';
import type { Expression, Statement, Step } from './syntax-tree.js';

describe('printing', () => {
  const word = fc.constantFrom('parsed', 'log', 'x', 'service', 'iffy', 'aslong', 'tag');
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const expression: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(
        fc.record({
          kind: fc.constant('literal' as const),
          at: fc.constant(0),
          value: fc.oneof(
            text,
            fc.nat(),
            fc.double({ min: 0, max: 1e30, noNaN: true, noDefaultInfinity: true }).filter((n) => n > 1e-5),
            fc.boolean(),
            fc.constant(null),
          ),
        }),
        fc.record({ kind: fc.constant('name' as const), at: fc.constant(0), name: word }),
      ),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        at: fc.constant(0),
        parts: fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant('unary' as const),
        at: fc.constant(0),
        operator: fc.constantFrom('!' as const, '-' as const),
        value: tie('any'),
      }),
      fc.record({ kind: fc.constant('cast' as const), at: fc.constant(0), value: tie('any'), type: fc.constantFrom('String', 'Long') }),
      fc.record({
        kind: fc.constant('compare' as const),
        at: fc.constant(0),
        operator: fc.constantFrom(
          '==' as const,
          '!=' as const,
          '<' as const,
          '<=' as const,
          '>' as const,
          '>=' as const,
          '=~' as const,
          '==~' as const,
        ),
        left: tie('any'),
        right: tie('any'),
      }),
      fc.record({
        kind: fc.constant('arithmetic' as const),
        at: fc.constant(0),
        first: tie('any'),
        rest: fc.oneof(
          fc.array(fc.record({ operator: fc.constantFrom('+' as const, '-' as const), value: tie('any') }), { minLength: 1, maxLength: 3 }),
          fc.array(fc.record({ operator: fc.constantFrom('*' as const, '/' as const), value: tie('any') }), { minLength: 1, maxLength: 3 }),
        ),
      }),
      fc.record({ kind: fc.constant('elvis' as const), at: fc.constant(0), value: tie('any'), otherwise: tie('any') }),
      fc.record({
        kind: fc.constant('ternary' as const),
        at: fc.constant(0),
        condition: tie('any'),
        // biome-ignore lint/suspicious/noThenProperty: the tree has it
        then: tie('any'),
        otherwise: tie('any'),
      }),
      fc.record({ kind: fc.constant('function' as const), at: fc.constant(0), name: word, args: fc.array(tie('any'), { maxLength: 2 }) }),
      fc.record({
        kind: fc.constant('template' as const),
        at: fc.constant(0),
        parts: fc.tuple(
          text.filter((t) => t !== ''),
          tie('any'),
        ),
      }),
      fc.record({
        kind: fc.constant('path' as const),
        at: fc.constant(0),
        base: fc.record({ kind: fc.constant('name' as const), at: fc.constant(0), name: word }),
        steps: fc.array(
          fc.oneof<fc.Arbitrary<Step>[]>(
            fc.record({ kind: fc.constant('member' as const), at: fc.constant(0), name: text }),
            fc.record({ kind: fc.constant('index' as const), at: fc.constant(0), index: tie('any') }),
            fc.record({ kind: fc.constant('call' as const), at: fc.constant(0), name: word, args: fc.array(tie('any'), { maxLength: 2 }) }),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    ),
  })).any;
  const statements: fc.Arbitrary<readonly Statement[]> = fc.letrec<{ list: Statement[]; one: Statement }>((tie) => ({
    list: fc.array(tie('one'), { maxLength: 3 }),
    one: fc.oneof(
      { maxDepth: 3 },
      fc.record({ kind: fc.constant('def' as const), at: fc.constant(0), name: word, value: expression }),
      fc.record({
        kind: fc.constant('command' as const),
        at: fc.constant(0),
        name: word,
        args: fc.array(expression, { maxLength: 2 }),
        pairs: fc.constant([]),
        body: fc.option(tie('list')),
      }),
      fc.record({
        kind: fc.constant('command' as const),
        at: fc.constant(0),
        name: word,
        args: fc.constant([]),
        pairs: fc.array(fc.record({ at: fc.constant(0), key: text, value: expression }), { maxLength: 2 }),
        body: fc.option(tie('list')),
      }),
      fc.record({
        kind: fc.constant('if' as const),
        at: fc.constant(0),
        branches: fc.array(fc.record({ condition: expression, body: tie('list') }), { minLength: 1, maxLength: 2 }),
        otherwise: fc.option(tie('list')),
      }),
    ),
  })).list;
  const withoutPlaces = (tree: unknown): unknown =>
    JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' ? undefined : value)));

  it('and reading agree', () => {
    fc.assert(
      fc.property(statements, (tree) => {
        expect(withoutPlaces(parseScript(printScript(tree)))).toEqual(withoutPlaces(tree));
      }),
      { numRuns: 100 },
    );
  });
});

describe('whatever the rule', () => {
  const words = [
    'filter',
    'json',
    'text',
    'extractor',
    'sink',
    'sampler',
    'rateLimit',
    'if',
    'else',
    'def',
    'as',
    'Long',
    'parsed',
    'log',
    'tag',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '${',
    '$/',
    '/$',
    '/',
    '?.',
    '.',
    '?:',
    '?',
    ':',
    ',',
    ';',
    '=',
    '==',
    '=~',
    '+',
    '-',
    '*',
    '!',
    '&&',
    '||',
    '<',
    '1',
    '\n',
    '\\',
    '/*',
    '//',
  ];

  it('it is compiled or told to be wrong, and what is compiled runs or says why not', () => {
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(' '));
    const tangled = fc
      .tuple(
        fc.constantFrom('filter { json {} def a = ', 'filter { extractor { tag a: ', 'filter { sink { sampler { '),
        soup,
        fc.constantFrom('}', '} }', '} } }'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, tangled, fc.string({ unit: 'binary' })), (script) => {
        try {
          const { run, mistakes } = compileScript(parseScript(script), new Set());
          if (mistakes.length > 0) return;
          const message = log('{"a":1}');
          const tools = { zone: new Zone('UTC'), now: () => NOW, allows: () => true, isLayer: () => true };
          run(new RuleRun(message, new LogContent(message), tools));
        } catch (error) {
          if (!(error instanceof LalMistake) && !(error instanceof RuleError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
