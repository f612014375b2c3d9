import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import aggregation from '@skein/aggregation';
import { createTestHost, type TestHost } from '@skein/core/testing';
import logAnalyzer from '@skein/log-analyzer';
import logReceiver from '@skein/log-receiver';
import naming from '@skein/naming';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import storageLevel from '@skein/storage-level';
import storageMemory from '@skein/storage-memory';
import { endpointId, instanceId, meterSamples, serviceId } from '@skein/telemetry';
import traceAnalyzer from '@skein/trace-analyzer';
import protobuf from 'protobufjs';

// Each test starts a whole host, which takes long on a machine that does other work besides.
jest.setTimeout(30_000);

const protos = join(dirname(fileURLToPath(import.meta.url)), '../../../proto');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(protos, target.startsWith('common/') ? 'skywalking' : 'logging', target);
const LogData = root.loadSync('logging.proto').lookupType('skywalking.v3.LogData');
const encode = (log: object): Uint8Array => LogData.encode(LogData.fromObject(log)).finish();

const COLLECT = '/skywalking.v3.LogReportService/collect';
const NOW = Date.UTC(2024, 0, 2, 3, 4);
const duration = { start: '2024-01-02 0300', end: '2024-01-02 0304', step: 'MINUTE' };
const paging = { pageNum: 1, pageSize: 20 };
const shop = serviceId('shop', true);
const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'skein-logs-'));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

type Storage = typeof storageMemory | typeof storageLevel;

const start = (config: object = {}, storage: Storage = storageMemory): Promise<TestHost> =>
  createTestHost({
    modules: [logReceiver, logAnalyzer, traceAnalyzer, naming, aggregation, storage, query, queryGraphql],
    config: {
      'log-analyzer': config,
      aggregation: { window: 0 },
      ...(storage === storageLevel && { 'storage-level': { path: join(folder(), 'data') } }),
    },
  });
const send = (kit: TestHost, ...logs: readonly object[]) => kit.grpc(COLLECT, logs.map(encode), { timeoutMs: 30_000 });
async function ask(
  kit: TestHost,
  document: string,
  variables: object = {},
): Promise<{ data: Record<string, unknown>; errors?: unknown[] }> {
  const reply = await kit.http('/graphql', { method: 'POST', body: { query: document, variables } });
  return JSON.parse(String(reply.body));
}
const LIST = `query ($condition: LogQueryCondition) {
  queryLogs(condition: $condition) { errorReason logs {
    serviceName serviceId serviceInstanceName serviceInstanceId endpointName endpointId traceId timestamp contentType content
    tags { key value } } } }`;
async function list(kit: TestHost, condition: object): Promise<Record<string, unknown>[]> {
  const { data, errors } = await ask(kit, LIST, { condition: { queryDuration: duration, paging, ...condition } });
  expect(errors).toBeUndefined();
  const { errorReason, logs } = data.queryLogs as { errorReason: unknown; logs: Record<string, unknown>[] };
  expect(errorReason).toBeNull();
  return logs;
}
const contents = async (kit: TestHost, condition: object = {}): Promise<unknown[]> => (await list(kit, condition)).map((l) => l.content);

const text = (content: string, more: object = {}) => ({
  service: 'shop',
  timestamp: NOW - 1000,
  body: { text: { text: content } },
  ...more,
});
const samples = [
  {
    service: 'shop',
    serviceInstance: 'shop-1',
    endpoint: '/cart',
    timestamp: NOW - 3000,
    layer: 'GENERAL',
    body: { text: { text: 'cart opened by alice' } },
    traceContext: { traceId: 't-1', traceSegmentId: 's-1', spanId: 2 },
    tags: {
      data: [
        { key: 'level', value: 'INFO' },
        { key: 'thread', value: 'main' },
      ],
    },
  },
  text('cart of bob failed', {
    timestamp: NOW - 2000,
    traceContext: { traceId: 't-1', traceSegmentId: 's-2', spanId: 0 },
    tags: { data: [{ key: 'level', value: 'ERROR' }] },
  }),
  { service: 'shop', serviceInstance: 'shop-2', timestamp: NOW - 1000, body: { json: { json: '{"who":"alice"}' } } },
  { service: 'shop', timestamp: NOW - 500, body: { yaml: { yaml: 'who: carol' } }, endpoint: '/pay' },
];

