import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import meterAnalyzer from '@skein/meter-analyzer';
import meterReceiver from '@skein/meter-receiver';
import { meterSamples, processId, relationId, serviceId } from '@skein/telemetry';
import { DURATION, type Entity, MINUTE, type OfficialHost, officialHost, reflectedEncoder } from './official-host.js';

const COLLECT = '/skywalking.v3.MeterReportService/collect';
const BATCH = '/skywalking.v3.MeterReportService/collectBatch';
const encode = reflectedEncoder('meter/meter.proto');

const SHOP = { serviceName: 'shop', normal: true };
const ONE = { ...SHOP, serviceInstanceName: 'shop-1' };
const identity = { service: 'shop', serviceInstance: 'shop-1', timestamp: MINUTE };

type Labels = Readonly<Record<string, string>>;
const labelled = (labels: Labels) => Object.entries(labels).map(([name, value]) => ({ name, value }));
const single = (name: string, value: number, labels: Labels = {}) => ({ singleValue: { name, value, labels: labelled(labels) } });
/** Counts by lower bound in ms. */
const histogram = (name: string, counts: Readonly<Record<number, number>>, labels: Labels = {}) => ({
  histogram: {
    name,
    labels: labelled(labels),
    values: Object.entries(counts).map(([bucket, count]) => ({ bucket: Number(bucket), count })),
  },
});
/** One stream, whose first message says whose it is. */
const send = (host: OfficialHost, meters: readonly object[], who: object = identity): Promise<unknown> =>
  host.kit.grpc(
    COLLECT,
    meters.map((meter, i) => encode('MeterData', i === 0 ? { ...meter, ...who } : meter)),
  );
const later = (ms: number) => ({ ...identity, timestamp: MINUTE + ms });

/** Values in DURATION by label text; `''` without labels, null where there is nothing. */
async function read(host: OfficialHost, expression: string, entity: Entity = ONE): Promise<Record<string, (number | null)[]>> {
  const { execExpression } = await host.ask<{
    execExpression: {
      error: string | null;
      results: { metric: { labels: { key: string; value: string }[] }; values: { value: string | null }[] }[];
    };
  }>(
    `query ($e: String!, $n: Entity!, $d: Duration!) { execExpression(expression: $e, entity: $n, duration: $d) {
      error results { metric { labels { key value } } values { value } } } }`,
    { e: expression, n: entity, d: DURATION },
  );
  expect(execExpression.error).toBeNull();
  return Object.fromEntries(
    execExpression.results.map(({ metric, values }) => [
      metric.labels.map(({ key, value }) => `${key}=${value}`).join(','),
      values.map(({ value }) => (value === null ? null : Number(value))),
    ]),
  );
}

const directory = mkdtempSync(join(tmpdir(), 'skein-meters-'));
afterAll(() => rmSync(directory, { recursive: true }));
function ruleFile(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}
const start = (config: object = {}): Promise<OfficialHost> => officialHost([meterReceiver, meterAnalyzer], { 'meter-analyzer': config });
const skipped = (host: OfficialHost): string =>
  host.kit.host.status
    .metrics()
    .split('\n')
    .filter((line) => line.includes('skipped_total{') || line.includes('meter_rule_errors_total{') || line.includes('left_out_total{'))
    .join('\n');

