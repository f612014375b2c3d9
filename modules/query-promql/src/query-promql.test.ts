import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { checkModule, createTestHost } from '@skein/core/testing';
import httpServer from '@skein/http-server';
import query from '@skein/query';
import { LimitedReadsToken, MetadataQueryToken, MetricsQueryToken, TimeQueryToken } from '@skein/query/contract';
import storageMemory from '@skein/storage-memory';
import { instanceId, MetricCatalogToken, serviceId, serviceUpdate, Zone } from '@skein/telemetry';
import queryPromql from './module.js';
import { fill, HOUR, type Kit, keep, METRICS, NOW, seconds, shop, start as startWith, stopAll } from './query-promql.test.kit.js';

afterEach(stopAll);
const start = (zone?: string, config?: object, queryConfig?: object) =>
  startWith([httpServer, storageMemory, query], zone, config, queryConfig);
const filled = async () => {
  const kit = await start();
  await fill(kit);
  return kit;
};
const T = seconds(NOW);
const SHOP = 'service="shop", layer="GENERAL"';
const SHOP_LABELS = { layer: 'GENERAL', scope: 'Service', service: 'shop' };
/** Two records of the same statement. */
const SAME = 'top_n_cache_read_command{parent_service="redis", layer="VIRTUAL_CACHE", top_n="5", order="ASC"}';
const RANGE = { start: T - 120, end: T };

interface Matrix {
  readonly resultType: string;
  readonly result: ReadonlyArray<{ readonly metric: object; readonly values: ReadonlyArray<readonly [number, string]> }>;
}

