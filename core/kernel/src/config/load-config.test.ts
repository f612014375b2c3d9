import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Type from 'typebox';
import { formatProblem } from '../host/types.js';
import { checkConfig } from './check-config.js';
import { loadConfig } from './load-config.js';
import { nestingBound } from './nesting.js';
import type { Environment } from './substitution.js';

const load = (text: string | readonly string[], env: Environment = {}) =>
  loadConfig(
    [text].flat().map((t, i) => ({ name: i === 0 ? 'skein.yml' : `over-${i}.yml`, text: t, folder: `/folder-${i}` })),
    env,
  );
const problemsOf = (text: string | readonly string[], env?: Environment): string[] => load(text, env).problems.map(formatProblem);
const config = (text: string | readonly string[], env?: Environment): unknown => {
  const loaded = load(text, env);
  expect(loaded.problems.map(formatProblem)).toEqual([]);
  const anything = Type.Object({}, { additionalProperties: true });
  return Object.fromEntries(loaded.modules.map((m) => [m.name, checkConfig(anything, m.config, m.name).value]));
};

describe('a configuration file', () => {
  test('switches modules on and off, and an empty value means the defaults', () => {
    const { modules, disabled } = load('modules:\n  a:\n  b: { x: 1 }\n  "@acme/c": {}\n  ./d.js: false\n');
    expect(modules.map((m) => [m.name, m.config, m.at])).toEqual([
      ['a', null, 'skein.yml:2:3'],
      ['b', { x: 1 }, 'skein.yml:3:3'],
      ['@acme/c', {}, 'skein.yml:4:3'],
    ]);
    expect([...disabled]).toEqual([['./d.js', 'skein.yml:5:3']]);
  });

  test('may be empty, or hold nothing but comments', () => {
    expect([load('').modules, load('# nothing\n').problems]).toEqual([[], []]);
  });

  test('gives the host its zone, sizes and durations', () => {
    const { host } = load('host: { zone: Asia/Kolkata, memory: 512MiB, deadlines: { drain: 5s } }');
    expect(host).toMatchObject({
      zone: 'Asia/Kolkata',
      memory: 2 ** 29,
      deadlines: { drain: 5000, ready: 60_000 },
      log: { level: 'info' },
    });
  });

  test('knows the place of every value, in maps, lists and through aliases', () => {
    const [module] = load('modules:\n  a:\n    list:\n      - x: 1\n    copy: &c { y: 2 }\n    again: *c\n').modules;
    expect([['list', 0, 'x'], ['copy', 'y'], ['again', 'y'], ['again'], ['nothing']].map((p) => module!.origin(p))).toEqual([
      'skein.yml:4:9',
      'skein.yml:5:16',
      'skein.yml:5:16',
      'skein.yml:6:5',
      undefined,
    ]);
  });
});

describe('several files', () => {
  test('are merged key by key, the later wins, lists are replaced, and every value keeps its own place', () => {
    const base = 'modules:\n  a: { x: 1, deep: { k: 1, l: [1, 2] } }\n  b: {}\n';
    const over = 'modules:\n  a:\n    deep: { l: [3] }\n  b: false\n  c: {}\n';
    const { modules, disabled } = load([base, over]);
    expect(modules.map((m) => [m.name, m.config, m.folder])).toEqual([
      ['a', { x: 1, deep: { k: 1, l: [3] } }, '/folder-0'],
      ['c', {}, '/folder-1'],
    ]);
    expect([...disabled]).toEqual([['b', 'over-1.yml:4:3']]);
    expect([['x'], ['deep', 'k'], ['deep', 'l', 0]].map((p) => modules[0]!.origin(p))).toEqual([
      'skein.yml:2:8',
      'skein.yml:2:22',
      'over-1.yml:3:17',
    ]);
  });

  test('an empty value over a map leaves the map, false switches it off, a map switches it on again', () => {
    expect(config(['modules: { a: { x: 1 } }', 'modules: { a: }'])).toEqual({ a: { x: 1 } });
    expect(config(['modules: { a: { x: 1 } }', 'modules: { a: false }', 'modules: { a: { y: 2 } }'])).toEqual({ a: { y: 2 } });
  });
});

