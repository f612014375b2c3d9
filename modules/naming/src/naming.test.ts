import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Problem } from '@skein/core/host';
import { checkModule, createTestHost } from '@skein/core/testing';
import { NamingToken } from '@skein/telemetry';
import fc from 'fast-check';
import { CardinalityGuard, WINDOW } from './cardinality-guard.js';
import { GroupingRules } from './grouping-rules.js';
import naming from './module.js';
import { NameControl } from './name-control.js';
import { readGrouping } from './read-grouping.js';
import { readOpenapi } from './read-openapi.js';

let now = 0;
let guard: CardinalityGuard;
let names: NameControl;

beforeEach(() => {
  now = 1_700_000_000_000;
  guard = new CardinalityGuard(() => now, 3000, 10_000);
  names = new NameControl({ service: 70, instance: 70, endpoint: 150 }, guard);
});

const rulesOf = (...patterns: readonly string[]): GroupingRules => {
  const rules = new GroupingRules();
  for (const pattern of patterns) rules.addPattern('shop', pattern);
  return rules;
};

describe('lengths', () => {
  it('cuts services and instances at 70 and endpoints at 150 UTF-16 units, without a marker', () => {
    const long = 'x'.repeat(10_000);
    expect(names.service(long)).toBe('x'.repeat(70));
    expect(names.instance(long)).toBe('x'.repeat(70));
    expect(names.endpoint('shop', long)).toBe('x'.repeat(150));
    expect(names.service('x'.repeat(70))).toBe('x'.repeat(70));
  });

  it('leaves an endpoint as it is when it or its service has no name', () => {
    const long = 'x'.repeat(200);
    expect(names.endpoint('', long)).toBe(long);
    expect(names.endpoint('shop', '')).toBe('');
  });

  it('never yields half a surrogate pair', () => {
    expect(names.service(`${'x'.repeat(69)}😀`)).toBe(`${'x'.repeat(69)}\uFFFD`);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 60, maxLength: 200 }), (text) => {
        const cut = names.service(text);
        expect(cut.length).toBeLessThanOrEqual(70);
        expect(Buffer.from(cut, 'utf8').toString('utf8')).toBe(cut);
      }),
    );
  });
});

describe('patterns', () => {
  it.each([
    ['/prod/1', '/prod/{var}'],
    ['/prod/1/', '/prod/{var}'],
    ['prod/1', '/prod/{var}'],
    ['/prod/1/detail', '/prod/{var}/detail'],
    ['GET:/order/7/item/8', 'GET:/order/{var}/item/{var}'],
    // The root must be equal, and nothing short of a pattern's end matches.
    ['/other/1', undefined],
    ['/prod/1/detail/x', undefined],
    ['GET:/order/7', undefined],
    // One segment counts as matched, unchanged.
    ['/ping', '/ping'],
    ['prod', 'prod'],
  ])('groups %s as %s', (name, expected) => {
    const rules = rulesOf('/prod/{var}', '/prod/{var}/detail', 'GET:/order/{var}/item/{var}');
    expect(rules.of('shop')?.match(name)).toBe(expected);
  });

  it('takes the first child that fits in the order of the rules, and does not come back', () => {
    const variableFirst = rulesOf('/a/{var}/x', '/a/b/y').of('shop');
    expect(variableFirst?.match('/a/b/y')).toBeUndefined();
    const literalFirst = rulesOf('/a/b/y', '/a/{var}/x').of('shop');
    expect(literalFirst?.match('/a/b/y')).toBe('/a/b/y');
    expect(literalFirst?.match('/a/b/x')).toBeUndefined();
  });

  it('takes a first segment {var} literally', () => {
    expect(rulesOf('/{var}/x').of('shop')?.match('/a/x')).toBeUndefined();
  });

  it('applies to its service only, and answers the same when asked again', () => {
    names.use(rulesOf('/prod/{var}'));
    expect(names.endpoint('shop', '/prod/1')).toBe('/prod/{var}');
    expect(names.endpoint('shop', '/prod/1')).toBe('/prod/{var}');
    expect(names.endpoint('other', '/prod/1')).toBe('/prod/1');
  });
});