describe('query', () => {
  it('answers the latest value of the last two minutes, at its minute', async () => {
    const kit = await filled();
    expect(await kit.get('query', { query: `service_cpm{${SHOP}}` })).toEqual({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: { __name__: 'service_cpm', ...SHOP_LABELS }, value: [T, '18'] }] },
    });
    const last = async (text: string, time?: number | string) => {
      const { result } = await kit.data<{ result: readonly { value: unknown }[] }>('query', { query: text, ...(time && { time }) });
      return result.map(({ value }) => value);
    };
    expect(await last("service_cpm{service='cart',layer='GENERAL'}")).toEqual([[T - 60, '4']]);
    expect(await last(`service_cpm{${SHOP}}`, T - 60)).toEqual([[T - 120, '6']]);
    expect(await last(`service_cpm{${SHOP}}`, T - 0.5)).toEqual([[T - 120, '6']]);
    expect(await last(`service_cpm{${SHOP}}`, '2024-01-02T08:33:59.5+05:30')).toEqual([[T - 120, '6']]);
    expect(await last(`service_cpm{${SHOP}}`, T + 179)).toEqual([[T, '18']]);
    expect(await last(`service_cpm{${SHOP}}`, T + 180)).toEqual([]);
    expect(await last('service_cpm{service="nobody",layer="GENERAL"}')).toEqual([]);
    expect(await last('service_cpm{service="",layer="GENERAL"}')).toEqual([]);
    expect(await last('service_cpm{service="shop",layer="VIRTUAL_DATABASE"}')).toEqual([]);
  });

  it('answers a range selector with a matrix without the empty points, up to the given time', async () => {
    const kit = await filled();
    const metric = { __name__: 'service_cpm', ...SHOP_LABELS };
    expect(await kit.data('query', { query: `service_cpm{${SHOP}}[5m]` })).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric,
          values: [
            [T - 120, '6'],
            [T, '18'],
          ],
        },
      ],
    });
    expect(await kit.data('query', { query: `(service_cpm{${SHOP}}[5m])`, time: T - 1 })).toEqual({
      resultType: 'matrix',
      result: [{ metric, values: [[T - 120, '6']] }],
    });
  });

  it('answers numbers with a scalar at the time of the query', async () => {
    const kit = await filled();
    const scalar = async (text: string) => (await kit.data<{ result: unknown }>('query', { query: text, time: T + 0.7 })).result;
    expect(await kit.data('query', { query: '1+1' })).toEqual({ resultType: 'scalar', result: [T, '2'] });
    expect(await scalar('7 % 4 * 10 - -2 / 4')).toEqual([T, '30.5']);
    expect(await scalar('1 / 0')).toEqual([T, '+Inf']);
    expect(await scalar('-1 / 0')).toEqual([T, '-Inf']);
    expect(await scalar('0 / 0')).toEqual([T, 'NaN']);
    expect(await scalar('2 > bool 1')).toEqual([T, '1']);
    expect(await scalar('2 == bool 1')).toEqual([T, '0']);
  });

  it('shows for each scope the labels of its entity', async () => {
    const kit = await filled();
    const metric = async (text: string) =>
      (await kit.data<{ result: readonly { metric: object; value: readonly unknown[] }[] }>('query', { query: text })).result.map((r) => [
        r.metric,
        r.value[1],
      ]);
    expect(await metric(`service_instance_cpm{${SHOP}, service_instance="shop-1"}`)).toEqual([
      [{ __name__: 'service_instance_cpm', layer: 'GENERAL', scope: 'ServiceInstance', service: 'shop', service_instance: 'shop-1' }, '12'],
    ]);
    expect(await metric(`endpoint_cpm{${SHOP}, endpoint="/order"}`)).toEqual([
      [{ __name__: 'endpoint_cpm', layer: 'GENERAL', scope: 'Endpoint', service: 'shop', endpoint: '/order' }, '5'],
    ]);
    const dest = 'dest_service="mysql:3306", dest_layer="VIRTUAL_DATABASE"';
    expect(await metric(`service_relation_server_cpm{${SHOP}, ${dest}}`)).toEqual([
      [{ __name__: 'service_relation_server_cpm', layer: 'GENERAL' }, '3'],
    ]);
    expect(await metric(`instance_jvm_cpu{${SHOP}, service_instance="shop-1"}`)).toEqual([[expect.anything(), '0.15']]);
  });

  it('answers percentiles by their label: lists, patterns and all of them', async () => {
    const kit = await filled();
    const values = async (labels: string) => {
      const { result } = await kit.data<Matrix>('query_range', { query: `service_percentile{${SHOP}${labels}}`, ...RANGE });
      return Object.fromEntries(result.map(({ metric, values }) => [(metric as { p: string }).p, values.map(([, v]) => Number(v))]));
    };
    const all = { 50: [10, 20], 75: [10, 20], 90: [10, 20], 95: [500, 20], 99: [500, 20] };
    expect(await values('')).toEqual(all);
    expect(await values(", p='50,99'")).toEqual({ 50: all[50], 99: all[99] });
    expect(await values(', p=~"9."')).toEqual({ 90: all[90], 95: all[95], 99: all[99] });
    expect(await values(', p!~"9.", p!="50"')).toEqual({ 75: all[75] });
    expect(await values(', p="60"')).toEqual({});
    expect(await values(', other="x"')).toEqual({});
    const { result } = await kit.data<{ result: readonly { metric: object }[] }>('query', { query: `service_percentile{${SHOP}, p="95"}` });
    expect(result.map(({ metric }) => metric)).toEqual([{ __name__: 'service_percentile', p: '95', ...SHOP_LABELS }]);
  });

  it('answers numbered values of older metrics by labels and relabels', async () => {
    const kit = await filled();
    const { result } = await kit.data<{ result: readonly { metric: { labels: string }; value: readonly unknown[] }[] }>('query', {
      query: `old_percentile{${SHOP}, labels="0,2", relabels="P50,P90"}`,
    });
    expect(result.map((r) => [r.metric.labels, r.value[1]])).toEqual([
      ['P50', '11'],
      ['P90', '33'],
    ]);
  });

  it('ranks entities, with one value for the whole range', async () => {
    const kit = await filled();
    const ranked = async (text: string) => (await kit.data<Matrix>('query_range', { query: text, ...RANGE })).result;
    const always = (value: string) => [T - 120, T - 60, T].map((at) => [at, value]);
    expect(await ranked('service_cpm{layer="GENERAL", top_n="10", order="DES"}')).toEqual([
      { metric: { __name__: 'service_cpm', layer: 'GENERAL', scope: 'Service', service: 'shop' }, values: always('12') },
      { metric: { __name__: 'service_cpm', layer: 'GENERAL', scope: 'Service', service: 'cart' }, values: always('4') },
    ]);
    const names = async (text: string) => (await ranked(text)).map(({ metric }) => metric);
    const endpoint = { __name__: 'endpoint_cpm', layer: 'GENERAL', scope: 'Endpoint' };
    expect(await names('endpoint_cpm{layer="GENERAL", top_n="1", order="ASC"}')).toEqual([{ ...endpoint, endpoint: 'shop - /order' }]);
    expect(await names('endpoint_cpm{layer="GENERAL", parent_service="cart", top_n="9", order="ASC"}')).toEqual([
      { ...endpoint, endpoint: '/order' },
    ]);
    expect(await names('service_percentile{layer="GENERAL", top_n="9", order="DES", p="99"}')).toEqual([
      { __name__: 'service_percentile', p: '99', layer: 'GENERAL', scope: 'Service', service: 'shop' },
    ]);
    const { result } = await kit.data<{ result: readonly unknown[] }>('query', {
      query: 'service_instance_cpm{layer="GENERAL", parent_service="shop", top_n="1", order="DES"}',
    });
    expect(result).toEqual([
      {
        metric: { __name__: 'service_instance_cpm', layer: 'GENERAL', scope: 'ServiceInstance', service_instance: 'shop-1' },
        value: [T, '12'],
      },
    ]);
  });

  it('lists the records of a service', async () => {
    const kit = await filled();
    const text = 'top_n_database_statement{parent_service="mysql:3306", layer="VIRTUAL_DATABASE", top_n="10", order="DES"}';
    const metric = { __name__: 'top_n_database_statement', layer: 'VIRTUAL_DATABASE', scope: 'Service' };
    expect((await kit.data<{ result: unknown }>('query', { query: text })).result).toEqual([
      { metric: { ...metric, record: 'select 1' }, value: [T, '900'] },
      { metric: { ...metric, record: 'select 2' }, value: [T, '700'] },
    ]);
    expect((await kit.data<{ result: unknown }>('query', { query: text.replace('mysql:3306', 'other') })).result).toEqual([]);
  });

  it('aggregates by labels, or without them, and leaves the name null', async () => {
    const kit = await filled();
    const aggregated = async (text: string) =>
      (await kit.data<Matrix>('query_range', { query: text.replaceAll('PERCENTILE', `service_percentile{${SHOP}}`), ...RANGE })).result;
    const values = (first: string, second: string) => [
      [T - 60, first],
      [T, second],
    ];
    expect(await aggregated('sum(PERCENTILE)')).toEqual([{ metric: { __name__: null }, values: values('1030', '100') }]);
    expect(await aggregated('avg(PERCENTILE)')).toEqual([{ metric: { __name__: null }, values: values('206', '20') }]);
    expect(await aggregated('min by (service) (PERCENTILE)')).toEqual([
      { metric: { __name__: null, service: 'shop' }, values: values('10', '20') },
    ]);
    expect(await aggregated('max(PERCENTILE) without (p, layer)')).toEqual([
      { metric: { __name__: null, scope: 'Service', service: 'shop' }, values: values('500', '20') },
    ]);
    expect((await aggregated('sum by (p) (PERCENTILE)')).map(({ metric }) => metric)).toEqual(
      [50, 75, 90, 95, 99].map((p) => ({ __name__: null, p: String(p) })),
    );
    expect(await aggregated('sum(PERCENTILE > 100) / 10')).toEqual([{ metric: { __name__: null }, values: [[T - 60, '100']] }]);
    const both = `sum(service_cpm{${SHOP}}) + sum(service_cpm{service="cart", layer="GENERAL"})`;
    expect(await aggregated(both)).toEqual([]);
  });

  it('answers nothing for heat maps, which have no single values', async () => {
    const kit = await filled();
    expect((await kit.get('query', { query: `all_heatmap{${SHOP}}` })).data).toEqual({ resultType: 'vector', result: [] });
  });
});

