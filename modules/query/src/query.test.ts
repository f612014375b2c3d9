import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestHost, type TestHost } from '@skein/core/testing';
import { skywalking } from '@skein/proto';
import storageMemory from '@skein/storage-memory';
import {
  AddressAliasModel,
  addressAliasId,
  CacheReadCommandModel,
  CORE_ENTITY_MODELS,
  DatabaseStatementModel,
  DurationError,
  EndpointRelationModel,
  endpointId,
  endpointRelationId,
  endpointUpdate,
  InstanceRelationClientModel,
  InstanceRelationServerModel,
  instanceId,
  instanceUpdate,
  MetricCatalogToken,
  type MetricDefinition,
  parseMetricSignature,
  relationId,
  SegmentModel,
  ServiceRelationClientModel,
  ServiceRelationServerModel,
  serviceId,
  serviceUpdate,
  TagModel,
  TOP_N_MODELS,
  valueReader,
} from '@skein/telemetry';
import type { ExpressionResult } from '@skein/telemetry/mqe';
import type { Commit, EntityModel, EntityUpdate, MetricModel, MetricState } from '@skein/telemetry/storage';
import { StorageToken } from '@skein/telemetry/storage';
import {
  MetadataQueryToken,
  MetricsQueryToken,
  QueryError,
  TimeQueryToken,
  TopologyQueryToken,
  type TraceFilter,
  TraceQueryToken,
} from './contract.js';
import query from './module.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2024-01-02 02:40 in UTC, 08:10 in India. */
const T0 = Date.UTC(2024, 0, 2, 2, 40);

const metric = (
  name: string,
  scope: string,
  kind: MetricDefinition['kind'],
  signature: string,
  shape: Partial<MetricModel>,
): MetricDefinition & { readonly model: MetricModel } => {
  const model: MetricModel = { kind: 'metric', name, scope, signature, slots: [], ...shape };
  const parsed = parseMetricSignature(signature);
  const labels = kind === 'labeled' ? parsed?.function.labels?.(parsed.args) : undefined;
  const common = { name, kind, scope, scopeId: 0, catalog: scope.toUpperCase(), signature, model };
  return { ...common, ...(labels ? { labels } : { value: valueReader(model) }) };
};
const perMinute = { slots: ['sum'], value: { of: [1], over: 'minutes', integer: true } } as const;
const average = { slots: ['sum', 'sum'], value: { of: [1, 0], over: [0, 1], integer: true } } as const;
const serviceCpm = metric('service_cpm', 'service', 'regular', 'cpm()', perMinute);
const serviceTime = metric('service_resp_time', 'service', 'regular', 'longAvg()', average);
const percentile = metric('service_percentile', 'service', 'labeled', 'percentile2(10)', { table: { key: 'int', width: 1, maxKeys: 100 } });
const heatmap = metric('all_heatmap', 'all', 'heatmap', 'histogram(100,20)', { table: { key: 'int', width: 1, maxKeys: 21 } });
const endpointCpm = metric('endpoint_cpm', 'endpoint', 'regular', 'cpm()', perMinute);
const relationCpm = metric('service_relation_server_cpm', 'service_relation', 'regular', 'cpm()', perMinute);
const METRICS: readonly MetricDefinition[] = [
  serviceCpm,
  serviceTime,
  percentile,
  heatmap,
  endpointCpm,
  relationCpm,
  ...TOP_N_MODELS.map(
    ({ name }): MetricDefinition => ({ name, kind: 'record', scope: 'service', scopeId: 0, catalog: 'SERVICE', signature: 'topN()' }),
  ),
];
const catalog = { find: (name: string) => METRICS.find((m) => m.name === name), all: () => METRICS };

const open: TestHost[] = [];
afterEach(async () => {
  for (const host of open.splice(0)) await host.stop();
});

/** A host with the query module over an empty store. */
async function start(zone = 'UTC', config: object = {}) {
  const kit = await createTestHost({
    modules: [storageMemory, query],
    services: [[MetricCatalogToken, catalog]],
    zone,
    config: { query: config },
  });
  open.push(kit);
  const storage = kit.get(StorageToken);
  const models = METRICS.flatMap((m) => m.model ?? []);
  expect(await storage.open([...CORE_ENTITY_MODELS, SegmentModel, ...TOP_N_MODELS, ...models], { zone })).toEqual([]);
  let sequence = 0;
  const commit = (content: Partial<Commit>) =>
    storage.commit(
      { id: { writer: 'test', sequence: ++sequence }, records: [], entities: [], deltas: [], documents: [], ...content },
      new AbortController().signal,
    );
  return {
    time: kit.get(TimeQueryToken),
    metadata: kit.get(MetadataQueryToken),
    metrics: kit.get(MetricsQueryToken),
    topology: kit.get(TopologyQueryToken),
    traces: kit.get(TraceQueryToken),
    commit,
    see: (...updates: readonly EntityUpdate[]) =>
      commit({
        entities: updates,
        deltas: updates.map((u) => ({ scope: u.model.name, entity: u.id, minute: u.at, metrics: new Map() })),
      }),
    add: (model: MetricModel, entity: string, minute: number, state: MetricState) =>
      commit({ deltas: [{ scope: model.scope, entity, minute, metrics: new Map([[model, state]]) }] }),
  };
}
type Kit = Awaited<ReturnType<typeof start>>;

