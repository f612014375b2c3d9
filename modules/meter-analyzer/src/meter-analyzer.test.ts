import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Logger } from '@skein/core';
import { contribution, defineModule } from '@skein/core';
import { checkModule, createTestHost, TEST_START, type TestHost } from '@skein/core/testing';
import {
  endpointId,
  instanceId,
  MeterRules,
  type MetricRegistry,
  MetricRegistryToken,
  meterSamples,
  type Naming,
  NamingToken,
  observations,
  processId,
  relationId,
  type Sample,
  serviceId,
} from '@skein/telemetry';
import fc from 'fast-check';
import type { MeterSource } from './meter-source.js';
import meterAnalyzer from './module.js';
import { readRuleFile } from './read-rule-file.js';

const naming: Naming = { service: (n) => n.slice(0, 20), instance: (n) => n.slice(0, 20), endpoint: (_, n) => n.replace(/\d+/, '{n}') };
type Added = Parameters<MetricRegistry['add']>[1];

const directory = mkdtempSync(join(tmpdir(), 'skein-rules-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
/** Rules of one file, `name: expression`. */
function rules(named: Readonly<Record<string, string>>): string {
  const path = join(directory, `${files++}.yaml`);
  writeFileSync(path, JSON.stringify({ metricsRules: Object.entries(named).map(([name, exp]) => ({ name, exp })) }));
  return path;
}

interface Started {
  readonly kit: TestHost;
  readonly added: Added[];
  readonly warnings: string[];
}

async function start(
  named: Readonly<Record<string, string>>,
  group = 'own',
  ...beside: Parameters<typeof defineModule>[0][]
): Promise<Started> {
  const added: Added[] = [];
  const warnings: string[] = [];
  const quiet = (): void => undefined;
  const logger: Logger = { debug: quiet, info: quiet, warn: (message) => void warnings.push(message), error: quiet };
  const kit = await createTestHost({
    modules: [meterAnalyzer, ...beside],
    logger,
    services: [
      [NamingToken, naming],
      [MetricRegistryToken, { add: (_: string, what: Added) => void added.push(what) }],
    ],
    config: { 'meter-analyzer': { meterAnalyzerActiveFiles: [], rules: { [group]: [rules(named)] } } },
  });
  return { kit, added, warnings };
}

const sample = (name: string, value: number, labels: Readonly<Record<string, string>> = {}, timestamp = TEST_START): Sample => ({
  name,
  value,
  timestamp,
  labels: new Map(Object.entries({ service: 'shop', instance: 'shop-1', ...labels })),
});
async function handle(kit: TestHost, samples: readonly Sample[], group = 'own'): Promise<void> {
  const receipt = await kit.publisher(meterSamples).publish([{ group, samples, weight: 1000 }]);
  await receipt.handled;
}
const last = (kit: TestHost) => kit.collector(observations).items.at(-1)!;
const sources = (kit: TestHost) =>
  (last(kit).sources as MeterSource[]).map(({ definition, entity, time, value, label }) => ({
    name: definition.name,
    entity,
    time,
    value,
    label,
  }));
const rows = (kit: TestHost) => last(kit).entities.map(({ model, id }) => `${model.name} ${id}`);

const shop = serviceId('shop', true);
const one = instanceId(shop, 'shop-1');
const SUFFIX = "service(['service'], Layer.GENERAL)";

describe('sources', () => {
  it('carry one value each, with the label set as the metric keeps it', async () => {
    const { kit, added } = await start({
      plain: `a.${SUFFIX}`,
      kinds: `a.sum(['service', 'kind', 'way']).${SUFFIX}`,
      map: `h.histogram().${SUFFIX}`,
      ranks: `h.sum(['service', 'le', 'kind']).histogram().histogram_percentile([50, 99]).downsampling(SUM).${SUFFIX}`,
    });
    await handle(kit, [sample('a', 2.5, { kind: 'x', way: 'in' }), sample('h', 3, { le: '0.25', kind: 'x' })]);
    expect(sources(kit)).toEqual([
      { name: 'Meter_plain', entity: shop, time: TEST_START, value: 3, label: '' },
      { name: 'Meter_kinds', entity: shop, time: TEST_START, value: 3, label: '{kind=x,way=in}' },
      { name: 'Meter_map', entity: shop, time: TEST_START, value: 3, label: '250' },
      { name: 'Meter_ranks', entity: shop, time: TEST_START, value: 3, label: '250{kind=x}' },
    ]);
    expect(added.map(({ scripts }) => scripts.map(({ text }) => text))).toEqual([
      [
        [
          'plain = from(Meter_plain.value).avg();',
          'kinds = from(Meter_kinds.value).avgLabeled(label);',
          'map = from(Meter_map.value).avgHistogram(label);',
          'ranks = from(Meter_ranks.value).sumHistogramPercentile(label, 50, 99);',
        ].join('\n'),
      ],
    ]);
    expect(added[0]!.sources[0]).toMatchObject({ name: 'Meter_plain', scope: 'service', scopeId: 1, catalog: 'SERVICE' });
    await kit.stop();
  });

  it('come of the rules of their group only, those of other modules among them', async () => {
    const brought = defineModule({
      name: 'brought',
      contributes: [
        contribution(MeterRules, {
          group: 'other',
          file: 'other.yaml',
          text: `metrics:\n  - { name: theirs, exp: "a.service(['service'], Layer.GENERAL)" }`,
        }),
      ],
    });
    const { kit } = await start({ mine: `a.${SUFFIX}` }, 'own', brought as never);
    await handle(kit, [sample('a', 1)], 'other');
    expect(sources(kit).map(({ name }) => name)).toEqual(['Meter_theirs']);
    await handle(kit, [sample('a', 1)], 'nobody');
    expect(kit.collector(observations).items).toHaveLength(1);
    kit.assertBooks();
    await kit.stop();
  });
});

describe('entities', () => {
  it.each<[string, Readonly<Record<string, string>>, string, readonly string[]]>([
    ["service(['service'], Layer.GENERAL)", {}, shop, [`service ${shop}`]],
    ["service(['service'], Layer.VIRTUAL_MQ)", {}, shop, [`service ${shop}`]],
    ["instance(['service'], ['instance'], Layer.GENERAL)", {}, one, [`service ${shop}`, `service_instance ${one}`]],
    [
      "endpoint(['service'], ['path'], Layer.GENERAL)",
      { path: '/cart/17' },
      endpointId(shop, '/cart/{n}'),
      [`service ${shop}`, `endpoint ${endpointId(shop, '/cart/{n}')}`],
    ],
    [
      "process(['service'], ['instance'], ['process'], 'layer')",
      { process: 'nginx', layer: 'OS_LINUX' },
      processId(one, 'nginx'),
      [`service ${shop}`, `service_instance ${one}`, `process ${processId(one, 'nginx')}`],
    ],
    [
      "serviceRelation(DetectPoint.CLIENT, ['service'], ['to'], Layer.GENERAL)",
      { to: 'stock' },
      relationId(shop, serviceId('stock', true)),
      [
        `service ${shop}`,
        `service ${serviceId('stock', true)}`,
        `service_relation_client_side ${relationId(shop, serviceId('stock', true))}`,
      ],
    ],
    [
      "processRelation('side', ['service'], ['instance'], 'from', 'to', 'component')",
      { side: 'server', from: 'p1', to: 'p2', component: '49' },
      'p1-p2',
      ['process_relation_server_side p1-p2'],
    ],
  ])('of %s have their id and rows', async (scope, labels, id, expected) => {
    const { kit } = await start({ m: `a.${scope}` });
    await handle(kit, [sample('a', 1, labels)]);
    expect(sources(kit)).toMatchObject([{ entity: id, value: 1 }]);
    expect(rows(kit)).toEqual(expected);
    for (const { row, model } of last(kit).entities) if (model.name === 'service') expect(row.normal).toBe(true);
    await kit.stop();
  });

  it('have formatted names, and rows once a minute for each layer', async () => {
    const { kit } = await start({ a: "a.service(['service'], Layer.GENERAL)", b: "b.service(['service'], Layer.MYSQL)" });
    const long = { service: 'x'.repeat(30) };
    const id = serviceId('x'.repeat(20), true);
    await handle(kit, [sample('a', 1, long), sample('b', 1, long)]);
    expect(rows(kit)).toEqual([`service ${id}`, `service ${id}`]);
    expect(last(kit).entities.map(({ row }) => row.layers)).toEqual([['GENERAL'], ['MYSQL']]);
    await handle(kit, [sample('a', 1, long), sample('b', 1, long)]);
    expect(rows(kit)).toEqual([]);
    await kit.clock.advance(60_000);
    // What counts is when they came, not the time of the samples.
    await handle(kit, [sample('a', 1, long)]);
    expect(last(kit).entities).toMatchObject([{ row: { lastSeen: TEST_START + 60_000 } }]);
    await kit.stop();
  });

  it('have the properties that a rule reads of labels, and rows when these change', async () => {
    const { kit } = await start({
      a: "a.instance(['service'], '.', ['instance'], '.', Layer.GENERAL, { tags -> ['os': tags.os] })",
    });
    await handle(kit, [sample('a', 1, { os: 'linux' })]);
    await handle(kit, [sample('a', 1, { os: 'linux' })]);
    expect(rows(kit)).toEqual([]);
    await handle(kit, [sample('a', 1, { os: 'bsd' })]);
    expect(rows(kit)).toEqual([`service ${shop}`, `service_instance ${one}`]);
    expect(JSON.parse(String(last(kit).entities[1]!.row.properties))).toEqual({ os: 'bsd' });
    await kit.stop();
  });

  it('are written again when what brought them was not stored', async () => {
    const { kit } = await start({ a: `a.${SUFFIX}` });
    kit.collector(observations).fail(1);
    await expect(handle(kit, [sample('a', 1)])).rejects.toMatchObject({ code: 'FAILED' });
    await handle(kit, [sample('a', 1)]);
    expect(rows(kit)).toEqual([`service ${shop}`]);
    await kit.stop();
  });
});

describe('trouble', () => {
  it('with one rule leaves the others alone, and is counted and logged rarely', async () => {
    const { kit, warnings } = await start({
      broken: `a.tag({ tags -> tags.x = tags.service.substring(99) }).${SUFFIX}`,
      sound: `a.${SUFFIX}`,
    });
    const failures = (): string | undefined =>
      /meter_rule_errors_total\{[^}]*rule="broken"[^}]*\} (\d+)/.exec(kit.host.status.metrics())?.[1];
    for (let i = 0; i < 3; i++) await handle(kit, [sample('a', 1)]);
    expect(sources(kit).map(({ name }) => name)).toEqual(['Meter_sound']);
    expect(failures()).toBe('3');
    const told = (): number => warnings.filter((w) => w.includes('meter rule broken failed')).length;
    expect(told()).toBe(1);
    await kit.clock.advance(10 * 60_000);
    await handle(kit, [sample('a', 1)]);
    expect(told()).toBe(2);
    kit.assertBooks();
    await kit.stop();
  });

  it('with samples that fit no rule costs nothing but a count', async () => {
    const { kit } = await start({ a: `a.${SUFFIX}` });
    await handle(kit, [sample('b', 1), sample('a', Number.NaN), sample('a', 1, { service: '' })]);
    expect(kit.collector(observations).items).toEqual([]);
    const text = kit.host.status.metrics();
    expect(text).toMatch(/meter_samples_without_rule_total\{[^}]*group="own"[^}]*\} 1/);
    expect(text).toMatch(/meter_samples_left_out_total\{[^}]*reason="no entity"[^}]*\} 1/);
    await kit.stop();
  });
});