describe('expressions', () => {
  let kit: Kit;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    kit = await filled();
    stop = keep(kit);
  });
  afterAll(() => stop());

  it.each([
    [
      'service_cpm{SHOP} / 100',
      [
        [-120, '0.06'],
        [0, '0.18'],
      ],
    ],
    [
      '100 - service_cpm{SHOP}',
      [
        [-120, '94'],
        [0, '82'],
      ],
    ],
    [
      '-service_cpm{SHOP} % 4',
      [
        [-120, '-2'],
        [0, '-2'],
      ],
    ],
    [
      'service_cpm{SHOP} + service_cpm{SHOP} * 2',
      [
        [-120, '18'],
        [0, '54'],
      ],
    ],
    ['service_sla{SHOP} + service_cpm{SHOP}', [[-120, '9006']]],
    ['service_cpm{SHOP} > 10', [[0, '18']]],
    ['10 > service_cpm{SHOP}', [[-120, '6']]],
    [
      'service_cpm{SHOP} > bool 10',
      [
        [-120, '0'],
        [0, '1'],
      ],
    ],
    ['service_cpm{SHOP} != service_cpm{SHOP}', []],
    ['service_cpm{SHOP} <= service_sla{SHOP}', [[-120, '6']]],
    [
      '5',
      [
        [-120, '5'],
        [-60, '5'],
        [0, '5'],
      ],
    ],
  ])('computes %s', async (text, values) => {
    const { result } = await kit.data<Matrix>('query_range', { query: text.replaceAll('SHOP', SHOP), ...RANGE });
    expect(result.flatMap((r) => r.values)).toEqual(values.map(([at, value]) => [T + Number(at), value]));
    expect(result.every(({ metric }) => text === '5' || 'service' in metric)).toBe(true);
  });

  it.each([
    ['', 'the parameter query is missing'],
    ['nothing{a="b"}', 'Metric: [nothing] does not exist.'],
    ['nothing', 'Metric: [nothing] does not exist.'],
    ['constructor{layer="GENERAL"}', 'Metric: [constructor] does not exist.'],
    ['service_cpm', 'No labels found in the expression.'],
    ['{layer="GENERAL"}', 'The name of the metric is missing.'],
    ['service_cpm{__name__="a"}', 'The metric has two names: "service_cpm" and "a".'],
    ['service_cpm{service="shop"}', 'Metrics expression missing label: layer'],
    ['service_cpm{layer="GENERAL"}', 'Metrics expression missing label: service'],
    ['service_cpm{service="shop", layer="X"}', 'Layer:[X] is missing or illegal.'],
    ['service_cpm{service=~"shop", layer="GENERAL"}', 'The label service of a metric takes = only (got =~).'],
    ['service_instance_cpm{service="shop", layer="GENERAL"}', 'Metrics expression missing label: service_instance'],
    ['service_relation_server_cpm{service="shop", layer="GENERAL"}', 'Metrics expression missing label: dest_service,dest_layer'],
    ['service_relation_server_cpm{service="a", dest_service="b", layer="GENERAL", dest_layer="X"}', 'Layer:[X] is missing or illegal.'],
    [
      'service_relation_server_cpm{layer="GENERAL", top_n="1", order="ASC"}',
      'Metric: [service_relation_server_cpm] is of the scope ServiceRelation, whose entities have no ranking.',
    ],
    ['process_cpm{service="a", layer="GENERAL"}', 'Metric: [process_cpm] is of the scope process, which has no labels here.'],
    ['service_cpm{layer="GENERAL", top_n="1"}', 'Metrics expression missing label: order'],
    ['service_cpm{layer="GENERAL", top_n="1", order="UP"}', 'The label order must be ASC or DES (got "UP").'],
    ['service_cpm{layer="GENERAL", top_n="x", order="ASC"}', 'The label top_n must be a whole number from 1 on (got "x").'],
    ['service_cpm{layer="GENERAL", top_n="0", order="ASC"}', 'The label top_n must be a whole number from 1 on (got "0").'],
    [
      'service_percentile{layer="GENERAL", top_n="1", order="ASC"}',
      'Metric: [service_percentile] has labels: a ranking needs one value of one of them, such as p="99".',
    ],
    ['top_n_database_statement{layer="GENERAL", top_n="1"}', 'Metrics expression missing label: parent_service,order'],
    ['1 > 2', 'Comparisons between scalars must use BOOL modifier.'],
    ['sum(1)', 'sum takes series, not a number.'],
    [`service_cpm{${SHOP}}[5m] + 1`, 'A range selector, with [5m], can only stand alone.'],
    [`${SAME} + ${SAME}`, 'Several series of one side have equal labels, so it is not clear which to take.'],
    [`service_cpm{${SHOP}}[0s]`, 'A range must be longer than 0.'],
    [`service_cpm{${SHOP}}[600d]`, 'a series may span at most 500 steps; the duration has 501'],
    [
      `service_cpm{${SHOP}} + service_cpm{service="cart", layer="GENERAL"}`,
      'No series of the left side has the labels of one of the right.',
    ],
    [
      'top_n_database_statement{parent_service="mysql:3306", layer="VIRTUAL_DATABASE", top_n="9", order="ASC", p="x"} + 1 +',
      '1:117: parse error: ',
    ],
  ])('refuses %s', async (text, error) => {
    const answer = await kit.get('query', { query: text });
    expect(answer).toEqual({ status: 'error', errorType: 'bad_data', error: expect.stringContaining(error) });
    expect((await kit.raw(`/api/v1/query?${kit.form({ query: text })}`)).status).toBe(200);
  });
});