describe('the guard', () => {
  it('turns every name of a service into _abandoned once 3000 were seen, known ones too, until the window ends', () => {
    for (let i = 0; i < 3000; i++) expect(names.endpoint('shop', `/${i}`)).toBe(`/${i}`);
    expect(names.endpoint('shop', '/new')).toBe('_abandoned');
    expect(names.endpoint('shop', '/0')).toBe('_abandoned');
    expect(names.abandoned).toBe(2);
    expect(names.endpoint('other', '/0')).toBe('/0');
    now += WINDOW - 1;
    expect(names.endpoint('shop', '/0')).toBe('_abandoned');
    now += 1;
    expect(names.endpoint('shop', '/new')).toBe('/new');
  });

  it('does not count names that a rule groups', () => {
    names.use(rulesOf('/prod/{var}'));
    for (let i = 0; i < 4000; i++) expect(names.endpoint('shop', `/prod/${i}`)).toBe('/prod/{var}');
    expect(guard.size).toBe(0);
  });

  it('holds no more names than allowed over all services', () => {
    for (let i = 0; i < 50_000; i++) names.endpoint(`service ${i % 1000}`, `/${i}`);
    expect(guard.size).toBeLessThanOrEqual(10_000);
    expect(guard.cutShort).toBeGreaterThan(0);
  });
});

describe('files', () => {
  let folder: string;
  let problems: Problem[];
  let rules: GroupingRules;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'naming-'));
    problems = [];
    rules = new GroupingRules();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (path: string, text: string): Promise<string> => {
    const at = join(folder, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
    return at;
  };
  const asItIs = (name: string): string => name;

  it('reads endpoint-name-grouping.yml', async () => {
    const path = await write('grouping.yml', 'grouping:\n  - service-name: shop\n    rules:\n      - /prod/{var}\n      - "GET:/{var}"\n');
    await readGrouping(path, rules, asItIs, problems);
    expect(problems).toEqual([]);
    expect(rules.of('shop')?.match('/prod/1')).toBe('/prod/{var}');
    expect(rules.of('shop')?.match('GET:/1')).toBe('GET:/{var}');
  });

  it.each(['', 'grouping:\n', 'grouping: []\n'])('takes a file without rules: %j', async (text) => {
    await readGrouping(await write('grouping.yml', text), rules, asItIs, problems);
    expect(problems).toEqual([]);
    expect(rules.size).toBe(0);
  });

  it.each([
    ['grouping: [', ':1:12', /YAML/],
    ['groups: []\n', ':1:1', /no list `grouping`/],
    ['grouping: 5\n', ':1:11', /must be a list/],
    ['grouping:\n  - service-name: shop\n', ':2:5', /no list `rules`/],
    ['grouping:\n  - service-name: shop\n    rules:\n      - {var}\n', ':4:9', /a rule must be a text/],
    ['grouping:\n  - rules: [/a]\n', ':2:5', /`service-name` must be a text/],
  ])('says where %j is wrong', async (text, place, message) => {
    const path = await write('grouping.yml', text);
    await readGrouping(path, rules, asItIs, problems);
    expect(problems[0]?.at).toBe(path + place);
    expect(problems[0]?.message).toMatch(message);
  });

  it('says which file cannot be read', async () => {
    await readGrouping(join(folder, 'none.yml'), rules, asItIs, problems);
    await readOpenapi(join(folder, 'none'), rules, asItIs, problems);
    expect(problems.map((p) => p.at)).toEqual([join(folder, 'none.yml'), join(folder, 'none')]);
  });

  const api = (extensions = ''): string =>
    `openapi: 3.0.0\n${extensions}paths:\n  /products:\n    get: {}\n  /products/{region}/{country}:\n    get: {}\n  /products/{id}:\n    get: {}\n    post: {}\n    parameters: []\n  /products/abc/{v}:\n    get: {}\n  /products/{longname}/ef:\n    get: {}\n  /{tenant}:\n    get: {}\n`;

  it.each([
    ['GET:/products', 'GET:/products'],
    ['GET:/products/asia/cn', 'GET:/products/{region}/{country}'],
    ['GET:/products/123', 'GET:/products/{id}'],
    ['POST:/products/123', 'POST:/products/{id}'],
    ['GET:/products/123/abc/efg', undefined],
    ['<GET>:/products/123', undefined],
    ['PUT:/products/123', undefined],
    // As many variables: the longer pattern, a variable counting as one.
    ['GET:/products/abc/ef', 'GET:/products/abc/{v}'],
    // A variable in the first segment of the path is tried last.
    ['GET:/acme', 'GET:/{tenant}'],
  ])('groups %s by an OpenAPI definition as %s', async (name, expected) => {
    await write('shop/products.yaml', api());
    await readOpenapi(folder, rules, asItIs, problems);
    expect(problems).toEqual([]);
    expect(rules.of('shop')?.match(name)).toBe(expected);
    expect(rules.of('other')).toBeUndefined();
  });

  it.each([
    [
      'x-sw-endpoint-name-match-rule: "<$METHOD>:$PATH"\nx-sw-endpoint-name-format: "<$METHOD>:$PATH"\n',
      '<GET>:/products/1',
      '<GET>:/products/{id}',
    ],
    ['x-sw-endpoint-name-format: "$PATH:<$METHOD>"\n', 'GET:/products/1', '/products/{id}:<GET>'],
    ['x-sw-endpoint-name-match-rule: "$PATH:<$METHOD>"\n', '/products/1:<GET>', 'GET:/products/{id}'],
  ])('follows the extensions %j', async (extensions, name, expected) => {
    await write('shop/v2/products.yaml', api(`x-sw-service-name: shop\n${extensions.replace(/\$(METHOD|PATH)/g, '$${$1}')}`));
    await readOpenapi(folder, rules, asItIs, problems);
    expect(problems).toEqual([]);
    expect(rules.of('shop')?.match(name)).toBe(expected);
  });

  it('prefers an OpenAPI definition to a pattern, and a pattern to nothing', async () => {
    await write('shop/products.yaml', api());
    await readOpenapi(folder, rules, asItIs, problems);
    rules.addPattern('shop', 'GET:/products/{var}');
    rules.addPattern('shop', 'PUT:/products/{var}');
    expect(rules.of('shop')?.match('GET:/products/1')).toBe('GET:/products/{id}');
    expect(rules.of('shop')?.match('PUT:/products/1')).toBe('PUT:/products/{var}');
  });

  it('refuses a definition that names no service, and says where a definition is wrong', async () => {
    const nobody = await write('products.yaml', api());
    const list = await write('shop/list.yaml', 'paths:\n  - /a\n');
    await readOpenapi(folder, rules, asItIs, problems);
    expect(problems.map((p) => [p.at, p.message])).toEqual([
      [`${nobody}:1:1`, 'does not say which service it is about'],
      [`${list}:2:3`, 'must be a map'],
    ]);
  });

  it('takes text around variables literally, whatever it means in a regular expression', async () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
        fc.pre(!/[{}]/.test(before + after));
        const own = new GroupingRules();
        own.addOpenapi('s', `GET:/a/${before}{id}${after}`, 'grouped');
        expect(own.of('s')?.match(`GET:/a/${before}1${after}`)).toBe('grouped');
      }),
    );
  });
});

