import { describe, expect, it } from '@jest/globals';
import { contribution, defineModule } from '@skein/core';
import { checkModule, createTestHost } from '@skein/core/testing';
import { type LogMessage, LogModel, LogRules, logs, meterSamples, NamingToken, observations } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import logAnalyzer from './module.js';
import { RateLimits } from './rate-limits.js';
import { readRules } from './read-rules.js';
import { formatRuleProblem } from './rule-problem.js';

const NOW = Date.UTC(2024, 0, 2, 3, 4);
const same = (name: string): string => name;
const services = [
  [NamingToken, { service: same, instance: same, endpoint: (_service: string, name: string) => name }],
  [StorageToken, { traits: { retention: { logs: 86_400_000 } } }],
] as const;

const log = (content: string, more: Partial<LogMessage> = {}): LogMessage => ({
  timestamp: NOW,
  service: 'shop',
  serviceInstance: 'i',
  endpoint: '',
  layer: '',
  type: '',
  body: { format: 'text', content },
  tags: [{ key: 'level', value: 'INFO' }],
  weight: 100,
  ...more,
});
const rulesOf = (...rules: readonly string[]) =>
  defineModule({ name: 'friend', contributes: [contribution(LogRules, { file: 'friend.yaml', text: `rules:\n${rules.join('')}` })] });

describe('rules of other modules', () => {
  it('run beside those of the house', async () => {
    const rule = '  - { name: count, layer: GENERAL, dsl: "filter { extractor { metrics { name \'n\' value 1 } } }" }\n';
    await using kit = await createTestHost({ modules: [logAnalyzer, rulesOf(rule)], services });
    await (await kit.publisher(logs).publish([log('a'), log('b')])).handled;
    expect(kit.collector(observations).items.map(({ records }) => records.map(({ model, row }) => [model, row.content]))).toEqual([
      [[LogModel, 'a']],
      [[LogModel, 'b']],
    ]);
    // Two logs that say the same count twice: each is a set of its own.
    expect(kit.collector(meterSamples).items).toEqual([
      { group: 'log', samples: [{ name: 'n', labels: new Map(), value: 1, timestamp: NOW }], weight: expect.any(Number) },
      { group: 'log', samples: [{ name: 'n', labels: new Map(), value: 1, timestamp: NOW }], weight: expect.any(Number) },
    ]);
    kit.assertBooks();
  });

  it('keep the host from starting when they are wrong, named with their module', async () => {
    const friend = rulesOf('  - { name: count, layer: GENERAL, dsl: "filter { jsn {} }" }\n');
    await expect(createTestHost({ modules: [logAnalyzer, friend], services })).rejects.toThrow(
      'friend/friend.yaml:2:51 rule GENERAL/count: unknown statement in filter "jsn"',
    );
  });
});