describe('query_range', () => {
  it('takes its parameters from a query string, a form, and the body of a GET', async () => {
    const kit = await filled();
    const fields = { query: `service_cpm{${SHOP}} + 1`, start: T - 60, end: new Date(NOW).toISOString(), step: '15s' };
    const expected = {
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric: { __name__: 'service_cpm', ...SHOP_LABELS }, values: [[T, '19']] }] },
    };
    expect(await kit.get('query_range', fields)).toEqual(expected);
    expect(await kit.post('query_range', fields)).toEqual(expected);
    expect(await kit.getWithBody('query_range', kit.form(fields))).toEqual(expected);
    // As curl sends it: nothing but the plus is encoded.
    expect(await kit.getWithBody('query_range', `query=service_cpm{${SHOP}} %2B 1&start=${T - 60}&end=${T}`)).toEqual(expected);
    const json = await kit.raw('/api/v1/query', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect(await json.json()).toMatchObject({ errorType: 'bad_data', error: 'a body must be a form, application/x-www-form-urlencoded' });
  });

  it('reads hours beyond an hour and days beyond a day, in a zone of half an hour', async () => {
    const kit = await start('Asia/Kolkata');
    // 02:29 UTC is 07:59 in India: the hour from 07:00, which is 01:30 UTC.
    await kit.add(METRICS.serviceCpm, shop, Date.UTC(2024, 0, 2, 2, 29), { slots: [120] });
    await kit.add(METRICS.serviceCpm, shop, Date.UTC(2024, 0, 2, 2, 30), { slots: [180] });
    // The day before ends at 18:30 UTC.
    await kit.add(METRICS.serviceCpm, shop, Date.UTC(2024, 0, 1, 18, 29), { slots: [1440 * 7] });
    const values = async (from: number, to: number) => {
      const { result } = await kit.data<Matrix>('query_range', { query: `service_cpm{${SHOP}}`, start: seconds(from), end: seconds(to) });
      return result.flatMap((r) => r.values);
    };
    const at = (day: number, hour: number, minute: number): number => seconds(Date.UTC(2024, 0, day, hour, minute));
    expect(await values(NOW - HOUR, NOW)).toEqual([
      [at(2, 2, 29), '120'],
      [at(2, 2, 30), '180'],
    ]);
    expect(await values(NOW - HOUR - 1000, NOW)).toEqual([
      [at(2, 1, 30), '2'],
      [at(2, 2, 30), '3'],
    ]);
    expect(await values(NOW - 24 * HOUR, NOW)).toEqual([
      [at(1, 17, 30), '168'],
      [at(2, 1, 30), '2'],
      [at(2, 2, 30), '3'],
    ]);
    expect(await values(NOW - 24 * HOUR - 1000, NOW)).toEqual([
      [at(31 - 31, 18, 30), '7'],
      [at(1, 18, 30), '0'],
    ]);
  });

  it('repeats an hour when clocks are put back', async () => {
    const kit = await start('Europe/Berlin');
    const change = Date.UTC(2023, 9, 29, 1);
    for (const [i, n] of [60, 120, 180].entries()) await kit.add(METRICS.serviceCpm, shop, change + (i - 1) * HOUR, { slots: [n] });
    const { result } = await kit.data<Matrix>('query_range', {
      query: `service_cpm{${SHOP}}`,
      start: seconds(change - HOUR),
      end: seconds(change + HOUR),
    });
    expect(result[0]!.values).toEqual([-1, 0, 1].map((h, i) => [seconds(change + h * HOUR), String(i + 1)]));
  });

  it('answers 501 days and refuses 502', async () => {
    const kit = await filled();
    const day = 24 * HOUR;
    const days = (count: number) => kit.get('query_range', { query: '1', start: T - seconds(count * day), end: T });
    const most = (await days(500)).data as Matrix;
    expect(most.result[0]!.values).toHaveLength(501);
    expect(most.result[0]!.metric).toEqual({});
    expect(await days(501)).toMatchObject({ status: 'error', errorType: 'bad_data', error: expect.stringContaining('500 steps') });
    expect(await days(19_000)).toMatchObject({ status: 'error', errorType: 'bad_data' });
  });

  it.each([
    [{ end: T }, 'the parameter start is missing'],
    [{ start: T }, 'the parameter end is missing'],
    [{ start: T + 1, end: T }, 'the end is before the start'],
    [{ start: 'x', end: T }, 'the parameter start must be a unix time in seconds or RFC 3339 (got "x")'],
    [{ start: 'Infinity', end: T }, 'the parameter start must be'],
    [{ start: '2024-13-40T00:00:00Z', end: T }, 'the parameter start must be'],
    [{ start: '1e400', end: T }, 'the end is before the start'],
    [{ start: T, end: T, query: 'service_cpm[5m]' }, 'Range expression should use instant query.'],
  ])('refuses %j', async (fields, error) => {
    const kit = await start();
    const answer = await kit.get('query_range', { query: '1', ...fields });
    expect(answer).toEqual({ status: 'error', errorType: 'bad_data', error: expect.stringContaining(error) });
  });
});