const minutes = (kit: Kit, start: string, end: string) =>
  kit.time.parse({ start: `2024-01-02 ${start}`, end: `2024-01-02 ${end}`, step: 'MINUTE' });
const values = (r: ExpressionResult) => r.results.map((s) => s.points.map((p) => p.value));
const A = { serviceName: 'a', normal: true };
const a = serviceId('a', true);
const b = serviceId('b', true);
const table = (...entries: readonly (readonly [number, number])[]): MetricState => ({
  slots: [],
  table: new Map(entries.map(([key, count]) => [key, [count]])),
});

describe('metrics', () => {
  it('has one point per minute from start to end, both included, with gaps', async () => {
    const kit = await start();
    await kit.add(serviceCpm.model, a, T0, { slots: [3] });
    await kit.add(serviceCpm.model, a, T0, { slots: [4] });
    await kit.add(serviceCpm.model, a, T0 + 2 * MINUTE, { slots: [5] });
    await kit.add(serviceCpm.model, a, T0 + 3 * MINUTE, { slots: [100] });
    await kit.add(serviceCpm.model, b, T0, { slots: [100] });
    const result = await kit.metrics.execute('service_cpm', A, minutes(kit, '0239', '0242'));
    expect(result).toEqual({
      type: 'TIME_SERIES_VALUES',
      results: [{ labels: [], points: [null, 7, null, 5].map((value, i) => ({ id: String(T0 + (i - 1) * MINUTE), value })) }],
    });
    expect(values(await kit.metrics.execute('sum(service_cpm)', A, minutes(kit, '0240', '0243')))).toEqual([[112]]);
    expect(values(await kit.metrics.execute('increase(service_cpm,1)', A, minutes(kit, '0243', '0244')))).toEqual([[95, null]]);
  });

  it('folds hours and days that begin at local boundaries, in a zone of half an hour too', async () => {
    const kit = await start('Asia/Kolkata');
    // 08:10 and 08:40 India are one local hour, though UTC has them in two.
    await kit.add(serviceCpm.model, a, T0, { slots: [60] });
    await kit.add(serviceCpm.model, a, T0 + 30 * MINUTE, { slots: [60] });
    await kit.add(serviceCpm.model, a, T0 - 9 * HOUR, { slots: [2880] });
    const hours = kit.time.parse({ start: '2024-01-02 07', end: '2024-01-02 09', step: 'HOUR' });
    const result = await kit.metrics.execute('service_cpm', A, hours);
    expect(values(result)).toEqual([[null, 2, null]]);
    expect(result.results[0]!.points[1]!.id).toBe(String(Date.UTC(2024, 0, 2, 2, 30)));
    const days = kit.time.parse({ start: '2024-01-01', end: '2024-01-02', step: 'DAY' });
    expect(values(await kit.metrics.execute('service_cpm', A, days))).toEqual([[2, 0]]);
    expect(kit.time.info().timezone).toBe('+0530');
  });

  it('answers 501 points and refuses 502, but ranks over any range', async () => {
    const kit = await start();
    await kit.add(serviceCpm.model, a, T0, { slots: [3] });
    await kit.see(serviceUpdate(a, 'a', 'GENERAL', T0));
    const most = minutes(kit, '0000', '0820');
    expect((await kit.metrics.execute('service_cpm', A, most)).results[0]!.points).toHaveLength(501);
    const more = minutes(kit, '0000', '0821');
    await expect(kit.metrics.execute('service_cpm', A, more)).rejects.toThrow(DurationError);
    await expect(kit.metrics.execute('view_as_seq(service_cpm)', A, more)).rejects.toThrow('at most 500 steps');
    expect(values(await kit.metrics.execute('top_n(service_cpm,3,des)', {}, more))).toEqual([[3]]);
    expect(() => minutes(kit, '0300', '0200')).toThrow(DurationError);
  });

  it('answers N empty points for an unknown entity, nothing for one that does not fit, and an error for an unknown metric', async () => {
    const kit = await start();
    const range = minutes(kit, '0240', '0242');
    expect(values(await kit.metrics.execute('service_cpm', { serviceName: 'nobody', normal: true }, range))).toEqual([[null, null, null]]);
    expect(await kit.metrics.execute('service_cpm', { serviceName: 'a' }, range)).toEqual({ type: 'UNKNOWN', results: [] });
    expect(await kit.metrics.execute('service_relation_server_cpm', A, range)).toEqual({ type: 'UNKNOWN', results: [] });
    expect(await kit.metrics.execute('service_percentile', {}, range)).toEqual({ type: 'TIME_SERIES_VALUES', results: [] });
    expect((await kit.metrics.execute('nope', A, range)).error).toBe('Metric: [nope] does not exist.');
  });

  it('reads percentiles as a series per label', async () => {
    const kit = await start();
    // reference analysis.md 12.2: 5,12,18,25,100 with precision 10.
    await kit.add(percentile.model, a, T0, table([0, 1], [1, 2], [2, 1], [10, 1]));
    const result = await kit.metrics.execute("service_percentile{p='50,75,99'}", A, minutes(kit, '0240', '0241'));
    expect(result.results.map((s) => [s.labels[0]!.value, ...s.points.map((p) => p.value)])).toEqual([
      ['50', 10, null],
      ['75', 20, null],
      ['99', 100, null],
    ]);
  });

  it('reads a histogram as columns over ascending bounds', async () => {
    const kit = await start();
    await kit.add(heatmap.model, '', T0, table([0, 2], [100, 1], [2000, 1]));
    expect(await kit.metrics.heatmap(heatmap, '', minutes(kit, '0240', '0241'))).toEqual({
      bounds: [0, 100, 2000],
      columns: [
        [2, 1, 1],
        [0, 0, 0],
      ],
    });
  });

  it('ranks entities by their average, by layer and by service, with names as lists show them', async () => {
    const kit = await start();
    const [x, y, z] = [endpointId(a, '/x'), endpointId(a, '/y'), endpointId(b, '/z')];
    await kit.see(
      endpointUpdate(x, '/x', a, 'GENERAL', T0),
      endpointUpdate(y, '/y', a, 'GENERAL', T0),
      endpointUpdate(z, '/z', b, 'MESH', T0),
    );
    await kit.add(endpointCpm.model, x, T0, { slots: [10] });
    await kit.add(endpointCpm.model, x, T0 + MINUTE, { slots: [21] });
    await kit.add(endpointCpm.model, y, T0, { slots: [5] });
    await kit.add(endpointCpm.model, z, T0, { slots: [50] });
    await kit.add(endpointCpm.model, z, T0 + HOUR, { slots: [1] });
    const range = minutes(kit, '0240', '0250');
    const top = async (text: string, entity = {}) =>
      (await kit.metrics.execute(text, entity, range)).results[0]!.points.map((p) => [p.id, p.value]);
    expect(await top('top_n(endpoint_cpm,2,des)')).toEqual([
      ['b - /z', 50],
      ['a - /x', 15],
    ]);
    expect(await top('top_n(endpoint_cpm,5,asc)', A)).toEqual([
      ['/y', 5],
      ['/x', 15],
    ]);
    expect(await top("top_n(endpoint_cpm,5,des,attr0='MESH')")).toEqual([['b - /z', 50]]);
    expect(await top("top_n(endpoint_cpm,5,des,attr0!='MESH',attr1!='any')")).toEqual([
      ['a - /x', 15],
      ['a - /y', 5],
    ]);
    expect(await top('top_n(endpoint_cpm,5,des)', { serviceName: 'a' })).toEqual([]);
    const wrong = await kit.metrics.execute("top_n(endpoint_cpm,5,des,attr1='x')", {}, range);
    expect(wrong).toEqual({ type: 'UNKNOWN', results: [], error: 'The metric [endpoint_cpm] has no attribute [attr1].' });
    const [best] = (await kit.metrics.execute('top_n(endpoint_cpm,1,des)', {}, range)).results[0]!.points;
    expect(best!.owner).toEqual({
      scope: 'Endpoint',
      serviceID: b,
      serviceName: 'b',
      normal: true,
      serviceInstanceID: null,
      serviceInstanceName: null,
      endpointID: z,
      endpointName: '/z',
    });
  });

  it('lists slow statements of a service within the range, slowest first', async () => {
    const kit = await start();
    const db = serviceId('db:3306', false);
    const row = (id: string, entity: string, latency: number, timestamp: number) => ({
      id,
      entity,
      statement: `select ${id}`,
      latency,
      traceId: `t${id}`,
      timestamp,
    });
    await kit.commit({
      records: [
        {
          model: DatabaseStatementModel,
          rows: [row('1', db, 300, T0), row('2', db, 900, T0 + 1000), row('3', b, 950, T0), row('4', db, 999, T0 + HOUR)],
        },
      ],
    });
    const range = minutes(kit, '0240', '0240');
    const list = (entity: object, n = 5) => kit.metrics.execute(`top_n(top_n_database_statement,${n},des)`, entity, range);
    const result = await list({ serviceName: 'db:3306', normal: false });
    expect(result.type).toBe('RECORD_LIST');
    expect(result.results[0]!.points.map((p) => [p.id, p.value, p.traceId])).toEqual([
      ['select 2', 900, 't2'],
      ['select 1', 300, 't1'],
    ]);
    expect((await list({}, 1)).results[0]!.points.map((p) => p.id)).toEqual(['select 3']);
    expect((await list({ serviceName: 'db:3306' })).results).toEqual([{ labels: [], points: [] }]);
    expect(await kit.metrics.records(kit.metrics.find(CacheReadCommandModel.name)!, { count: 5, order: 'des' }, range)).toEqual([]);
  });

  it('lists metrics whose whole name matches and refuses patterns that could run for ever', async () => {
    const { metrics } = await start();
    expect(metrics.catalog('service_(cpm|resp_time)').map((m) => m.name)).toEqual(['service_cpm', 'service_resp_time']);
    expect(metrics.catalog('service')).toEqual([]);
    expect(metrics.catalog()).toHaveLength(METRICS.length);
    for (const bad of ['(', '((\\w*)x?)*!', '(.*.*)*!', 'x'.repeat(1000)]) expect(() => metrics.catalog(bad)).toThrow(QueryError);
  });
});