describe.each<[string, Storage]>([
  ['memory', storageMemory],
  ['level', storageLevel],
])('logs in storage-%s', (_name, storage) => {
  it('come out of queryLogs as they went in, by each condition and in either order', async () => {
    await using kit = await start({}, storage);
    await send(kit, ...samples);
    const [yaml, json, failed, opened] = await list(kit, {});
    const instance = instanceId(shop, 'shop-1');
    const endpoint = endpointId(shop, '/cart');
    expect(opened).toEqual({
      serviceName: 'shop',
      serviceId: shop,
      serviceInstanceName: 'shop-1',
      serviceInstanceId: instance,
      endpointName: '/cart',
      endpointId: endpoint,
      traceId: 't-1',
      timestamp: NOW - 3000,
      contentType: 'TEXT',
      content: 'cart opened by alice',
      tags: [
        { key: 'level', value: 'INFO' },
        { key: 'thread', value: 'main' },
      ],
    });
    expect(failed).toMatchObject({
      serviceInstanceName: null,
      serviceInstanceId: null,
      endpointName: null,
      endpointId: null,
      traceId: 't-1',
    });
    expect(json).toMatchObject({ contentType: 'JSON', content: '{"who":"alice"}', traceId: null, tags: [] });
    expect(yaml).toMatchObject({ contentType: 'YAML', content: 'who: carol', endpointName: '/pay' });

    const [a, b, c, d] = ['cart opened by alice', 'cart of bob failed', '{"who":"alice"}', 'who: carol'];
    const nothing = {
      serviceId: '',
      serviceInstanceId: null,
      endpointId: '',
      relatedTrace: { traceId: '' },
      tags: [],
      keywordsOfContent: [],
      excludingKeywordsOfContent: [''],
    };
    const found = (condition: object) => contents(kit, condition);
    expect(await found(nothing)).toEqual([d, c, b, a]);
    expect(await found({ queryOrder: 'ASC' })).toEqual([a, b, c, d]);
    expect(await found({ paging: { pageNum: 2, pageSize: 2 } })).toEqual([b, a]);
    expect(await found({ paging: { pageNum: 2, pageSize: 3 }, queryOrder: 'ASC' })).toEqual([d]);
    expect(await found({ serviceId: shop })).toEqual([d, c, b, a]);
    expect(await found({ serviceId: serviceId('other', true) })).toEqual([]);
    expect(await found({ serviceInstanceId: instance })).toEqual([a]);
    expect(await found({ endpointId: endpoint })).toEqual([a]);
    expect(await found({ relatedTrace: { traceId: 't-1' } })).toEqual([b, a]);
    expect(await found({ relatedTrace: { traceId: 't-1' }, queryDuration: null })).toEqual([b, a]);
    expect(await found({ relatedTrace: { traceId: 't-1', segmentId: 's-2' } })).toEqual([b]);
    expect(await found({ relatedTrace: { traceId: 't-1', segmentId: 's-2', spanId: 0 } })).toEqual([b]);
    expect(await found({ relatedTrace: { traceId: '', segmentId: 's-1', spanId: 3 } })).toEqual([]);
    expect(await found({ tags: [{ key: ' level ', value: ' ERROR ' }] })).toEqual([b]);
    expect(await found({ tags: [{ key: 'thread', value: 'main' }] })).toEqual([]);
    expect(await found({ keywordsOfContent: ['alice'] })).toEqual([c, a]);
    expect(await found({ keywordsOfContent: ['cart', 'alice'] })).toEqual([a]);
    expect(await found({ excludingKeywordsOfContent: ['alice', 'carol'] })).toEqual([b]);
    expect(await found({ keywordsOfContent: ['cart'], excludingKeywordsOfContent: ['bob'] })).toEqual([a]);
    expect(await found({ queryDuration: { start: '2024-01-02 030359', end: '2024-01-02 030359', step: 'SECOND' } })).toEqual([d, c]);
    kit.assertBooks();
  });

  it('tell which services, instances, endpoints and tags there are', async () => {
    await using kit = await start({}, storage);
    await send(kit, ...samples);
    const { data, errors } = await ask(
      kit,
      `query ($duration: Duration!, $shop: ID!) {
        supportQueryLogsByKeywords
        keys: queryLogTagAutocompleteKeys(duration: $duration)
        levels: queryLogTagAutocompleteValues(tagKey: "level", duration: $duration)
        traces: queryTraceTagAutocompleteKeys(duration: $duration)
        services: listServices(layer: "GENERAL") { id name normal layers }
        instances: listInstances(duration: $duration, serviceId: $shop) { id name }
        endpoints: findEndpoint(keyword: "", serviceId: $shop, limit: 10, duration: $duration) { id name }
      }`,
      { duration, shop },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      supportQueryLogsByKeywords: true,
      keys: ['level'],
      levels: ['ERROR', 'INFO'],
      traces: [],
      services: [{ id: shop, name: 'shop', normal: true, layers: ['GENERAL'] }],
      instances: expect.arrayContaining([
        { id: instanceId(shop, 'shop-1'), name: 'shop-1' },
        { id: instanceId(shop, 'shop-2'), name: 'shop-2' },
      ]),
      endpoints: expect.arrayContaining([
        { id: endpointId(shop, '/cart'), name: '/cart' },
        { id: endpointId(shop, '/pay'), name: '/pay' },
      ]),
    });
    kit.assertBooks();
  });
});