describe('the other endpoints', () => {
  it('formats and parses queries', async () => {
    const kit = await start();
    expect(await kit.data('format_query', { query: 'foo/bar' })).toBe('foo / bar');
    expect(await kit.post('format_query', { query: 'sum(a)by(b)' })).toEqual({ status: 'success', data: 'sum by (b) (a)' });
    expect(await kit.data('parse_query', { query: '1' })).toEqual({ type: 'numberLiteral', val: '1' });
    expect(await kit.get('format_query', { query: 'foo/' })).toMatchObject({ status: 'error', errorType: 'bad_data' });
  });

  it('says what it is, and answers what clients ask besides', async () => {
    const kit = await start('UTC', { buildInfo: { branch: 'main' } });
    expect(await kit.data('status/buildinfo')).toEqual({
      version: '2.45.0',
      revision: '',
      branch: 'main',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    });
    expect(await kit.data('rules')).toEqual({ groups: [] });
    expect(await kit.data('query_exemplars', { query: 'a', start: T, end: T })).toEqual([]);
    expect((await kit.raw('/-/healthy')).status).toBe(200);
    expect((await kit.raw('/api/v1/nothing')).status).toBe(404);
  });

  it('answers with the statuses of HTTP when it is configured so', async () => {
    const kit = await start('UTC', { httpStatuses: true });
    expect((await kit.raw('/api/v1/query?query=nothing')).status).toBe(400);
    expect((await kit.raw('/api/v1/query?query=1')).status).toBe(200);
  });

  it('keeps the contract of modules', async () => {
    const services = [[MetricCatalogToken, { find: () => undefined, all: () => [] }]] as const;
    await checkModule({ module: queryPromql, beside: [storageMemory, query], services });
  });
});