describe('substitution', () => {
  test('takes the variable, then the default, also inside flow maps and beside other text', () => {
    const text = `modules: { a: { port: \${PORT:12800}, url: "http://\${HOST:x}:\${PORT:1}/\${Q}", off: '$\${PORT}' } }`;
    expect(config(text, { PORT: '80', Q: 'q' })).toEqual({ a: { port: '80', url: 'http://x:80/q', off: `\${PORT}` } });
  });

  test.each([
    ['a: b, [c] # d', 'with YAML characters'],
    ['', 'that is empty'],
    ['/a:b', 'with a colon'],
  ])('keeps the default %p as it is, %s', (fallback) => {
    expect(config(`modules:\n  a: { v: \${X:${fallback}} }\n  b:\n    v: \${X:${fallback}}\n`)).toEqual({
      a: { v: fallback },
      b: { v: fallback },
    });
  });

  test('an empty variable counts as not set when there is a default; quotes around a default are dropped', () => {
    expect(config(`modules: { a: { v: \${X:1}, w: \${X}, q: \${Q:""} } }`, { X: '' })).toEqual({ a: { v: '1', w: '', q: '' } });
  });

  test('is never read as YAML again', () => {
    expect(config(`modules: { a: { v: "\${X}" } }`, { X: '{ y: [1] }' })).toEqual({ a: { v: '{ y: [1] }' } });
  });

  test('any variable arrives unchanged', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (value) => {
        expect(config(`modules: { a: { v: \${X}, w: "-\${X:y}-" } }`, { X: value })).toEqual({ a: { v: value, w: `-${value}-` } });
      }),
    );
  });

  test('does not reach into the prototype of the environment', () => {
    expect(config(`modules: { a: { v: \${constructor:x} } }`)).toEqual({ a: { v: 'x' } });
  });

  test('switches a module', () => {
    const { modules, disabled } = load(`modules:\n  a: \${A:false}\n  b: \${B:false}\n`, { B: 'true' });
    expect([modules.map((m) => [m.name, m.config]), [...disabled.keys()]]).toEqual([[['b', {}]], ['a']]);
  });

  test('a variable that is not set is reported by the schema with its place', () => {
    const [module] = load(`modules:\n  a:\n    port: \${PORT}\n`).modules;
    const schema = Type.Object({ port: Type.Integer() });
    expect(checkConfig(schema, module!.config, 'modules.a', module!.origin).problems.map(formatProblem)).toEqual([
      `skein.yml:3:5 modules.a.port needs the environment variable PORT, which is not set\n    set PORT, or give a default: \${PORT:value}`,
    ]);
  });

  test('a value that does not fit names the variable', () => {
    const [module] = load(`modules:\n  a:\n    port: \${PORT}\n`, { PORT: 'abc' }).modules;
    const schema = Type.Object({ port: Type.Integer() });
    expect(checkConfig(schema, module!.config, 'modules.a', module!.origin).problems.map(formatProblem)).toEqual([
      'skein.yml:3:5 modules.a.port must be integer (got "abc" from PORT)',
    ]);
  });
});