describe('queryLogs', () => {
  it('takes names for ids', async () => {
    await using kit = await start();
    await send(kit, ...samples);
    const { data } = await ask(kit, `query ($c: LogQueryConditionByName) { queryLogsByName(condition: $c) { logs { content } } }`, {
      c: {
        service: { serviceName: 'shop', layer: 'GENERAL' },
        instance: { serviceName: 'shop', layer: 'GENERAL', instanceName: 'shop-1' },
        endpoint: { serviceName: 'shop', layer: 'GENERAL', endpointName: '/cart' },
        queryDuration: duration,
        paging,
      },
    });
    expect(data).toEqual({ queryLogsByName: { logs: [{ content: 'cart opened by alice' }] } });
  });

  it('says what it needs, and what is too much', async () => {
    await using kit = await start();
    const refused = async (condition: object | null): Promise<string> => JSON.stringify((await ask(kit, LIST, { condition })).errors);
    expect(await refused(null)).toContain('needs a condition');
    expect(await refused({ paging })).toContain('needs queryDuration or relatedTrace');
    expect(await refused({ paging, relatedTrace: { traceId: '' } })).toContain('needs queryDuration or relatedTrace');
    expect(await refused({ paging: { pageSize: 0 }, queryDuration: duration })).toContain('page size');
    expect(await refused({ paging, queryDuration: duration, keywordsOfContent: Array(21).fill('a') })).toContain('at most 20 texts');
    expect(await refused({ paging, queryDuration: duration, keywordsOfContent: ['a'.repeat(1001)] })).toContain('at most 1000 characters');
  });

  it('has no logs of pods', async () => {
    await using kit = await start();
    const { data } = await ask(
      kit,
      `{ listContainers(condition: {}) { errorReason containers } ondemandPodLogs(condition: { container: "a" }) { errorReason logs { content } } }`,
    );
    const errorReason = expect.stringContaining('not served');
    expect(data).toEqual({ listContainers: { errorReason, containers: [] }, ondemandPodLogs: { errorReason, logs: [] } });
  });
});