describe('limits', () => {
  it('refuses more points than configured', async () => {
    const kit = await start('UTC', { maxPoints: 501 });
    await fill(kit);
    for (let i = 0; i < 9; i++) await kit.add(METRICS.instanceCpm, instanceId(shop, `i${i}`), NOW, { slots: [1] });
    const ranked = (start: number) =>
      kit.get('query_range', { query: 'service_instance_cpm{layer="GENERAL", top_n="50", order="DES"}', start, end: T });
    expect((await ranked(T - 600)).status).toBe('success');
    expect(await ranked(T - 3600)).toMatchObject({ errorType: 'bad_data', error: expect.stringContaining('at most 501 can be answered') });
  });

  it('refuses more selectors than it would read, and reads equal ones once', async () => {
    const kit = await filled();
    const sum = (count: number) => Array.from({ length: count }, () => `service_cpm{${SHOP}}`).join(' + ');
    expect(await kit.get('query', { query: sum(51) })).toMatchObject({
      errorType: 'bad_data',
      error: expect.stringContaining('50 selectors'),
    });
    expect((await kit.data<{ result: readonly { value: unknown }[] }>('query', { query: sum(50) })).result[0]!.value).toEqual([T, '900']);
  });

  it('ends at its deadline, and hides what it cannot explain', async () => {
    let asked: (() => void) | undefined;
    const reading = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const metric = { name: 'm', kind: 'regular', scope: 'service' };
    const stuck = {
      find: (name: string) => (name === 'm' || name === 'broken' ? { ...metric, name } : undefined),
      steps: () => [NOW],
      entityId: () => 'a',
      values: ({ name }: { name: string }, _e: unknown, _d: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => {
          if (name === 'broken') reject(new Error('the password of the database is secret'));
          signal.addEventListener('abort', () => reject(signal.reason));
          asked?.();
        }),
    };
    const logged: string[] = [];
    const quiet = (): void => undefined;
    await using kit = await createTestHost({
      modules: [queryPromql],
      services: [
        [MetricsQueryToken, stuck],
        [MetadataQueryToken, {}],
        [LimitedReadsToken, {}],
        [TimeQueryToken, { zone: new Zone('UTC'), info: () => ({ now: NOW }) }],
      ],
      logger: { debug: quiet, info: quiet, warn: quiet, error: (message) => void logged.push(message) },
      config: { 'query-promql': { deadline: '2s' } },
    });
    const ask = async (name: string): Promise<unknown> => {
      const text = encodeURIComponent(`${name}{${SHOP}}`);
      return JSON.parse(String((await kit.http(`/api/v1/query?query=${text}`, { listener: 'prometheus' })).body));
    };
    expect(await ask('broken')).toEqual({ status: 'error', errorType: 'internal', error: 'internal error' });
    expect(logged).toEqual(['PromQL /api/v1/query failed']);
    const answer = ask('m');
    await reading;
    await kit.clock.advance(2000);
    expect(await answer).toEqual({ status: 'error', errorType: 'timeout', error: expect.stringContaining('longer than 2000 ms') });
    expect(logged).toHaveLength(1);
  });

  it.each([
    ['quotes and commands', `"; DROP TABLE x; --'`],
    ['a pattern of the platform that would never end', '(a+)+$'],
    ['what looks like an id', 'c2hvcA==.1_x'],
    ['control characters and halves of a pair', '\u0000\u001b\ud800'],
    ['a prototype', '__proto__'],
    ['a very long name', 'x'.repeat(4000)],
  ])('takes %s as values of labels', async (_what, value) => {
    const kit = await filled();
    const quoted = JSON.stringify(value);
    const queries = [
      `service_cpm{service=${quoted}, layer="GENERAL"}`,
      `endpoint_cpm{${SHOP}, endpoint=${quoted}}`,
      `service_percentile{${SHOP}, p=${quoted}}`,
      `endpoint_cpm{layer="GENERAL", parent_service=${quoted}, top_n="3", order="DES"}`,
    ];
    for (const text of queries) expect(await kit.data('query', { query: text })).toEqual({ resultType: 'vector', result: [] });
    for (const match of [`service_traffic{layer="GENERAL", service=${quoted}}`, `endpoint_traffic{${SHOP}, keyword=${quoted}}`]) {
      expect(await kit.data('series', { 'match[]': match })).toEqual([]);
    }
    expect((await kit.post('query', { query: `sum by (__proto__) (service_cpm{${SHOP}, __proto__=${quoted}})` })).status).toBe('success');
    expect(await kit.get('query', { query: `service_cpm{service="a", layer=${quoted}}` })).toMatchObject({ errorType: 'bad_data' });
  });

  it('ends searches by patterns that take long, and refuses those that are too large', async () => {
    const kit = await start();
    const names = Array.from({ length: 20 }, (_, i) => 'a'.repeat(900) + i);
    await kit.see(...names.map((name) => serviceUpdate(serviceId(name, true), name, 'GENERAL', NOW)));
    const found = (pattern: string) => kit.get('series', { 'match[]': `service_traffic{layer="GENERAL", service=~"${pattern}"}` });
    expect(await found(`${'(a|a)*'.repeat(20)}b`)).toEqual({ status: 'success', data: [] });
    expect(await found('a'.repeat(201))).toMatchObject({ errorType: 'bad_data' });
    expect(await found('(a{99}){99}')).toMatchObject({ errorType: 'bad_data' });
  });

  it('tells of cuts as warnings', async () => {
    const kit = await start('UTC', {}, { maxRows: 10 });
    await kit.see(...Array.from({ length: 12 }, (_, i) => serviceUpdate(serviceId(`s${i}`, true), `s${i}`, 'GENERAL', NOW)));
    const answer = await kit.get('series', { 'match[]': 'service_traffic{layer="GENERAL"}' });
    expect(answer).toMatchObject({ status: 'success', warnings: [expect.stringContaining('more than 10 rows')] });
    expect(answer.data).toHaveLength(10);
  });
});
