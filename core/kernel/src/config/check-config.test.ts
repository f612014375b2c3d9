import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Type from 'typebox';
import { formatProblem } from '../host/types.js';
import { checkConfig } from './check-config.js';
import { EnvText } from './env-text.js';
import { editDistance, nearest } from './nearest.js';
import { ByteSize, Duration, formatUnit, parseByteSize, parseDuration } from './units.js';

const Listener = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65535, default: 12800, description: 'TCP port' }),
  host: Type.String({ default: '127.0.0.1' }),
  tls: Type.Optional(Type.Object({ cert: Type.String({ description: 'PEM file' }) })),
});
const Server = Type.Object({
  listeners: Type.Record(Type.String(), Listener, { default: { rest: {} } }),
  limits: Type.Object({ body: ByteSize({ default: '10MiB', maximum: '1GiB' }), idle: Duration({ default: '1m' }) }),
  level: Type.Enum(['info', 'warn'], { default: 'info' }),
  keep: Type.Optional(Type.Union([Type.Literal(false), Type.Object({ days: Type.Integer() })])),
  tags: Type.Optional(Type.Array(Type.String(), { minItems: 1, uniqueItems: true })),
  password: Type.Optional(Type.String({ writeOnly: true, maxLength: 3 })),
});

const check = (value: unknown, origin?: (path: readonly (string | number)[]) => string | undefined) =>
  checkConfig(Server, value, 'modules.http-server', origin);
const problemsOf = (value: unknown): string[] => check(value).problems.map(formatProblem);

describe('a configuration that fits', () => {
  test('gets its defaults at every depth, and sizes and durations become numbers', () => {
    const { value, problems } = check({ listeners: { zipkin: { port: 9411 } }, limits: { idle: '1m30s' } });
    expect(problems).toEqual([]);
    expect(value).toEqual({
      listeners: { zipkin: { port: 9411, host: '127.0.0.1' } },
      limits: { body: 10 * 1024 * 1024, idle: 90_000 },
      level: 'info',
    });
  });

  test('gets the defaults of a composed schema too, in its maps and lists', () => {
    const Named = Type.Object({ name: Type.String({ default: 'main' }) });
    const Ports = Type.Object({
      ports: Type.Array(Type.Object({ port: Type.Integer({ default: 80 }), note: Type.Optional(Type.String()) })),
    });
    const schema = Type.Object({ target: Type.Intersect([Named, Ports]) });
    const checked = (target: object) => checkConfig(schema, { target }, 'modules.sender');
    expect(checked({ ports: [{}, { port: 81 }] })).toEqual({
      value: { target: { name: 'main', ports: [{ port: 80 }, { port: 81 }] } },
      problems: [],
    });
    expect(checked({ name: 5, ports: [] }).problems.map(formatProblem)).toEqual(['modules.sender.target.name must be string (got a map)']);
  });

  test.each([undefined, null, {}])('may be left out altogether: %p', (value) => {
    expect(check(value)).toMatchObject({ problems: [], value: { listeners: { rest: { port: 12800 } } } });
  });

  test('is not changed, and checking the result again changes nothing', () => {
    const written = { limits: { body: '64KB' } };
    const once = check(written).value;
    expect(written).toEqual({ limits: { body: '64KB' } });
    expect(check(once)).toEqual({ value: once, problems: [] });
  });

  test('takes substituted text as what the schema wants', () => {
    const { value, problems } = check({
      listeners: { rest: { port: new EnvText('8080'), host: new EnvText('0.0.0.0') } },
      limits: { body: new EnvText('1KiB') },
      keep: { days: new EnvText('3') },
      tags: [new EnvText('12')],
    });
    expect(problems).toEqual([]);
    expect(value).toMatchObject({
      listeners: { rest: { port: 8080, host: '0.0.0.0' } },
      limits: { body: 1024 },
      keep: { days: 3 },
      tags: ['12'],
    });
  });
});