describe('rules', () => {
  const rule = (name: string, layer: string, dsl: string, more = ''): string =>
    `  - name: ${name}\n    layer: ${layer}\n${more}    dsl: |\n${dsl.replace(/^/gm, '      ')}\n`;
  const file = (...rules: readonly string[]): string => {
    const path = join(folder(), 'rules.yaml');
    writeFileSync(path, `rules:\n${rules.join('')}`);
    return path;
  };
  const books = (kit: TestHost) => kit.books().find(({ stream }) => stream === 'logs')!;

  it('keep slow statements of databases, for the service that the statement names', async () => {
    await using kit = await start();
    const statement = (more: object) => ({
      service: 'collector',
      layer: 'MYSQL',
      body: {
        json: {
          json: JSON.stringify({
            id: 'q-1',
            statement: 'select 1',
            query_time: 1500,
            service: 'mysql::root',
            layer: 'MYSQL',
            time: NOW - 2000,
            ...more,
          }),
        },
      },
      tags: { data: [{ key: 'LOG_KIND', value: 'SLOW_SQL' }] },
    });
    await send(kit, statement({}), statement({ id: 'q-2', query_time: '900' }), statement({ query_time: 0 }), statement({ statement: '' }));
    await send(kit, text('no slow statement', { layer: 'MYSQL' }));
    const { data, errors } = await ask(
      kit,
      `query ($d: Duration!) {
        execExpression(expression: "top_n(top_n_database_statement,10,des)", entity: { serviceName: "mysql::root", normal: true }, duration: $d) {
          error results { values { id value } } }
        listServices(layer: "MYSQL") { name group }
      }`,
      { d: { start: '2024-01-02 030300', end: '2024-01-02 030400', step: 'SECOND' } },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      execExpression: {
        error: null,
        results: [
          {
            values: [
              { id: 'select 1', value: '1500' },
              { id: 'select 1', value: '900' },
            ],
          },
        ],
      },
      listServices: [{ name: 'mysql::root', group: 'mysql' }],
    });
    expect(await contents(kit)).toEqual([]);
    expect(books(kit)).toMatchObject({ handled: 2, skipped: { dropped: 2, aborted: 1 } });
    kit.assertBooks();
  });

  it('make the status and the level of Nginx logs searchable', async () => {
    await using kit = await start();
    const nginx = (kind: string, line: string) => text(line, { layer: 'NGINX', tags: { data: [{ key: 'LOG_KIND', value: kind }] } });
    const access = '10.1.2.3 - - [02/Jan/2024:03:03:59 +0000] "GET /cart HTTP/1.1" 502 157 "-" "curl/8"';
    const error = '2024/01/02 03:03:59 [error] 31#31: *1 connect() failed';
    await send(
      kit,
      nginx('NGINX_ACCESS_LOG', access),
      nginx('NGINX_ERROR_LOG', error),
      nginx('NGINX_ACCESS_LOG', 'odd'),
      nginx('OTHER', 'x'),
    );
    expect(await contents(kit, { tags: [{ key: 'http.status_code', value: '502' }] })).toEqual([access]);
    expect(await contents(kit, { tags: [{ key: 'level', value: 'error' }] })).toEqual([error]);
    expect((await contents(kit)).sort()).toEqual([access, error, 'odd']);
    expect(books(kit)).toMatchObject({ handled: 3, skipped: { aborted: 1 } });
    kit.assertBooks();
  });

  it('of the operator extract what logs say, and take the place of built-in ones', async () => {
    const dsl = `filter {
  text { regexp $/^(?<time>\\S+) (?<level>[A-Z]+) \\[(?<trace>[^\\]]*)\\] (?<rest>.*)$/$ }
  extractor {
    timestamp parsed.time as String, "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"
    traceId parsed.trace
    endpoint parsed.rest.split(' ')[0]
    tag level: parsed.level, 'length': parsed.rest.length()
    metrics { name "log_count" labels service: log.service, level: parsed.level value 1 }
  }
  sink { if (parsed.level == "DEBUG") { dropper {} } else { sampler { rateLimit("\${log.service}:\${parsed.level}") { rpm 2 } } } }
}`;
    await using kit = await start({ rules: [file(rule('default', 'GENERAL', dsl))] });
    const line = (level: string) => text(`2024-01-02T04:03:59.250+01:00 ${level} [t-9] /pay took long`);
    await send(kit, line('WARN'), line('WARN'), line('WARN'), line('DEBUG'), line('ERROR'), text('of another form'));
    expect(await list(kit, { tags: [{ key: 'level', value: 'WARN' }] })).toHaveLength(2);
    expect(await list(kit, { tags: [{ key: 'level', value: 'ERROR' }] })).toEqual([
      expect.objectContaining({
        timestamp: NOW - 750,
        traceId: 't-9',
        endpointName: '/pay',
        tags: [
          { key: 'level', value: 'ERROR' },
          { key: 'length', value: '14' },
        ],
      }),
    ]);
    expect(await list(kit, {})).toHaveLength(3);
    const sets = kit.collector(meterSamples).items;
    expect(sets).toHaveLength(5);
    expect(sets[4]).toMatchObject({ group: 'log', samples: [{ name: 'log_count', value: 1, timestamp: NOW - 750 }] });
    expect([...sets[4]!.samples[0]!.labels]).toEqual([
      ['service', 'shop'],
      ['level', 'ERROR'],
    ]);
    // The clock stands still: in the next minute there is room again.
    await kit.clock.advance(60_000);
    await send(kit, line('WARN'));
    expect(await list(kit, { tags: [{ key: 'level', value: 'WARN' }] })).toHaveLength(3);
    kit.assertBooks();
  });

  it('see the logs of their layer; a layer that nobody knows, and one without rules, keep nothing', async () => {
    await using kit = await start();
    await send(
      kit,
      text('general'),
      text('named', { layer: 'GENERAL' }),
      text('proxy', { layer: 'MESH_DP' }),
      text('flink', { layer: 'FLINK' }),
      text('nowhere', { layer: 'NOWHERE' }),
    );
    expect((await contents(kit)).sort()).toEqual(['general', 'named', 'proxy']);
    expect(books(kit)).toMatchObject({ handled: 3, skipped: { 'no-rule': 1, 'unknown-layer': 1 } });
    kit.assertBooks();
  });

  it('for logs without a layer come first; what one of them claims no other sees', async () => {
    const auto = rule(
      'mine',
      'auto',
      `filter {
  if (log.body.text.text.startsWith("other")) { abort {} }
  if (log.body.text.text.startsWith("broken")) { extractor { spanId "x" } }
  if (log.body.text.text.startsWith("mysql")) { extractor { layer "MYSQL" service "db" } }
  sink {}
}`,
    );
    await using kit = await start({ rules: [file(auto)] });
    await send(kit, text('mysql started'), text('no layer'), text('other'), text('broken'), text('mysql too', { layer: 'GENERAL' }));
    const logs = await list(kit, { queryOrder: 'ASC' });
    expect(logs.map(({ content, serviceName }) => [content, serviceName])).toEqual([
      ['mysql started', 'db'],
      ['other', 'shop'],
      ['broken', 'shop'],
      ['mysql too', 'shop'],
    ]);
    expect(books(kit)).toMatchObject({ handled: 4, skipped: { 'no-layer': 1 } });
    const { data } = await ask(kit, '{ listServices(layer: "MYSQL") { name } }');
    expect(data).toEqual({ listServices: [{ name: 'db' }] });
    kit.assertBooks();
  });

  it('that cannot go on with a log leave it to the others', async () => {
    const failing = rule('failing', 'GENERAL', `filter { json { abortOnFailure false } extractor { spanId parsed.n as Integer } sink {} }`);
    await using kit = await start({ rules: [file(failing)], disable: ['GENERAL/default'] });
    await send(kit, { service: 's', body: { json: { json: '{"n":"x"}' } } }, { service: 's', body: { json: { json: '{"n":1}' } } });
    expect(await contents(kit)).toEqual(['{"n":1}']);
    expect(books(kit)).toMatchObject({ handled: 1, skipped: { 'rule-failed': 1 } });
    expect(kit.host.status.metrics()).toContain(
      'log_rule_failures_total{reason="not-a-number",rule="GENERAL/failing",module="log-analyzer"} 1',
    );
    kit.assertBooks();
  });

  it('with mistakes keep the host from starting, with all of them in one report', async () => {
    const path = file(
      rule('one', 'GENERAL', 'filter {\n  jsn {}\n  extractor { servce "x" }\n}'),
      rule('two', 'GENRAL', 'filter {'),
      rule('one', 'GENERAL', 'filter {}', '    outputTyp: Log\n'),
    );
    const failure = await start({ rules: [path], disable: ['GENERAL/nothing'] }).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).toContain(`${path}:6:9 rule GENERAL/one: unknown statement in filter "jsn"`);
    expect(failure).toContain(`${path}:7:21 rule GENERAL/one: unknown statement in extractor "servce"; did you mean "service"?`);
    expect(failure).toContain(`${path}:10:12 rule GENRAL/two: unknown layer "GENRAL"; did you mean "GENERAL"?`);
    expect(failure).toContain(`${path}:12:16 rule GENRAL/two: expected`);
    expect(failure).toContain(`${path}:15:5 rule GENERAL/one: unknown key "outputTyp"; did you mean "outputType"?`);
    expect(failure).toContain('GENERAL/nothing: there is no such rule');
    await expect(start({ rules: ['nowhere.yaml'] })).rejects.toThrow('cannot read nowhere.yaml');
  });

  it('may bring layers of their own', async () => {
    const path = join(folder(), 'rules.yaml');
    writeFileSync(
      path,
      `layerDefinitions:\n  - { name: MAINFRAME, ordinal: 10001, normal: true }\nrules:\n${rule('all', 'MAINFRAME', 'filter { sink {} }')}`,
    );
    await using kit = await start({ rules: [path] });
    await send(kit, text('job done', { layer: 'MAINFRAME' }));
    expect(await contents(kit)).toEqual(['job done']);
    const { data } = await ask(kit, '{ listServices(layer: "MAINFRAME") { name normal } }');
    expect(data).toEqual({ listServices: [{ name: 'shop', normal: true }] });
  });
});

