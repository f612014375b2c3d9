import { afterAll, describe, expect, it } from '@jest/globals';
import query from '@skein/query';
import storageMemory from '@skein/storage-memory';
import { instanceId } from '@skein/telemetry';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { GraphqlExtension } from './contract.js';
import { duration, entity, MINUTE, range, shop, start as startWith, startWithData, stopAll, T0 } from './graphql.test.kit.js';
import { PROTOCOL_SCHEMA } from './schema/schema.js';

const MODULES = [storageMemory, query];
const start = (extensions?: readonly GraphqlExtension[], config?: object) => startWith(MODULES, extensions, config);
/** Hosts that several tests ask and none changes. */
const shared = new Map<string, ReturnType<typeof start>>();
const once = (name: string, make: () => ReturnType<typeof start>): ReturnType<typeof start> => {
  const made = shared.get(name) ?? make();
  shared.set(name, made);
  return made;
};
const empty = () => once('empty', () => start());
const withData = () => once('data', () => startWithData(MODULES));
afterAll(stopAll);

/** A value for a required argument or input field. */
function sample(type: GraphQLInputType, name: string): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner)) {
    if (inner.name === 'Duration') return range.duration;
    const fields = Object.values(inner.getFields()).filter(
      (f) => isNonNullType(f.type) || f.name === 'queryDuration' || f.name === 'parentService',
    );
    return Object.fromEntries(fields.map((f) => [f.name, sample(f.type, f.name)]));
  }
  if (inner.name === 'Int') return name === 'pageSize' ? 10 : 1;
  return { Long: 1, Boolean: true }[inner.name] ?? 'x';
}

/** All fields of a type that need no arguments, `depth` deep. */
function selection(type: GraphQLOutputType, depth: number): string {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return selection(inner.ofType, depth);
  if (!isObjectType(inner)) return '';
  const fields = Object.values(inner.getFields()).flatMap((f) => {
    if (isLeaf(f.type)) return [f.name];
    const below = depth > 0 ? selection(f.type, depth - 1) : '';
    return below ? [`${f.name} ${below}`] : [];
  });
  return fields.length === 0 ? '' : `{ ${fields.join(' ')} }`;
}
const isLeaf = (type: GraphQLOutputType): boolean => {
  const inner = isNonNullType(type) ? type.ofType : type;
  return isListType(inner) ? isLeaf(inner.ofType) : !isObjectType(inner);
};

const protocol = buildSchema(PROTOCOL_SCHEMA.join('\n'));
const rootFields = (['query', 'mutation'] as const).flatMap((operation) => {
  const type = (operation === 'query' ? protocol.getQueryType() : protocol.getMutationType()) as GraphQLObjectType;
  return Object.values(type.getFields()).map((field) => ({ operation, field }));
});

describe('the protocol', () => {
  it('declares 113 fields of query-protocol, queryAlarms, and the dummy of Mutation', () => {
    expect(rootFields).toHaveLength(115);
  });

  it('answers every root field without error when nothing is stored, with values of the declared types', async () => {
    const { post } = await empty();
    const failures: unknown[] = [];
    for (const { operation, field } of rootFields) {
      const needed = field.args.filter((a: GraphQLArgument) => isNonNullType(a.type) || a.name === 'condition');
      const variables = Object.fromEntries(needed.map((a) => [a.name, sample(a.type, a.name)]));
      const declared = needed.map((a) => `$${a.name}: ${a.type}`).join(', ');
      const given = needed.map((a) => `${a.name}: $${a.name}`).join(', ');
      const text = `${operation} ${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selection(field.type, 4)} }`;
      const reply = await post({ query: text, variables });
      if (reply.status !== 200 || reply.json.errors) failures.push([field.name, reply.text]);
      else if (isNonNullType(field.type)) expect(reply.json.data[field.name]).not.toBeNull();
    }
    expect(failures).toEqual([]);
  });

  it('answers what no module serves as empty, and refuses mutations in their own words', async () => {
    const { ask } = await empty();
    expect(
      await ask(`{ test(requests: {log: "{}", dsl: ""}) { log { content } metrics { name } } queryEvents { events { uuid } }
        getTemplate(id: "x") { id } getProcess(processId: "x") { id } queryLogTagAutocompleteKeys(duration: {start: "2024-01-01", end: "2024-01-01", step: DAY})
        getServiceHierarchy(serviceId: "x", layer: "GENERAL") { relations { upperService { id } } } }`),
    ).toEqual({
      test: { log: null, metrics: [] },
      queryEvents: { events: [] },
      getTemplate: null,
      getProcess: null,
      queryLogTagAutocompleteKeys: [],
      getServiceHierarchy: { relations: [] },
    });
    const refused =
      await ask(`mutation { createPprofTask(pprofTaskCreationRequest: {serviceId: "x", serviceInstanceIds: [], events: CPU}) { code errorReason id }
      keepEBPFNetworkProfiling(taskId: "x") { status errorReason } }`);
    expect(refused).toEqual({
      createPprofTask: { code: 'ARGUMENT_ERROR', errorReason: expect.stringContaining('not served'), id: null },
      keepEBPFNetworkProfiling: { status: false, errorReason: expect.stringContaining('not served') },
    });
  });

  it('can be introspected, in full and by the name of a type', async () => {
    const { ask } = await empty();
    expect((await ask(getIntrospectionQuery())).__schema.types.length).toBeGreaterThan(100);
    const { __type } = await ask('{ __type(name: "Query") { fields { name } } }');
    expect(__type.fields).toContainEqual({ name: 'queryAlarms' });
  });
});