describe('rows', () => {
  it('of services, instances and tags are written once a minute and once a day, and again when they were lost', async () => {
    await using kit = await createTestHost({ modules: [logAnalyzer], services });
    const entities = () => kit.collector(observations).items.map((o) => o.entities.map(({ model }) => model.name).join(' '));
    const send = async (...messages: readonly LogMessage[]) => (await kit.publisher(logs).publish(messages)).handled;
    await send(log('a'), log('b'));
    await send(log('c'));
    expect(entities()).toEqual(['service service_instance tag_autocomplete', '', '']);
    kit.collector(observations).fail(1);
    await expect(send(log('d'))).rejects.toThrow();
    await send(log('e'));
    expect(entities().at(-1)).toBe('service service_instance tag_autocomplete');
    await kit.clock.advance(60_000);
    await send(log('f'));
    expect(entities().at(-1)).toBe('service service_instance');
    kit.assertBooks();
  });

  it('have ids of their own, and ids of normal services whatever the layer', async () => {
    await using kit = await createTestHost({ modules: [logAnalyzer], services });
    await (await kit.publisher(logs).publish([log('a'), log('b', { layer: 'MESH' })])).handled;
    const rows = kit.collector(observations).items.flatMap(({ records }) => records.map(({ row }) => row));
    expect(rows.map(({ service }) => service)).toEqual(['c2hvcA==.1', 'c2hvcA==.1']);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
    for (const { id } of rows) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('sampled traces and slow statements', () => {
  const fields = { processId: 'p-1', destProcessId: 'p-2', detectPoint: 'client', componentId: 49 };
  const body = { format: 'json', content: JSON.stringify(fields) } as const;
  const set = 'processId parsed.processId destProcessId parsed.destProcessId detectPoint parsed.detectPoint componentId parsed.componentId';

  it.each([
    [
      'an output',
      `  - { name: t, layer: K8S_SERVICE, outputType: SampledTrace, dsl: "filter { json {} extractor { ${set} } sink {} }" }\n`,
    ],
    ['a block', `  - { name: t, layer: K8S_SERVICE, dsl: "filter { json {} extractor { sampledTrace { ${set} } } }" }\n`],
  ])('are told by %s', async (_form, rule) => {
    await using kit = await createTestHost({ modules: [logAnalyzer, rulesOf(rule)], services });
    await (await kit.publisher(logs).publish([log('', { layer: 'K8S_SERVICE', body }), log('{}', { layer: 'K8S_SERVICE' })])).handled;
    expect(kit.collector(observations).items.map(({ records, entities }) => [records, entities])).toMatchObject([
      [[], [{ model: { name: 'process_relation_client_side' }, id: 'p-1-p-2', row: { source: 'p-1', dest: 'p-2', components: ['49'] } }]],
    ]);
    kit.assertBooks();
  });

  it('are told by a block of older rules whatever the sink says', async () => {
    const rule = `  - { name: s, layer: MYSQL, dsl: "filter { extractor { slowSql { id 'q' statement 'select 1' latency 7 } } sink { dropper {} } }" }\n`;
    await using kit = await createTestHost({ modules: [logAnalyzer, rulesOf(rule)], services });
    await (await kit.publisher(logs).publish([log('', { layer: 'MYSQL' })])).handled;
    const [found] = kit.collector(observations).items;
    expect(found?.records).toMatchObject([{ row: { id: 'q', entity: 'c2hvcA==.1', statement: 'select 1', latency: 7, timestamp: NOW } }]);
  });
});

describe('rate limits', () => {
  it('count by id in minutes of the clock', () => {
    let now = 59_000;
    const limits = new RateLimits(() => now);
    expect([limits.allows('a', 2), limits.allows('a', 2), limits.allows('a', 2), limits.allows('b', 1)]).toEqual([true, true, false, true]);
    now = 60_000;
    expect(limits.allows('a', 2)).toBe(true);
    expect(limits.allows('a', 0)).toBe(false);
  });

  it('count ids beyond their room as one, so that hostile ids take no memory', () => {
    const limits = new RateLimits(() => 0);
    let allowed = 0;
    for (let i = 0; i < 60_000; i++) if (limits.allows(`id-${i}`, 100)) allowed++;
    expect(limits.size).toBeLessThanOrEqual(50_001);
    expect(allowed).toBe(50_100);
    expect(limits.allows('id-7', 100)).toBe(true);
  });
});

describe('files of rules', () => {
  const problems = (text: string): string[] => readRules({ file: 'f.yaml', text }).problems.map(formatRuleProblem);

  it.each([
    ['', 'f.yaml:1:1 expected rules'],
    ['- a', 'f.yaml:1:1 expected rules'],
    ['a: [', 'f.yaml:1:5 '],
    ['rule: []', 'f.yaml:1:1 unknown key "rule"; did you mean "rules"?'],
    ['rules: 5', 'f.yaml:1:8 expected rules to be a list'],
    ['rules:\n- 5', 'f.yaml:2:3 expected a rule'],
    ['rules:\n- name: a', 'rule ?/a: a rule needs a layer'],
    ['rules:\n- { layer: GENERAL, dsl: "filter {}" }', 'rule number 1: a rule needs a name'],
    ['rules:\n- { name: a, layer: GENERAL }', 'rule GENERAL/a: a rule needs a dsl'],
    ['rules:\n- { name: a, layer: GENERAL, dsl: "filter {}", outputType: Sql }', 'outputType must be one of Log, SlowSQL, SampledTrace'],
    ['rules:\n- { name: a, layer: MESH, dsl: "filter {}", inputType: x.Y }', 'rules see logs only'],
    ['layerDefinitions: [{ name: lower }]\nrules: []', 'f.yaml:1:20 expected a layer'],
    [`rules: []\n# ${'x'.repeat(1_100_000)}`, 'longer than'],
  ])('are told what is wrong: mistake %#', (text, problem) => {
    expect(problems(text).join('\n')).toContain(problem);
  });

  it.each([
    ['|\n      filter {\n        jsn {}\n      }', '5:9'],
    ['|-\n\n\n       filter { jsn {} }', '6:17'],
    ['"filter { jsn {} }"', '3:20'],
    ['filter { jsn {} }', '3:19'],
  ])('lead to the place of a mistake, however the rule is written', (dsl, place) => {
    // In flow style a plain script would end at the brace, so the rule is in block style.
    expect(problems(`rules:\n  - name: a\n    dsl: ${dsl}\n    layer: GENERAL`)[0]).toContain(
      `f.yaml:${place} rule GENERAL/a: unknown statement in filter "jsn"`,
    );
  });
});

it(
  'keeps the contract of modules',
  () =>
    checkModule({
      module: logAnalyzer,
      services,
    }),
  20_000,
);