describe('hostile logs', () => {
  it('are cut, left out or kept, and never harm the others', async () => {
    await using kit = await start();
    const long = 'é'.repeat(700_000);
    await send(
      kit,
      text(long, { timestamp: NOW - 4 }),
      text('future', { timestamp: NOW + 3_600_000 }),
      text('past', { timestamp: 5 }),
      text('\u0000 odd', { timestamp: NOW - 3, endpoint: '\u0000', serviceInstance: 'x'.repeat(5000) }),
      text('ids', { timestamp: NOW - 2, traceContext: { traceId: 't'.repeat(5000), traceSegmentId: 's'.repeat(5000), spanId: -5 } }),
      text('tags', {
        timestamp: NOW - 1,
        tags: { data: Array.from({ length: 5000 }, (_, i) => ({ key: 'level', value: `${i}-${'v'.repeat(i % 300)}` })) },
      }),
    );
    const logs = await list(kit, { queryOrder: 'ASC' });
    expect(logs.map((l) => String(l.content).slice(-8))).toEqual([expect.stringContaining('acters]'), '\u0000 odd', 'ids', 'tags']);
    expect(logs[2]).toMatchObject({ traceId: null });
    expect(books(kit)).toMatchObject({ handled: 4, skipped: { 'out-of-time': 2 } });
    kit.assertBooks();
  });

  const books = (kit: TestHost) => kit.books().find(({ stream }) => stream === 'logs')!;
});