describe('metadata', () => {
  it('merges services of one name, filters by layer, group and part of the name', async () => {
    const kit = await start();
    const virtual = serviceId('a', false);
    await kit.see(
      serviceUpdate(a, 'a', 'GENERAL', T0),
      serviceUpdate(a, 'a', 'MESH', T0),
      serviceUpdate(virtual, 'a', 'VIRTUAL_DATABASE', T0),
      serviceUpdate(serviceId('g::s', true), 'g::s', 'GENERAL', T0),
    );
    const names = async (f: object) => (await kit.metadata.services(f)).map((s) => s.name).sort();
    const all = await kit.metadata.services();
    expect(all.map((s) => [s.name, [...s.layers].sort()])).toEqual(
      expect.arrayContaining([
        ['a', ['GENERAL', 'MESH', 'VIRTUAL_DATABASE']],
        ['g::s', ['GENERAL']],
      ]),
    );
    expect(all).toHaveLength(2);
    expect(await names({ layer: 'MESH' })).toEqual(['a']);
    expect(await names({ layer: 'FAAS' })).toEqual([]);
    expect(await names({ group: 'g' })).toEqual(['g::s']);
    expect(await names({ keyword: '::' })).toEqual(['g::s']);
    expect(await kit.metadata.serviceNamed('g::s')).toEqual({
      id: serviceId('g::s', true),
      name: 'g::s',
      group: 'g',
      shortName: 's',
      layers: ['GENERAL'],
      normal: true,
    });
    expect(await kit.metadata.service('no id')).toBeUndefined();
    expect(await kit.metadata.service(serviceId('unknown', true))).toBeUndefined();
    expect(kit.metadata.layers()).not.toContain('UNDEFINED');
  });

  it('lists instances alive in the range, with language apart from the other attributes', async () => {
    const kit = await start();
    const id = instanceId(a, 'i');
    await kit.see(instanceUpdate(id, 'i', a, 'GENERAL', T0, JSON.stringify({ language: 'nodejs', 'OS Name': 'linux', pid: 7 })));
    await kit.see(instanceUpdate(id, 'i', a, 'GENERAL', T0 + 10 * MINUTE));
    await kit.see(instanceUpdate(instanceId(a, 'late'), 'late', a, 'GENERAL', T0 + HOUR));
    const alive = async (from: string, to: string) => (await kit.metadata.instances(a, minutes(kit, from, to))).map((i) => i.name);
    expect(await alive('0250', '0250')).toEqual(['i']);
    expect(await alive('0251', '0255')).toEqual([]);
    expect(await alive('0200', '0238')).toEqual([]);
    // The bound is the minute of the exclusive end.
    expect(await alive('0200', '0239')).toEqual(['i']);
    expect(await alive('0200', '0400')).toEqual(['i', 'late']);
    expect(await kit.metadata.instance(id)).toEqual({
      id,
      name: 'i',
      language: 'NODEJS',
      attributes: [
        { name: 'OS Name', value: 'linux' },
        { name: 'pid', value: '7' },
      ],
    });
    expect(await kit.metadata.instances('', minutes(kit, '0200', '0400'))).toEqual([]);
  });

  it('lists endpoints by part of the name, latest first seen first, within the limit', async () => {
    const kit = await start();
    for (const [i, name] of ['GET:/a', 'GET:/b', 'POST:/a'].entries()) {
      await kit.see(endpointUpdate(endpointId(a, name), name, a, 'GENERAL', T0 + i * MINUTE));
    }
    const names = async (filter: Parameters<Kit['metadata']['endpoints']>[1]) =>
      (await kit.metadata.endpoints(a, filter)).map((e) => e.name);
    expect(await names({ limit: 20 })).toEqual(['POST:/a', 'GET:/b', 'GET:/a']);
    expect(await names({ limit: 1, keyword: '/a' })).toEqual(['POST:/a']);
    expect(await names({ limit: 9, duration: minutes(kit, '0241', '0300') })).toEqual(['POST:/a', 'GET:/b']);
    expect(await names({ limit: 0 })).toEqual([]);
    const id = endpointId(a, 'GET:/a');
    expect(kit.metadata.endpointInfo(id)).toEqual({ id, name: 'GET:/a', serviceId: a, serviceName: 'a' });
    expect(kit.metadata.endpointInfo('x')).toBeUndefined();
  });

  it('counts lists that were cut', async () => {
    const kit = await start('UTC', { maxRows: 10 });
    await kit.see(...Array.from({ length: 12 }, (_, i) => serviceUpdate(serviceId(`s${i}`, true), `s${i}`, 'GENERAL', T0)));
    expect(await kit.metadata.services()).toHaveLength(10);
    expect(open.at(-1)!.host.status.metrics()).toMatch(/query_incomplete_total\{[^}]*of="services"[^}]*\} 1/);
  });
});