describe('a mistake is named', () => {
  test.each<[string, unknown, string[]]>([
    ['a wrong type', { listeners: { rest: { port: 'abc' } } }, ['modules.http-server.listeners.rest.port must be integer (got "abc")']],
    ['a number out of range', { listeners: { r: { port: 99999 } } }, ['modules.http-server.listeners.r.port must be <= 65535 (got 99999)']],
    ['a typo', { limist: {} }, ['modules.http-server.limist is not a known setting\n    did you mean "limits"?']],
    [
      'a typo by two swapped letters',
      { limits: { ilde: 1 } },
      ['modules.http-server.limits.ilde is not a known setting\n    did you mean "idle"?'],
    ],
    ['an unknown key', { limits: { banana: 1 } }, ['modules.http-server.limits.banana is not a known setting\n    known here: body, idle']],
    ['a missing setting', { listeners: { r: { tls: {} } } }, ['modules.http-server.listeners.r.tls.cert is required\n    PEM file']],
    ['a wrong choice', { level: 'loud' }, ['modules.http-server.level must be "info" or "warn" (got "loud")']],
    ['a value of no variant', { keep: 5 }, ['modules.http-server.keep must be false or a map (got 5)']],
    ['a mistake in the variant that was meant', { keep: { days: 'x' } }, ['modules.http-server.keep.days must be integer (got "x")']],
    ['a list that is none', { tags: 'a' }, ['modules.http-server.tags must be a list (got "a")']],
    ['a list that is too short', { tags: [] }, ['modules.http-server.tags must not have fewer than 1 items (got a list of 0)']],
    ['a map that is none', { limits: [1] }, ['modules.http-server.limits must be a map of settings (got a list of 1)']],
    [
      'a bad size',
      { limits: { body: '10 apples' } },
      ['modules.http-server.limits.body must be a size such as 512MiB or 64KB (got "10 apples")'],
    ],
    ['a size beyond its bound', { limits: { body: '2GiB' } }, ['modules.http-server.limits.body must be at most 1GiB (got "2GiB")']],
    ['nothing where something must be', { level: null }, ['modules.http-server.level must be "info" or "warn" (got nothing)']],
    [
      'a secret, without its value',
      { password: 'hunter2' },
      ['modules.http-server.password must not have more than 3 characters (value not shown)'],
    ],
    ['no map at all', 5, ['modules.http-server must be a map of settings (got 5)']],
    [
      'a variable that is not set',
      { level: new EnvText('', ['LEVEL']) },
      [
        `modules.http-server.level needs the environment variable LEVEL, which is not set\n    set LEVEL, or give a default: \${LEVEL:value}`,
      ],
    ],
    [
      'everything at once',
      { a1: 1, level: 1, tags: [2] },
      [
        'modules.http-server.a1 is not a known setting\n    known here: listeners, limits, level, keep, tags, password',
        'modules.http-server.level must be "info" or "warn" (got 1)',
        'modules.http-server.tags[0] must be string (got 2)',
      ],
    ],
  ])('%s', (_, value, expected) => {
    expect(problemsOf(value)).toEqual(expected);
  });

  test('with the place of the nearest part that was written', () => {
    const { problems } = check({ listeners: { rest: { tls: {} } } }, (path) =>
      path.length <= 3 ? `skein.yml:${path.length + 1}:1` : undefined,
    );
    expect(problems.map((p) => p.at)).toEqual(['skein.yml:4:1']);
  });

  test('at most 100 times', () => {
    expect(problemsOf(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1])))).toHaveLength(100);
  });

  test('for __proto__ as for any other unknown key, and no prototype changes', () => {
    const hostile = JSON.parse('{"__proto__":{"level":"warn"},"listeners":{"__proto__":{"port":1}}}');
    const { value, problems } = check(hostile);
    expect(problems.map(formatProblem)).toEqual([
      'modules.http-server.__proto__ is not a known setting\n    known here: listeners, limits, level, keep, tags, password',
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { port?: number }).port).toBeUndefined();
  });
});

describe('a secret that a variable gave', () => {
  const Secret = Type.Object({ token: Type.String({ writeOnly: true, minLength: 1, maxLength: 3 }) });
  const secret = (text: string) =>
    checkConfig(Secret, { token: new EnvText(text, [], [{ name: 'TOKEN', from: 'environment' }]) }, 'm').problems.map(formatProblem);

  test('is not shown, but the variable is named, and that it is empty', () => {
    expect(secret('')).toEqual(['m.token must not have fewer than 1 characters (got "" from TOKEN)']);
    expect(secret('hunter2')).toEqual(['m.token must not have more than 3 characters (value not shown, from TOKEN)']);
  });
});

describe('sizes and durations', () => {
  test.each([
    ['512MiB', 2 ** 29],
    ['20GiB', 20 * 2 ** 30],
    ['64KB', 64_000],
    ['64KiB', 65_536],
    ['1.5 GB', 1.5e9],
    ['0', 0],
    ['17', 17],
    ['7B', 7],
  ])('%s is %d bytes', (text, bytes) => expect(parseByteSize(text)).toBe(bytes));
  test.each([
    ['3d', 3 * 86_400_000],
    ['10s', 10_000],
    ['100ms', 100],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1.5s', 1500],
    ['250', 250],
    ['2w', 1_209_600_000],
  ])('%s is %d milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms));
  test.each(['', 'abc', '-1s', '1x', '1 2', 'constructor', '1constructor', '99999999999999999999', '9999999999999999GiB', '1e9', 'NaN'])(
    '%p is neither',
    (text) => {
      expect([parseByteSize(text), parseDuration(text)]).toEqual([undefined, undefined]);
    },
  );
  test('survive being printed', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (n) => {
        expect(parseByteSize(formatUnit('bytes', n))).toBe(n);
        expect(parseDuration(formatUnit('milliseconds', n))).toBe(n);
      }),
    );
    expect(formatUnit('bytes', 2 ** 29)).toBe('512MiB');
    expect(formatUnit('milliseconds', 5_400_000)).toBe('90m');
  });
  test('that are too large to count are told to be too large', () => {
    expect(problemsOf({ listeners: {}, limits: { body: '9999999999999999GiB', idle: '999999999d' } })).toEqual([
      'modules.http-server.limits.body is too large: it must be at most 1GiB (got "9999999999999999GiB")',
      'modules.http-server.limits.idle is too large: it must be at most 104249991d (got "999999999d")',
    ]);
    expect(problemsOf({ listeners: {}, limits: { idle: 1e21 } })).toEqual([
      'modules.http-server.limits.idle is too large: it must be at most 104249991d (got 1e+21)',
    ]);
    expect(problemsOf({ listeners: {}, limits: { idle: '104249991d' } })).toEqual([]);
  });
  test("a default that is no size is the author's mistake and throws at once", () => {
    expect(() => ByteSize({ default: 'big' })).toThrow(TypeError);
  });
});

describe('the nearest key', () => {
  test('is a slip of the fingers away, not another word', () => {
    expect(nearest('prot', ['port', 'host'])).toBe('port');
    expect(nearest('grpc-sever', ['grpc-server', 'http-server'])).toBe('grpc-server');
    expect(nearest('banana', ['port', 'host'])).toBeUndefined();
  });
  test('distance is symmetric, and 0 only for equal words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