describe('served fields', () => {
  it('answers version, health, time and retention', async () => {
    const { ask } = await empty();
    const data =
      await ask(`{ version checkHealth { score details } getTimeInfo { timezone currentTimestamp } hasQueryTracesV2Support listLayers
      getRecordsTTL { normal trace coldTrace } getMetricsTTL { minute day coldDay metadata } listLayerLevels { layer level } }`);
    expect(data).toMatchObject({
      version: expect.stringMatching(/^10\.4\.0-skein-\d+\.\d+\.\d+/),
      checkHealth: { score: 0, details: '' },
      getTimeInfo: { timezone: '+0000', currentTimestamp: Date.UTC(2024, 0, 2, 3, 4) },
      hasQueryTracesV2Support: false,
      getRecordsTTL: { normal: 3, trace: 3, coldTrace: -1 },
      getMetricsTTL: { minute: 7, day: 7, coldDay: -1, metadata: 7 },
    });
    expect(data.listLayers).toContain('GENERAL');
    expect(data.listLayerLevels).toHaveLength(20);
  });

  it('answers metadata as the protocol shows it', async () => {
    const { ask } = await withData();
    const data = await ask(
      `query ($duration: Duration!, $id: ID!, $sid: String!) {
        listServices(layer: "GENERAL") { id name group shortName layers normal } getService(serviceId: $sid) { name } findService(serviceName: "shop") { id }
        none: getService(serviceId: "x") { id } getAllServices(duration: $duration, group: "") { name }
        listInstances(duration: $duration, serviceId: $id) { id name language instanceUUID attributes { name value } }
        listInstancesByName(duration: $duration, service: {serviceName: "shop"}) { name } }`,
      { ...range, id: shop, sid: shop },
    );
    const id = instanceId(shop, 'i');
    expect(data).toEqual({
      listServices: [{ id: shop, name: 'shop', group: '', shortName: 'shop', layers: ['GENERAL'], normal: true }],
      getService: { name: 'shop' },
      findService: { id: shop },
      none: null,
      getAllServices: [{ name: 'shop' }],
      listInstances: [{ id, name: 'i', language: 'NODEJS', instanceUUID: id, attributes: [{ name: 'host', value: 'h' }] }],
      listInstancesByName: [{ name: 'i' }],
    });
  });

  it('evaluates expressions, formats their numbers and reports their errors in the result', async () => {
    const { ask, post } = await withData();
    const text = `query ($e: String!, $entity: Entity!, $duration: Duration!) { r: execExpression(expression: $e, entity: $entity, duration: $duration) {
      type error results { metric { labels { key value } } values { id value traceID owner { scope serviceName } } } } }`;
    const run = async (e: string, names: object = entity) => (await ask(text, { e, entity: names, ...range })).r;
    const point = (value: string | null, id: string | null, traceID: string | null = null) => ({ id, value, traceID, owner: null });
    expect(await run('service_cpm/7')).toEqual({
      type: 'TIME_SERIES_VALUES',
      error: null,
      results: [
        {
          metric: { labels: [] },
          values: [point('17.143', String(T0)), point(null, String(T0 + MINUTE)), point('8.714', String(T0 + 2 * MINUTE))],
        },
      ],
    });
    expect((await run("relabels(service_percentile{p='50'},p='50',percentile='P50')")).results[0].metric).toEqual({
      labels: [{ key: 'percentile', value: 'P50' }],
    });
    expect(await run('nope')).toEqual({ type: 'UNKNOWN', error: 'Metric: [nope] does not exist.', results: [] });
    expect((await run('((')).error).toMatch(/^line 1:2 /);
    expect((await run('top_n(service_cpm,5,des)', {})).results[0].values).toEqual([
      { id: 'shop', value: '90', traceID: null, owner: { scope: 'Service', serviceName: 'shop' } },
    ]);
    expect((await run('top_n(top_n_service_database_statement,5,des)')).results[0].values).toMatchObject([
      { id: 'select 1', value: '700', traceID: 't' },
    ]);
    const long = await post({ query: text, variables: { e: 'service_cpm', entity, duration: duration('0000', '0821') } });
    expect([long.status, long.json.data, long.json.errors[0].message]).toEqual([200, null, expect.stringContaining('at most 500 steps')]);
    const traced = await ask(
      text
        .replace('type error', 'type error debuggingTrace { traceId spans { spanId parentSpanId } }')
        .replace('duration: $duration)', 'duration: $duration, debug: true)'),
      { e: '1', entity, ...range },
    );
    expect(traced.r.debuggingTrace.spans).toEqual([{ spanId: 0, parentSpanId: -1 }]);
  });

  it('answers the older metric fields', async () => {
    const { ask } = await withData();
    const none = { value: 0, isEmptyValue: true };
    const data = await ask(
      `query ($duration: Duration!, $c: MetricsCondition!, $p: MetricsCondition!, $h: MetricsCondition!, $n: MetricsCondition!, $id: ID!) {
        listMetrics(regex: "service_c.*") { name type catalog } a: typeOfMetrics(name: "service_percentile") b: typeOfMetrics(name: "x")
        readMetricsValue(condition: $c, duration: $duration) readNullableMetricsValue(condition: $n, duration: $duration) { value isEmptyValue }
        readMetricsValues(condition: $c, duration: $duration) { label values { values { id value isEmptyValue } } }
        unknown: readMetricsValues(condition: $n, duration: $duration) { values { values { id isEmptyValue } } }
        readLabeledMetricsValues(condition: $p, labels: ["0"], duration: $duration) { label }
        readHeatMap(condition: $h, duration: $duration) { values { id values } buckets { min max } }
        sortMetrics(condition: {name: "service_cpm", topN: 3, order: DES}, duration: $duration) { name id value refId }
        readRecords(condition: {name: "top_n_service_database_statement", parentEntity: {serviceName: "shop", normal: true}, topN: 3, order: DES}, duration: $duration) { name id value refId }
        getValues(metric: {name: "service_cpm", ids: [$id, "zz"]}, duration: $duration) { values { id value isEmptyValue } }
        getLinearIntValues(metric: {name: "service_cpm", id: $id}, duration: $duration) { values { value } }
        getThermodynamic(metric: {name: "all_heatmap"}, duration: $duration) { nodes axisYStep }
        getServiceTopN(name: "service_cpm", topN: 1, duration: $duration, order: ASC) { name value }
        getTopNRecords(condition: {serviceId: $id, metricName: "top_n_service_database_statement", topN: 1, order: DES, duration: $duration}) { statement latency traceId }
        getMultipleLinearIntValues(metric: {name: "service_percentile", id: $id}, numOfLinear: 2, duration: $duration) { values { value } } }`,
      {
        ...range,
        id: shop,
        c: { name: 'service_cpm', entity },
        p: { name: 'service_percentile', entity },
        h: { name: 'all_heatmap', entity: {} },
        n: { name: 'nope', entity },
      },
    );
    const ids = ['202401020300', '202401020301', '202401020302'];
    expect(data).toEqual({
      listMetrics: [{ name: 'service_cpm', type: 'REGULAR_VALUE', catalog: 'SERVICE' }],
      a: 'LABELED_VALUE',
      b: 'UNKNOWN',
      readMetricsValue: 90,
      readNullableMetricsValue: none,
      readMetricsValues: {
        label: null,
        values: {
          values: [
            { id: `${ids[0]}_${shop}`, value: 120, isEmptyValue: false },
            { id: `${ids[1]}_${shop}`, ...none },
            { id: `${ids[2]}_${shop}`, value: 61, isEmptyValue: false },
          ],
        },
      },
      unknown: { values: { values: ids.map((id) => ({ id: `${id}_UNKNOWN_METRIC_NAME`, isEmptyValue: true })) } },
      readLabeledMetricsValues: [],
      readHeatMap: {
        values: ids.map((id, i) => ({ id: `${id}_`, values: i === 0 ? [2, 1] : [0, 0] })),
        buckets: [
          { min: '0', max: '100' },
          { min: '100', max: 'infinite+' },
        ],
      },
      sortMetrics: [{ name: 'shop', id: shop, value: '90', refId: null }],
      readRecords: [{ name: 'select 1', id: 't', value: '700', refId: 't' }],
      getValues: {
        values: [
          { id: shop, value: 90, isEmptyValue: false },
          { id: 'zz', ...none },
        ],
      },
      getLinearIntValues: { values: [{ value: 120 }, { value: 0 }, { value: 61 }] },
      getThermodynamic: {
        nodes: [
          [0, 0, 2],
          [0, 1, 1],
          [1, 0, 0],
          [1, 1, 0],
          [2, 0, 0],
          [2, 1, 0],
        ],
        axisYStep: 100,
      },
      getServiceTopN: [{ name: 'shop', value: 90 }],
      getTopNRecords: [{ statement: 'select 1', latency: 700, traceId: 't' }],
      getMultipleLinearIntValues: [
        { values: [{ value: 40 }, { value: 0 }, { value: 0 }] },
        { values: [{ value: 40 }, { value: 0 }, { value: 0 }] },
      ],
    });
  });

  it('answers traces with the nulls and empty texts that swctl and Booster send', async () => {
    const { ask, post } = await withData();
    const text = `query ($condition: TraceQueryCondition) { r: queryBasicTraces(condition: $condition) {
      traces { segmentId endpointNames duration start isError traceIds } } }`;
    const condition = {
      serviceId: '',
      serviceInstanceId: null,
      endpointId: '',
      traceId: '',
      queryDuration: { start: '2024-01-02 030000', end: '2024-01-02 030001', step: 'SECOND', coldStage: false },
      minTraceDuration: null,
      maxTraceDuration: null,
      traceState: 'ALL',
      queryOrder: 'BY_DURATION',
      tags: [{ key: 'http.method', value: 'GET' }],
      paging: { pageNum: 1, pageSize: 20 },
    };
    expect((await ask(text, { condition })).r.traces).toEqual([
      { segmentId: 's', endpointNames: ['/buy'], duration: 5, start: String(T0), isError: true, traceIds: ['t'] },
    ]);
    const bare = await post({ query: text, variables: { condition: { ...condition, queryDuration: null } } });
    expect([bare.status, bare.json.errors[0].message]).toEqual([200, 'a trace query needs queryDuration or traceId']);
    const { queryTrace } =
      await ask(`{ queryTrace(traceId: "t") { spans { traceId segmentId spanId parentSpanId serviceCode serviceInstanceName
      startTime endTime endpointName type peer component isError layer refs { type } tags { key } logs { time } attachedEvents { event } } } }`);
    expect(queryTrace.spans).toEqual([
      {
        traceId: 't',
        segmentId: 's',
        spanId: 0,
        parentSpanId: -1,
        serviceCode: 'shop',
        serviceInstanceName: 'i',
        startTime: T0,
        endTime: T0 + 5,
        endpointName: '/buy',
        type: 'Entry',
        peer: '',
        component: 'Express',
        isError: false,
        layer: 'Http',
        refs: [],
        tags: [],
        logs: [],
        attachedEvents: [],
      },
    ]);
  });
});