describe('topology', () => {
  const user = serviceId('User', false);
  const database = serviceId('10.0.0.9:3306', false);
  const address = serviceId('10.0.0.2:8080', true);
  const seen = (model: EntityModel, source: string, dest: string, component: number, at = T0): EntityUpdate => ({
    model,
    id: relationId(source, dest),
    at,
    row: { source, dest, sourceService: source, destService: dest, components: [String(component)] },
  });
  const [tomcat, springMvc, httpClient, mysqlClient, node] = [1, 14, 2, 33, 4001];

  /** User -> a -> b -> database; a calls b by its address, which is a known alias. */
  async function shop() {
    const kit = await start();
    await kit.see(
      serviceUpdate(a, 'a', 'GENERAL', T0),
      serviceUpdate(b, 'b', 'GENERAL', T0),
      serviceUpdate(database, '10.0.0.9:3306', 'VIRTUAL_DATABASE', T0),
      seen(ServiceRelationServerModel, user, a, node!),
      seen(ServiceRelationClientModel, a, address, httpClient!),
      seen(ServiceRelationServerModel, a, b, tomcat!),
      seen(ServiceRelationServerModel, a, b, springMvc!),
      seen(ServiceRelationClientModel, b, database, mysqlClient!),
    );
    await kit.see({
      model: AddressAliasModel,
      id: addressAliasId('10.0.0.2:8080'),
      at: T0,
      row: { address: '10.0.0.2:8080', service: 'b', instance: 'i' },
    });
    return kit;
  }
  const userNode = { id: user, name: 'User', type: 'USER', isReal: false, layers: ['UNDEFINED'] };
  const aNode = { id: a, name: 'a', type: 'HttpServer', isReal: true, layers: ['GENERAL'] };
  const bNode = { id: b, name: 'b', type: 'SpringMVC', isReal: true, layers: ['GENERAL'] };
  const databaseNode = { id: database, name: '10.0.0.9:3306', type: 'Mysql', isReal: false, layers: ['VIRTUAL_DATABASE'] };
  const call = (source: string, target: string, c: readonly string[], s: readonly string[], detectPoints: readonly string[]) => ({
    id: relationId(source, target),
    source,
    target,
    sourceComponents: c,
    targetComponents: s,
    detectPoints,
  });
  const userCall = call(user, a, [], ['HttpServer'], ['SERVER']);
  const merged = call(a, b, ['HttpClient'], ['SpringMVC', 'Tomcat'], ['CLIENT', 'SERVER']);
  const databaseCall = call(b, database, ['mysql-connector-java'], [], ['CLIENT']);
  const sorted = <T extends { readonly id: string }>(items: readonly T[]) => [...items].sort((x, y) => (x.id < y.id ? -1 : 1));
  /** Components of a union come in no certain order. */
  const calm = <T extends { readonly targetComponents: readonly string[] }>(c: T) => ({
    ...c,
    targetComponents: [...c.targetComponents].sort(),
  });

  it('shows the whole map: user, both sides of an edge joined by the alias, the database by its product', async () => {
    const kit = await shop();
    const map = await kit.topology.global(undefined, minutes(kit, '0240', '0240'));
    expect(sorted(map.nodes)).toEqual(sorted([userNode, aNode, bNode, databaseNode]));
    expect(sorted(map.calls.map(calm))).toEqual(sorted([userCall, merged, databaseCall]));
  });

  it('shows one hop around the services asked for, and types the caller at the edge by its own callers', async () => {
    const kit = await shop();
    const range = minutes(kit, '0240', '0245');
    const around = await kit.topology.services([b], range);
    expect(sorted(around.nodes)).toEqual(sorted([aNode, bNode, databaseNode]));
    expect(sorted(around.calls.map((c) => ({ id: c.id, detectPoints: c.detectPoints })))).toEqual(
      sorted([
        { id: merged.id, detectPoints: ['SERVER'] },
        { id: databaseCall.id, detectPoints: ['CLIENT'] },
      ]),
    );
    expect((await kit.topology.global('GENERAL', range)).calls).toHaveLength(3);
    expect(await kit.topology.global('FAAS', range)).toEqual({ nodes: [], calls: [] });
    expect(await kit.topology.services([], range)).toEqual({ nodes: [], calls: [] });
    expect(await kit.topology.services(['not an id', serviceId('c', true)], range)).toEqual({ nodes: [], calls: [] });
  });

  it('shows only relations active in the range, at the precision of the step', async () => {
    const kit = await shop();
    expect((await kit.topology.global(undefined, minutes(kit, '0241', '0300'))).calls).toEqual([]);
    const hour = kit.time.parse({ start: '2024-01-02 02', end: '2024-01-02 02', step: 'HOUR' });
    expect((await kit.topology.global(undefined, hour)).calls).toHaveLength(3);
  });

  it('leaves an address that no alias is known for as it is, and a node that nobody called without type', async () => {
    const kit = await start();
    await kit.see(seen(ServiceRelationClientModel, a, address, 999_999));
    const map = await kit.topology.services([a], minutes(kit, '0240', '0240'));
    expect(map.nodes).toEqual(
      [
        { id: address, name: '10.0.0.2:8080', type: undefined, isReal: true, layers: ['UNDEFINED'] },
        { id: a, name: 'a', type: undefined, isReal: true, layers: ['UNDEFINED'] },
      ].sort((x, y) => map.nodes.findIndex((n) => n.id === x.id) - map.nodes.findIndex((n) => n.id === y.id)),
    );
    expect(map.calls).toEqual([call(a, address, ['N/A'], [], ['CLIENT'])]);
  });

  it('types a broker that only its consumers know by the product that their library talks to', async () => {
    const kit = await start();
    const broker = serviceId('kafka:9092', false);
    await kit.see(seen(ServiceRelationServerModel, broker, a, 41));
    const { nodes } = await kit.topology.services([a], minutes(kit, '0240', '0240'));
    expect(nodes.find((n) => n.id === broker)?.type).toBe('Kafka');
  });

  it('joins both sides of instance relations and finds them in both directions', async () => {
    const kit = await start();
    const [i, j] = [instanceId(a, 'i'), instanceId(b, 'j')];
    const between = (model: EntityModel, source: string, dest: string, sourceService: string, destService: string): EntityUpdate => ({
      model,
      id: relationId(source, dest),
      at: T0,
      row: { source, dest, sourceService, destService, components: ['2'] },
    });
    await kit.see(
      between(InstanceRelationClientModel, i, j, a, b),
      between(InstanceRelationServerModel, i, j, a, b),
      between(InstanceRelationServerModel, j, i, b, a),
    );
    const map = await kit.topology.instances(a, b, minutes(kit, '0240', '0240'));
    expect(sorted(map.nodes)).toEqual(
      sorted([
        { id: i, name: 'i', serviceId: a, serviceName: 'a', type: '', isReal: true },
        { id: j, name: 'j', serviceId: b, serviceName: 'b', type: '', isReal: true },
      ]),
    );
    expect(sorted(map.calls)).toEqual(sorted([call(i, j, [], [], ['CLIENT', 'SERVER']), call(j, i, [], [], ['SERVER'])]));
  });

  it('shows what calls an endpoint and what it calls', async () => {
    const kit = await start();
    const c = serviceId('c', true);
    const between = (s: string, se: string, d: string, de: string): EntityUpdate => ({
      model: EndpointRelationModel,
      id: endpointRelationId(s, se, d, de),
      at: T0,
      row: { source: endpointId(s, se), dest: endpointId(d, de), sourceService: s, destService: d, components: ['1'] },
    });
    await kit.see(between(a, '/a', b, '/b'), between(b, '/b', c, '/c'), between(a, '/a', c, '/c'));
    const map = await kit.topology.endpoints(endpointId(b, '/b'), minutes(kit, '0240', '0240'));
    expect(map.nodes.map((n) => [n.serviceName, n.name]).sort()).toEqual([
      ['a', '/a'],
      ['b', '/b'],
      ['c', '/c'],
    ]);
    expect(map.calls.map((x) => [x.id, x.detectPoints]).sort()).toEqual(
      [
        [endpointRelationId(a, '/a', b, '/b'), ['SERVER']],
        [endpointRelationId(b, '/b', c, '/c'), ['SERVER']],
      ].sort(),
    );
  });
});