describe('a mistake in a file', () => {
  test.each<[string, string, string[]]>([
    ['a tab', 'modules:\n\ta: {}\n', ['skein.yml:2:1 the file is indented with a tab\n    YAML is indented with spaces']],
    [
      'a key twice',
      'modules:\n  a: {}\n  a: {}\n',
      ['skein.yml:3:3 the file has the key "a" twice in one map\n    first at skein.yml:2:3'],
    ],
    ['bad YAML', 'a: "x\nb: 3\n', ['skein.yml:3:1 the file is no valid YAML: Missing closing "quote']],
    [
      'two documents',
      'a: 1\n---\nb: 1\n',
      ['skein.yml:2:1 the file has a second document after ---\n    write one document a file; give several files with several -c'],
    ],
    ['an unknown tag', 'host: !foo 1\n', ['skein.yml:1:7 the file is no valid YAML: Unresolved tag: !foo']],
    ['an unknown alias', 'host: *x\n', ['skein.yml:1:7 the file refers to *x, which is not defined before']],
    ['a list at the top', '- a\n', ['skein.yml:1:1 the file must be a map of settings (got a list of 1)']],
    ['a key that is a list', '? [a]\n: 1\n', ['skein.yml:1:3 the file has a key that is no plain name']],
    ['a typo at the top', 'modlues: {}\n', ['skein.yml:1:1 modlues is not a known setting\n    did you mean "modules"?']],
    [
      '__proto__',
      '__proto__: { x: 1 }\n',
      ['skein.yml:1:1 __proto__ is not a known setting\n    known here: host, modules; a module is written below modules'],
    ],
    ['modules that are a list', 'modules: [a]\n', ['skein.yml:1:1 modules must be a map of modules (got a list of 1)']],
    [
      'a zone that is none',
      'host: { zone: Mars/Base }\n',
      ['skein.yml:1:9 host.zone must be an IANA time zone (got "Mars/Base")\n    such as UTC, Europe/Berlin, Asia/Kolkata'],
    ],
    [
      'a typo in the host part',
      'host: { memroy: 1GiB }\n',
      ['skein.yml:1:9 host.memroy is not a known setting\n    did you mean "memory"?'],
    ],
    [
      'a substitution of nothing',
      `host: { zone: "\${A-B}" }\n`,
      [`skein.yml:1:9 host.zone has \${A-B}, which names no variable\n    write \${NAME} or \${NAME:default}; $\${ is a literal \${`],
    ],
    [
      'an open substitution',
      `host:\n  zone: "\${AB"\n`,
      [
        `skein.yml:2:3 host.zone has a substitution without its closing brace: \${AB\n    write \${NAME} or \${NAME:default}; $\${ is a literal \${`,
      ],
    ],
    ['a zero byte', 'a: \0', ['skein.yml the file is not a text file: it holds a zero byte']],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  test.each<[string, string, RegExp]>([
    [
      'aliases of aliases',
      `a: &a0 [x]\n${Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`,
      /has more than 100 aliases/,
    ],
    ['an alias of itself', 'a: &a [*a]\n', /nested more than 100 levels|more than 100 aliases/],
    ['a wide alias many times', `a: &a [${'1,'.repeat(2000)}]\nb: [${'*a,'.repeat(90)}]`, /more than 50000 values, aliases included/],
    ['brackets without end', '['.repeat(100_000), /nested more than 100 levels/],
    ['dashes without end', '- '.repeat(100_000), /nested more than 100 levels/],
    ['question marks without end', '? '.repeat(100_000), /nested more than 100 levels/],
    ['steps without end', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /nested more than 100 levels/],
    ['a huge text', 'x'.repeat(2 ** 20 + 1), /is longer than 1048576 characters/],
  ])('%s is refused in clear words', (_, text, expected) => {
    expect(problemsOf(text)[0]).toMatch(expected);
  });

  test('no text at all makes it throw', () => {
    const piece = fc.constantFrom(
      'modules:',
      'host:',
      ' a',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '&x',
      '*x',
      '${A',
      ':b}',
      '"',
      "'",
      '#',
      '|',
      '!',
      '\t',
      '__proto__',
      '1',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3, unit: 'binary' })), { maxLength: 40 }), (parts) => {
        expect(Array.isArray(load(parts.join(''), { A: 'x' }).problems)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('the bound of nesting is never below the real depth', () => {
    expect(nestingBound('a:\n  b:\n    - - [x, {y: z}]\n', 100)).toBeGreaterThanOrEqual(6);
  });
});