describe('meters of agents', () => {
  let host: OfficialHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(async () => {
    host.kit.assertBooks();
    await host[Symbol.asyncDispose]();
  });

  it('are averages of the minute, which are at least 1 where there was anything', async () => {
    await send(host, [single('instance_golang_heap_alloc', 10.4), single('instance_golang_live_goroutines_num', 0.2)]);
    await send(host, [single('instance_golang_heap_alloc', 21.5), single('instance_golang_live_goroutines_num', 0)], later(30_000));
    await send(host, [single('instance_golang_live_goroutines_num', 0)], later(60_000));
    expect(await read(host, 'meter_instance_golang_heap_alloc')).toEqual({ '': [16, null] });
    expect(await read(host, 'meter_instance_golang_live_goroutines_num')).toEqual({ '': [1, 0] });
  });

  it('are there for queries of every kind', async () => {
    const condition = { name: 'meter_instance_golang_heap_alloc', entity: ONE };
    const found = await host.ask<Record<string, unknown>>(
      `query ($c: MetricsCondition!, $d: Duration!) {
        readMetricsValues(condition: $c, duration: $d) { values { values { value isEmptyValue } } }
        readMetricsValue(condition: $c, duration: $d)
        typeOfMetrics(name: "meter_instance_golang_heap_alloc")
        labeled: typeOfMetrics(name: "meter_thread_pool")
        listMetrics(regex: "meter_instance_golang_heap_.*") { name type catalog }
      }`,
      { c: condition, d: DURATION },
    );
    expect(found).toEqual({
      readMetricsValues: {
        values: {
          values: [
            { value: 16, isEmptyValue: false },
            { value: 0, isEmptyValue: true },
          ],
        },
      },
      readMetricsValue: 16,
      typeOfMetrics: 'REGULAR_VALUE',
      labeled: 'LABELED_VALUE',
      listMetrics: [{ name: 'meter_instance_golang_heap_alloc', type: 'REGULAR_VALUE', catalog: 'SERVICE_INSTANCE' }],
    });
    const { sortMetrics } = await host.ask<{ sortMetrics: unknown }>(
      `query ($c: TopNCondition!, $d: Duration!) { sortMetrics(condition: $c, duration: $d) { name value } }`,
      { c: { name: condition.name, topN: 5, order: 'DES' }, d: DURATION },
    );
    expect(sortMetrics).toEqual([{ name: 'shop - shop-1', value: '16' }]);
  });

  it('with several labels come out with several labels, and can be asked for by each', async () => {
    const pool = (name: string, type: string, value: number) => single('thread_pool', value, { pool_name: name, metric_type: type });
    await send(host, [pool('web', 'active', 3), pool('web', 'max', 200), pool('db, b=c', 'active', 7)]);
    await send(host, [pool('web', 'active', 6)], later(20_000));
    expect(await read(host, 'meter_thread_pool')).toEqual({
      'metric_type=active,pool_name=web': [4, null],
      'metric_type=max,pool_name=web': [200, null],
      'metric_type=active,pool_name=db, b=c': [7, null],
    });
    expect(await read(host, "meter_thread_pool{metric_type='max'}")).toEqual({ 'metric_type=max,pool_name=web': [200, null] });
    expect(await read(host, 'aggregate_labels(meter_thread_pool,sum(metric_type))')).toEqual({
      'metric_type=active': [11, null],
      'metric_type=max': [200, null],
    });
    const { readLabeledMetricsValues } = await host.ask<{ readLabeledMetricsValues: unknown }>(
      `query ($c: MetricsCondition!, $d: Duration!) { readLabeledMetricsValues(condition: $c, labels: ["web"], duration: $d) { label } }`,
      { c: { name: 'meter_thread_pool', entity: ONE }, d: DURATION },
    );
    expect(readLabeledMetricsValues).toEqual([]);
  });

  it('sum what the rule sums before the minute averages it', async () => {
    const source = (value: number, host_: string) => single('datasource', value, { name: 'orders', status: 'active', host: host_ });
    await send(host, [source(2, 'a'), source(3, 'b')]);
    await send(host, [source(4, 'a'), source(5, 'b')], later(1));
    expect(await read(host, 'meter_datasource')).toEqual({ 'name=orders,status=active': [7, null] });
  });

  it('of counters are the increase since the report a minute before', async () => {
    const gc = 'instance_ruby_gc_count_total';
    const who = (ms: number, service: string) => ({ ...later(ms), service });
    for (const [ms, value] of [
      [0, 100],
      [20_000, 110],
      [60_000, 140],
      [80_000, 141],
    ] as const)
      await send(host, [single(gc, value)], who(ms, 'ruby'));
    // Nothing for the first, then 10; 40 since the first, then 31 since the second.
    expect(await read(host, 'meter_instance_ruby_gc_count_total', { ...ONE, serviceName: 'ruby' })).toEqual({ '': [10, 35] });
    // A process that starts anew counts from 0: no negative increase may pull the average down.
    for (const [ms, value] of [
      [0, 1000],
      [60_000, 5],
    ] as const)
      await send(host, [single(gc, value)], who(ms, 'restarted'));
    expect(await read(host, 'meter_instance_ruby_gc_count_total', { ...ONE, serviceName: 'restarted' })).toEqual({ '': [null, 5] });
  });

  it('of histograms give percentiles that are bounds of buckets in milliseconds', async () => {
    // 10 contexts: 6 up to 50 ms, 3 up to 200, 1 above.
    const counts = { 0: 6, 50: 3, 200: 1 };
    await send(host, [histogram('tracing_context_performance', counts)]);
    const percentile = 'meter_java_agent_tracing_context_execution_time_percentile';
    expect(await read(host, percentile)).toEqual({
      'p=50': [0, null],
      'p=75': [50, null],
      'p=90': [50, null],
      'p=95': [200, null],
      'p=99': [200, null],
    });
    expect(await read(host, `${percentile}{p='90,99'}`)).toEqual({ 'p=90': [50, null], 'p=99': [200, null] });
    // The average of each bucket counts: 6 and 0, 3 and 0, 1 and 30.
    await send(host, [histogram('tracing_context_performance', { 0: 0, 50: 0, 200: 30 })], later(10_000));
    expect(await read(host, percentile)).toMatchObject({ 'p=50': [200, null] });
  });

  it('make services and instances of their layer', async () => {
    await send(host, [histogram('tracing_context_performance', { 0: 1 })], { ...identity, service: 'javaapp' });
    const { agents, general, instances } = await host.ask<Record<string, { id?: string; name: string; layers?: string[] }[]>>(
      `query ($s: ID!, $d: Duration!) {
        agents: listServices(layer: "SO11Y_JAVA_AGENT") { id name }
        general: listServices(layer: "GENERAL") { name }
        instances: listInstances(serviceId: $s, duration: $d) { name }
      }`,
      { s: serviceId('javaapp', true), d: DURATION },
    );
    expect(agents).toContainEqual({ id: serviceId('javaapp', true), name: 'javaapp' });
    expect(general!.map(({ name }) => name)).not.toContain('javaapp');
    expect(instances).toEqual([{ name: 'shop-1' }]);
  });

  it('of the Satellite belong to services of a group of its own', async () => {
    const who = { ...identity, service: 'edge', serviceInstance: 'edge-1' };
    await send(host, [single('sw_stl_grpc_server_connection_count', 12), single('sw_stl_grpc_server_cpu_gauge', 30)], who);
    await send(host, [single('sw_stl_grpc_server_connection_count', 7)], { ...who, timestamp: MINUTE + 1000 });
    // The value of the earlier time, though it comes last.
    await send(host, [single('sw_stl_grpc_server_connection_count', 99)], { ...who, timestamp: MINUTE + 500 });
    const satellite = { serviceName: 'satellite::edge', normal: true };
    expect(await read(host, 'satellite_service_grpc_connect_count', satellite)).toEqual({ '': [7, null] });
    expect(await read(host, 'satellite_service_server_cpu_utilization', satellite)).toEqual({ '': [30, null] });
  });

  it('of processes belong to processes', async () => {
    const labels = { process_name: 'nginx', layer: 'OS_LINUX' };
    await send(host, [
      single('rover_con_p_process_cpu', 0.25, labels),
      single('rover_con_p_http_error_rate', 12.5, { ...labels, uri: '/a' }),
      single('rover_con_p_http_error_rate', 50, { ...labels, uri: '/b' }),
    ]);
    const process = { ...ONE, processName: 'nginx' };
    expect(await read(host, 'continuous_profiling_process_cpu', process)).toEqual({ '': [2500, null] });
    expect(await read(host, 'continuous_profiling_http_error_rate', process)).toEqual({ 'uri=/a': [1250, null], 'uri=/b': [5000, null] });
  });

  it('come in collections as well, each with its own identity', async () => {
    const meter = (service: string, value: number) => ({ ...single('instance_nodejs_rss', value), ...identity, service });
    const collection = (...meterData: object[]) => encode('MeterDataCollection', { meterData });
    await host.kit.grpc(BATCH, [collection(meter('node-a', 5)), collection(meter('node-b', 6))]);
    expect(await read(host, 'meter_instance_nodejs_rss', { ...ONE, serviceName: 'node-a' })).toEqual({ '': [5, null] });
    expect(await read(host, 'meter_instance_nodejs_rss', { ...ONE, serviceName: 'node-b' })).toEqual({ '': [6, null] });
  });

  it('take a thousand label sets of an entity in an hour; what is beyond is counted', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => single('thread_pool', i, { pool_name: `p${i}` }));
    await send(host, many, { ...identity, service: 'hotel' });
    const found = await read(host, 'meter_thread_pool', { ...ONE, serviceName: 'hotel' });
    expect(Object.keys(found)).toHaveLength(1000);
    expect(found['metric_type=,pool_name=p999']).toEqual([999, null]);
    expect(skipped(host)).toMatch(/metric_inputs_skipped_total\{[^}]*metric="meter_thread_pool"[^}]*reason="label-limit"[^}]*\} 9000/);
  }, 30_000);

  it('without a rule are counted and give nothing', async () => {
    await send(host, [single('nobody_asks_for_this', 1)]);
    expect(host.kit.host.status.metrics()).toMatch(/meter_samples_without_rule_total\{[^}]*group="agent"[^}]*\} [1-9]/);
  });
});