describe('traces', () => {
  const { SegmentObject } = skywalking.v3;
  const span = (spanId: number, parentSpanId: number, startTime: number, more: object = {}) => ({
    spanId,
    parentSpanId,
    startTime,
    endTime: startTime + 5,
    operationName: `op${spanId}`,
    spanType: 2,
    ...more,
  });
  const ref = (segment: string, spanId: number) => ({
    refs: [{ refType: 0, traceId: 't', parentTraceSegmentId: segment, parentSpanId: spanId }],
  });
  const row = (segmentId: string, service: string, startTime: number, latency: number, spans: readonly object[], more: object = {}) => ({
    segmentId,
    traceId: 't',
    service: serviceId(service, true),
    instance: instanceId(serviceId(service, true), 'i'),
    endpoint: endpointId(serviceId(service, true), `/${service}`),
    startTime,
    latency,
    isError: false,
    tags: [],
    data: SegmentObject.encode(
      SegmentObject.fromObject({ traceId: 't', traceSegmentId: segmentId, service, serviceInstance: 'i', spans }),
    ).finish(),
    ...more,
  });
  const filter = (kit: Kit, more: Partial<TraceFilter> = {}): TraceFilter => ({
    duration: minutes(kit, '0240', '0240'),
    state: 'ALL',
    order: 'BY_START_TIME',
    tags: [],
    page: { page: 1, size: 20 },
    ...more,
  });

  async function threeSegments() {
    const kit = await start();
    await kit.commit({
      records: [
        {
          model: SegmentModel,
          rows: [
            row('s3', 'c', T0 + 30, 10, [span(0, -1, T0 + 30, { ...ref('s2', 0), spanType: 0 })], {
              isError: true,
              tags: ['http.method=GET'],
            }),
            row('s1', 'a', T0, 90, [
              span(1, 0, T0 + 5, { spanType: 1, spanLayer: 3, componentId: 4005, peer: 'b:80', isError: true }),
              span(0, -1, T0, {
                spanType: 0,
                tags: [{ key: 'http.method', value: 'GET' }],
                logs: [{ time: T0 + 1, data: [{ key: 'event', value: 'error' }] }],
              }),
              span(2, 0, T0 + 50),
            ]),
            row('s2', 'b', T0 + 10, 50, [span(0, -1, T0 + 10, { ...ref('s1', 1), spanType: 0 })], {
              tags: ['http.method=GET', 'http.status_code=500'],
            }),
          ],
        },
      ],
    });
    return kit;
  }

  it('orders the spans of a trace depth first across segments, with references', async () => {
    const kit = await threeSegments();
    const spans = await kit.traces.trace('t');
    expect(spans.map((s) => `${s.segmentId}/${s.spanId}`)).toEqual(['s1/0', 's1/1', 's2/0', 's3/0', 's1/2']);
    expect(spans[2]!.refs).toEqual([{ traceId: 't', parentSegmentId: 's1', parentSpanId: 1, type: 'CROSS_PROCESS' }]);
    expect(spans[0]).toMatchObject({
      parentSpanId: -1,
      service: 'a',
      instance: 'i',
      type: 'Entry',
      peer: '',
      component: 'Unknown',
      layer: 'Unknown',
      startTime: T0,
      endTime: T0 + 5,
      tags: [{ key: 'http.method', value: 'GET' }],
      logs: [{ time: T0 + 1, data: [{ key: 'event', value: 'error' }] }],
    });
    expect(spans[1]).toMatchObject({ type: 'Exit', layer: 'Http', component: 'Axios', peer: 'b:80', isError: true });
    expect(await kit.traces.trace('unknown')).toEqual([]);
  });

  it('keeps every span of a trace whose references form a circle or lead nowhere', async () => {
    const kit = await start();
    await kit.commit({
      records: [
        {
          model: SegmentModel,
          rows: [
            row('x', 'a', T0, 1, [span(0, -1, T0, ref('y', 0))]),
            row('y', 'b', T0, 1, [span(0, -1, T0 + 1, ref('x', 0))]),
            row('z', 'b', T0, 1, [span(0, -1, T0 + 2, ref('gone', 3))]),
            row('broken', 'b', T0, 1, [], { data: Buffer.from([255, 255, 255]) }),
          ],
        },
      ],
    });
    expect((await kit.traces.trace('t')).map((s) => s.segmentId)).toEqual(['z', 'x', 'y']);
    expect(open.at(-1)!.host.status.metrics()).toMatch(/query_unreadable_segments_total\{[^}]*\} 1/);
  });

  it('orders a segment of ten thousand nested spans', async () => {
    const kit = await start();
    const nested = Array.from({ length: 10_000 }, (_, i) => span(i, i - 1, T0));
    await kit.commit({ records: [{ model: SegmentModel, rows: [row('deep', 'a', T0, 1, nested)] }] });
    expect((await kit.traces.trace('t')).map((s) => s.spanId)).toEqual(nested.map((s) => s.spanId));
  });

  it('lists segments by start or duration, by every filter, in pages', async () => {
    const kit = await threeSegments();
    const ids = async (more: Partial<TraceFilter>) => (await kit.traces.list(filter(kit, more))).map((s) => s.segmentId);
    expect(await ids({})).toEqual(['s3', 's2', 's1']);
    expect(await ids({ order: 'BY_DURATION' })).toEqual(['s1', 's2', 's3']);
    expect(await ids({ serviceId: b })).toEqual(['s2']);
    expect(await ids({ instanceId: instanceId(a, 'i'), endpointId: endpointId(a, '/a') })).toEqual(['s1']);
    expect(await ids({ minLatency: 50 })).toEqual(['s2', 's1']);
    expect(await ids({ minLatency: 50, maxLatency: 50 })).toEqual(['s2']);
    expect(await ids({ state: 'ERROR' })).toEqual(['s3']);
    expect(await ids({ state: 'SUCCESS', tags: ['http.method=GET'] })).toEqual(['s2']);
    expect(await ids({ tags: ['http.method=GET', 'http.status_code=500'] })).toEqual(['s2']);
    expect(await ids({ tags: ['not.searchable=1'] })).toEqual([]);
    expect(await ids({ page: { page: 2, size: 2 } })).toEqual(['s1']);
    expect(await ids({ page: { page: 0, size: 1 } })).toEqual(['s3']);
    expect(await ids({ duration: minutes(kit, '0241', '0250') })).toEqual([]);
    expect((await kit.traces.list(filter(kit, { serviceId: a })))[0]).toEqual({
      segmentId: 's1',
      traceId: 't',
      endpointName: '/a',
      latency: 90,
      start: T0,
      isError: false,
    });
  });

  it('needs a range or a trace id, and pages within bounds', async () => {
    const kit = await threeSegments();
    const { duration: _none, ...without } = filter(kit);
    await expect(kit.traces.list(without)).rejects.toThrow(QueryError);
    expect(await kit.traces.list({ ...without, traceId: 't' })).toHaveLength(3);
    for (const page of [
      { page: 1, size: 0 },
      { page: 1, size: 1001 },
      { page: 1_000_000, size: 1000 },
    ]) {
      await expect(kit.traces.list(filter(kit, { page }))).rejects.toThrow(QueryError);
    }
  });

  it('offers the tags seen on the days of the range', async () => {
    const kit = await start();
    const tag = (type: string, key: string, value: string, at: number): EntityUpdate => ({
      model: TagModel,
      id: `${type}_${key}=${value}`,
      at,
      row: { type, key, value },
    });
    await kit.see(
      tag('TRACE', 'http.method', 'POST', T0),
      tag('TRACE', 'http.method', 'GET', T0),
      tag('TRACE', 'db.type', 'sql', T0 - 24 * HOUR),
      tag('LOG', 'level', 'ERROR', T0),
    );
    const today = minutes(kit, '1200', '1201');
    expect(await kit.traces.tagKeys('TRACE', today)).toEqual(['http.method']);
    expect(await kit.traces.tagValues('TRACE', 'http.method', today)).toEqual(['GET', 'POST']);
    const days = kit.time.parse({ start: '2024-01-01', end: '2024-01-02', step: 'DAY' });
    expect(await kit.traces.tagKeys('TRACE', days)).toEqual(['db.type', 'http.method']);
    expect(await kit.traces.tagValues('LOG', 'nothing', days)).toEqual([]);
  });
});

describe('time', () => {
  it('gives retention in days and the present offset', async () => {
    const kit = await start('America/St_Johns');
    expect(kit.time.retention()).toEqual({ records: 3, traces: 3, logs: 3, metrics: 7 });
    expect(kit.time.info()).toEqual({ timezone: '-0330', now: Date.UTC(2024, 0, 2, 3, 4) });
  });
});

it('ends a read whose caller has gone away', async () => {
  const kit = await start();
  const signal = AbortSignal.abort(new Error('gone'));
  await expect(kit.metadata.services({}, { signal })).rejects.toThrow('gone');
});