describe('the module', () => {
  it('keeps the contract of modules', () => checkModule({ module: naming }));

  it('provides names by its configuration, and shows how many were abandoned', async () => {
    await using kit = await createTestHost({
      modules: [naming],
      config: { naming: { serviceNameMaxLength: 5, maxHttpUrisNumberPerService: 2 } },
    });
    const control = kit.get(NamingToken);
    expect(control.service('0123456789')).toBe('01234');
    expect(['/1', '/2', '/3'].map((name) => control.endpoint('s', name))).toEqual(['/1', '/2', '_abandoned']);
    expect(kit.host.status.metrics()).toMatch(/skein_endpoint_names_abandoned\{[^}]*\} 1\n/);
    await kit.clock.advance(WINDOW);
    expect(control.endpoint('s', '/3')).toBe('/3');
  });

  it('groups by the files of its configuration, and does not start with wrong ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'naming-'));
    try {
      const endpointNameGrouping = join(folder, 'grouping.yml');
      await writeFile(endpointNameGrouping, 'grouping:\n  - { service-name: shop, rules: ["/a/{var}"] }\n');
      {
        await using kit = await createTestHost({ modules: [naming], config: { naming: { endpointNameGrouping } } });
        expect(kit.get(NamingToken).endpoint('shop', '/a/1')).toBe('/a/{var}');
      }
      await writeFile(endpointNameGrouping, 'grouping:\n  - { service-name: shop, rules: 7 }\n');
      const openapiDefinitions = join(folder, 'none');
      const start = createTestHost({ modules: [naming], config: { naming: { endpointNameGrouping, openapiDefinitions } } });
      await expect(start).rejects.toThrow(`${endpointNameGrouping}:2:34 endpoint grouping must be a list`);
      await expect(start).rejects.toThrow(`${openapiDefinitions} the directory cannot be read`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