describe('rules of the operator', () => {
  const rule = (name: string, exp: string): string => `  - name: ${name}\n    exp: ${JSON.stringify(exp)}\n`;
  const text = `metricPrefix: own
expSuffix: instance(['service'], ['instance'], Layer.GENERAL)
metricsRules:
${[
  rule('least', "temperature.sum(['service', 'instance', 'room']).downsampling(MIN)"),
  rule('most', "temperature.sum(['service', 'instance', 'room']).downsampling(MAX)"),
  rule('last', "temperature.sum(['service', 'instance', 'room']).downsampling(LATEST)"),
  rule('total', "temperature.sum(['service', 'instance', 'room']).downsampling(SUM)"),
  rule('pace', "temperature.sum(['service', 'instance', 'room']).downsampling(SUM_PER_MIN)"),
  rule('peak', 'temperature.downsampling(MAX)'),
  rule('heat', 'wait.histogram()'),
  rule('heat_sum', 'wait.histogram().downsampling(SUM)'),
  rule('rank', "wait.sum(['le', 'service', 'instance', 'room']).histogram().histogram_percentile([50, 90]).downsampling(SUM)"),
  rule('quotient', 'temperature / humidity'),
].join('')}`;
  let host: OfficialHost;
  beforeAll(async () => {
    host = await start({ rules: { agent: [ruleFile('own.yaml', text)] } });
  });
  afterAll(async () => {
    host.kit.assertBooks();
    await host[Symbol.asyncDispose]();
  });

  it('keep the least, largest, latest, all together and by the minute, for each label', async () => {
    const report = (ms: number, kitchen: number, cellar: number) =>
      send(host, [single('temperature', kitchen, { room: 'kitchen' }), single('temperature', cellar, { room: 'cellar' })], later(ms));
    await report(30_000, 5, 1);
    await report(10_000, 9, 0);
    await report(20_000, 2, 4);
    const rooms = (kitchen: number, cellar: number) => ({ 'room=kitchen': [kitchen, null], 'room=cellar': [cellar, null] });
    expect(await read(host, 'own_least')).toEqual(rooms(2, 0));
    expect(await read(host, 'own_most')).toEqual(rooms(9, 4));
    expect(await read(host, 'own_last')).toEqual(rooms(5, 1));
    expect(await read(host, 'own_total')).toEqual(rooms(16, 5));
    expect(await read(host, 'own_pace')).toEqual(rooms(16, 5));
    // Of a metric without labels only the first sample of a report counts.
    expect(await read(host, 'own_peak')).toEqual({ '': [9, null] });
    const hour = { start: '2024-01-02 03', end: '2024-01-02 03', step: 'HOUR' };
    const { execExpression } = await host.ask<{ execExpression: { results: { values: { value: string }[] }[] } }>(
      `query ($n: Entity!, $d: Duration!) { execExpression(expression: "own_pace", entity: $n, duration: $d) { results { values { value } } } }`,
      { n: ONE, d: hour },
    );
    expect(execExpression.results.map(({ values }) => values[0]!.value)).toEqual(['0', '0']);
  });

  it('make heatmaps, and percentiles for each label', async () => {
    await send(host, [
      {
        histogram: {
          name: 'wait',
          labels: labelled({ room: 'a' }),
          values: [
            { isNegativeInfinity: true, count: 1 },
            { bucket: 10.4, count: 4 },
            { bucket: 250, count: 1 },
          ],
        },
      },
      histogram('wait', { 10: 0, 250: 8 }, { room: 'b' }),
    ]);
    await send(host, [histogram('wait', { 10: 6, 250: 0 }, { room: 'a' })], later(1000));
    const map = async (name: string) =>
      (
        await host.ask<{ readHeatMap: { values: { values: number[] }[]; buckets: { min: string; max: string }[] } }>(
          `query ($c: MetricsCondition!, $d: Duration!) { readHeatMap(condition: $c, duration: $d) { values { values } buckets { min max } } }`,
          { c: { name, entity: ONE }, d: DURATION },
        )
      ).readHeatMap;
    // The bounds are whole milliseconds; buckets of both rooms with the same bound are one.
    expect(await map('own_heat_sum')).toEqual({
      values: [{ values: [1, 10, 9] }, { values: [0, 0, 0] }],
      buckets: [
        { min: 'infinite-', max: '10' },
        { min: '10', max: '250' },
        { min: '250', max: 'infinite+' },
      ],
    });
    expect((await map('own_heat')).values[0]!.values).toEqual([1, 3, 3]);
    expect(await read(host, 'own_rank')).toEqual({
      'p=50,room=a': [10, null],
      'p=90,room=a': [10, null],
      'p=50,room=b': [250, null],
      'p=90,room=b': [250, null],
    });
  });

  it('that divide by nothing give nothing, and say so', async () => {
    await send(host, [single('temperature', 5), single('humidity', 0)]);
    expect(await read(host, 'own_quotient')).toEqual({ '': [null, null] });
    expect(skipped(host)).toMatch(/own_quotient/);
  });

  it('go on after samples that nobody meant', async () => {
    const odd = ['', '{p=1}', '__proto__', 'a,b=c', '\u0000', '🪿', 'x'.repeat(1024)];
    await send(
      host,
      odd.map((room, i) => single('temperature', i, { room })),
      { ...identity, service: 'odd' },
    );
    const found = await read(host, 'own_most', { ...ONE, serviceName: 'odd' });
    expect(new Set(Object.values(found).map(([value]) => value))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    await send(host, [single('temperature', -5), single('humidity', 1e308), single('wait', 3, { le: 'nonsense' })]);
    for (const timestamp of [1, 2 ** 52]) await send(host, [single('temperature', 1)], { ...identity, timestamp });
    await send(host, [single('temperature', 6)], { ...identity, service: ' ', serviceInstance: '\t' });
    host.kit.assertBooks();
  });
});

describe('mistakes in rules', () => {
  const refused = (config: object): Promise<string> =>
    start(config).then(
      () => 'started',
      (error: Error) => error.message,
    );

  it('keep the host from starting, all of them told with file, line and rule', async () => {
    const one = ruleFile(
      'one.yaml',
      `metricPrefix: a
expSufix: service(['service'], Layer.GENERAL)
metricsRules:
  - name: first
    exp: a.summ(['x']).service(['service'], Layer.GENERAL)
  - name: second
    exp: |-
      a.sum(['x'])
        .servce(['service'], Layer.GENERAL)
  - name: third
`,
    );
    const two = ruleFile('two.yaml', 'metricsRules: [\n');
    const message = await refused({ rules: { agent: [one], log: [two] } });
    expect(message).toContain('the meter rules have');
    expect(message).toContain(`${one}:2:1 unknown key "expSufix"; did you mean "expSuffix"?`);
    expect(message).toMatch(/one\.yaml:5 rule first, character \d+: .*summ/);
    expect(message).toMatch(/one\.yaml:9 rule second, character \d+: .*servce/);
    expect(message).toMatch(/one\.yaml:10:\d+ a rule has a name and an exp/);
    expect(message).toMatch(/two\.yaml:\d+:\d+ is no valid YAML/);
  });

  it('names of files and metrics that are wrong are told too', async () => {
    expect(await refused({ rules: { agent: ['no/such.yaml'] }, meterAnalyzerActiveFiles: ['java-agnt'] })).toMatch(
      /meterAnalyzerActiveFiles: there is no "java-agnt"; did you mean "java-agent"\?\nrules\.agent: cannot read no\/such\.yaml/,
    );
    const twice = ruleFile('twice.yaml', "metricsRules:\n  - name: meter_thread_pool\n    exp: x.service(['service'], Layer.GENERAL)\n");
    expect(await refused({ rules: { log: [twice] } })).toMatch(
      /twice\.yaml metric meter_thread_pool is defined twice; first in meter-analyzer\/threadpool\.yaml/,
    );
    const taken = ruleFile('taken.yaml', "metricsRules:\n  - name: service_cpm\n    exp: x.service(['service'], Layer.GENERAL)\n");
    expect(await refused({ rules: { log: [taken] } })).toMatch(/metric service_cpm is defined twice/);
  });
});

describe('groups', () => {
  it('have rules of their own: samples of logs come in seconds, and active files can be chosen', async () => {
    const path = ruleFile(
      'log.yaml',
      "metricPrefix: log\nexpSuffix: service(['service'], Layer.NGINX)\nmetricsRules:\n  - name: wait\n    exp: wait.histogram().histogram_percentile([50])\n",
    );
    const host = await start({ rules: { log: [path] }, meterAnalyzerActiveFiles: ['threadpool'] });
    const sample = (le: string, value: number) => ({
      name: 'wait',
      value,
      timestamp: MINUTE,
      labels: new Map([
        ['service', 'shop'],
        ['le', le],
      ]),
    });
    const receipt = await host.kit
      .publisher(meterSamples)
      .publish([{ group: 'log', samples: [sample('0.5', 3), sample('2', 1)], weight: 100 }]);
    await receipt.handled;
    expect(await read(host, 'log_wait', SHOP)).toEqual({ 'p=50': [500, null] });
    await send(host, [single('instance_nodejs_rss', 1)]);
    const { typeOfMetrics } = await host.ask<{ typeOfMetrics: string }>('{ typeOfMetrics(name: "meter_instance_nodejs_rss") }');
    expect(typeOfMetrics).toBe('UNKNOWN');
    await host[Symbol.asyncDispose]();
  });

  it('network profiling makes processes for ends that nobody reported', async () => {
    const host = await start({ meterAnalyzerActiveFiles: ['network-profiling'] });
    const labels = { side: 'client', client_process_id: 'p1', server_address: '10.0.0.9:80', protocol: 'http', is_ssl: 'true' };
    await send(host, [single('rover_net_p_client_write_counts_counter', 60, labels)]);
    const instance = `${serviceId('shop', true)}_${Buffer.from('shop-1').toString('base64')}`;
    const remote = processId(instance, 'UNKNOWN_REMOTE');
    const { getLinearIntValues } = await host.ask<{ getLinearIntValues: { values: { value: number }[] } }>(
      `query ($id: ID!, $d: Duration!) {
        getLinearIntValues(metric: { name: "process_relation_client_write_cpm", id: $id }, duration: $d) { values { value } } }`,
      { id: relationId('p1', remote), d: DURATION },
    );
    expect(getLinearIntValues.values.map(({ value }) => value)).toEqual([60, 0]);
    await host[Symbol.asyncDispose]();
  });
});