describe('the log test tool', () => {
  const TRY = `query ($log: String!, $dsl: String!) { test(requests: { log: $log, dsl: $dsl }) {
    log { serviceName contentType content timestamp tags { key value } } metrics { name tags { key value } value timestamp } } }`;
  const dsl =
    'filter { json {} extractor { tag level: parsed.l metrics { name "n" labels a: 1 value 2.4 } } sink { sampler { rateLimit("a") { rpm 0 } } } }';
  const log = JSON.stringify({ service: 'shop', timestamp: NOW, body: { json: { json: '{"l":"INFO"}' } } });

  it('runs a rule and stores nothing', async () => {
    await using kit = await start({ logTestTool: true });
    expect(await ask(kit, TRY, { log, dsl })).toEqual({
      data: {
        test: {
          log: {
            serviceName: 'shop',
            contentType: 'JSON',
            content: '{"l":"INFO"}',
            timestamp: NOW,
            tags: [{ key: 'level', value: 'INFO' }],
          },
          metrics: [{ name: 'n', tags: [{ key: 'a', value: '1' }], value: 2, timestamp: NOW }],
        },
      },
    });
    expect((await ask(kit, TRY, { log, dsl: 'filter { json {} }' })).data).toEqual({ test: { log: null, metrics: [] } });
    expect(await contents(kit)).toEqual([]);
    expect(JSON.stringify((await ask(kit, TRY, { log, dsl: 'filter {\n jsn {} }' })).errors)).toContain('line 2:2 unknown statement');
    expect(JSON.stringify((await ask(kit, TRY, { log: '{', dsl })).errors)).toContain('expected JSON');
  });

  it('is off unless the operator switches it on', async () => {
    await using kit = await start();
    expect(JSON.stringify((await ask(kit, TRY, { log, dsl })).errors)).toContain('logTestTool');
  });
});