describe('rule files', () => {
  const read = (text: string) => readRuleFile({ group: 'g', file: 'f.yaml', text });

  it('may have blocks, older keys, layers and aliases', () => {
    const {
      rules: found,
      layers,
      problems,
    } = read(`
initExp: Kubernetes.startMetadataListener()
filter: "{ tags -> tags.job == 'x' }"
layerDefinitions: [{ name: WORKSHOP, ordinal: 10001, normal: true }]
metrics:
  - name: first
    exp: &same |-
      a
        .sum(['x'])
  - { name: second, exp: *same }
`);
    expect(problems).toEqual([]);
    expect(layers).toEqual(['WORKSHOP']);
    expect(found.filter).toBe("{ tags -> tags.job == 'x' }");
    expect(found.metricsRules.map(({ name, line }) => [name, line])).toEqual([
      ['first', 8],
      ['second', 8],
    ]);
  });

  it.each([
    ['', 'must be a map'],
    ['- a', 'must be a map'],
    ['metricPrefix: x', 'has no metricsRules'],
    ['metricsRules: 5', 'metricsRules must be a list'],
    ['metricsRules: [5]', 'must be a map'],
    ['metricsRules: [{ name: a }]', 'a rule has a name and an exp'],
    ['metricsRules: [{ name: "a b", exp: x }]', 'name is no name of a metric: "a b"'],
    ['metricsRules: [{ name: a, exp: 5 }]', 'exp must be text'],
    ['metricsRule: []', 'unknown key "metricsRule"; did you mean "metricsRules"?'],
    ['metricsRules: [', 'is no valid YAML'],
    ['metricsRules: []\nmetricPrefix: [a]', 'metricPrefix must be text'],
    ['metricsRules: []\nlayerDefinitions: [{}]', 'a layer has a name'],
  ])('%j: %s', (text, message) => {
    expect(read(text).problems.join('\n')).toContain(message);
    expect(read(text).problems[0]).toMatch(/^f\.yaml:\d+:\d+ /);
  });

  it('of any text are read or have problems', () => {
    const words = fc.constantFrom(
      'metricsRules',
      ':',
      '- ',
      '\n',
      '  ',
      'name',
      'exp',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '|-',
      '"',
      "'",
      '!!',
      '<<',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 40 }).map((list) => list.join('')),
        ),
        (text) => {
          const { problems, rules: found } = read(text);
          expect(problems.length > 0 || Array.isArray(found.metricsRules)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the module', () => {
  it('keeps the contract of modules', async () => {
    // The test runner sets a timer when it hears of the test before: that must not look like one of the module.
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
    await checkModule({
      module: meterAnalyzer,
      config: { meterAnalyzerActiveFiles: ['datasource'] },
      services: [
        [NamingToken, naming],
        [MetricRegistryToken, { add: () => undefined }],
      ],
    });
  });
});
