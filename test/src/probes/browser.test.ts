import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import browser from '@skein/browser';
import { TEST_START } from '@skein/core/testing';
import { endpointId, instanceId, serviceId } from '@skein/telemetry';
import { DURATION, type OfficialHost, officialHost, reflectedEncoder } from './official-host.js';

const V3 = '/skywalking.v3.BrowserPerfService';
const encode = reflectedEncoder('browser/browser.proto');
const start = (config: object = {}): Promise<OfficialHost> => officialHost([browser], { browser: config });

const APP = { serviceName: 'shop-ui', normal: true };
const VERSION = { ...APP, serviceInstanceName: '1.2' };
const CART = { ...APP, endpointName: '/cart' };

/** Values by label text; `''` where there is none. */
async function values(host: OfficialHost, expression: string, entity: object): Promise<Record<string, number | null>> {
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
    execExpression.results.map(({ metric, values: found }) => [
      metric.labels.map(({ key, value }) => `${key}=${value}`).join(','),
      found[0]?.value == null ? null : Number(found[0].value),
    ]),
  );
}
const value = async (host: OfficialHost, expression: string, entity: object) => (await values(host, expression, entity))[''];

interface Logs {
  readonly queryBrowserErrorLogs: { readonly logs: readonly Record<string, unknown>[] };
}
const errorLogs = async (host: OfficialHost, condition: object) =>
  (
    await host.ask<Logs>(
      `query ($c: BrowserErrorLogQueryCondition) { queryBrowserErrorLogs(condition: $c) { logs {
        service serviceVersion time pagePath category grade message line col stack errorUrl firstReportedError } } }`,
      { c: { paging: { pageNum: 1, pageSize: 20 }, ...condition } },
    )
  ).queryBrowserErrorLogs.logs;

const page = { service: 'shop-ui', serviceVersion: '1.2', pagePath: '/cart' };
const TIMES = [
  'redirect',
  'dns',
  'ttfb',
  'tcp',
  'trans',
  'domAnalysis',
  'fpt',
  'domReady',
  'loadPage',
  'res',
  'ssl',
  'ttl',
  'firstPack',
  'fmp',
];
/** Each time another one: `base` for the first, 10 more for each one that follows. */
const times = (base: number) => Object.fromEntries(TIMES.map((name, i) => [`${name}Time`, base + 10 * i]));
const metricOf = (time: string): string => time.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('what browsers report, over HTTP and gRPC', () => {
  let host: OfficialHost;
  beforeAll(async () => {
    host = await start();
    const { kit } = host;
    const json = async (path: string, body: object) => expect((await kit.http(path, { body })).status).toBe(200);
    // The client's time counts for nothing.
    await json('/browser/perfData', { ...page, ...times(100), time: 1 });
    await kit.grpc(`${V3}/collectPerfData`, [encode('BrowserPerfData', { ...page, ...times(205), time: 2 })]);
    await kit.grpc('/BrowserPerfService/collectPerfData', [encode('BrowserPerfData', { service: 'shop-ui', redirectTime: 7 })]);
    await json('/browser/perfData/webVitals', { ...page, fmpTime: 300, cls: 0.1234, lcpTime: -1 });
    await json('/browser/perfData/webVitals', { ...page, fmpTime: -1, cls: -1, lcpTime: -1 });
    const vitals = { ...page, fmpTime: 501, cls: 0.0506, lcpTime: 801 };
    await kit.grpc(`${V3}/collectWebVitalsPerfData`, [encode('BrowserWebVitalsPerfData', vitals)]);
    await json('/browser/perfData/resources', [
      { ...page, name: 'app.js', duration: 10, size: 1000, protocol: 'h2', resourceType: 'script' },
      { ...page, name: 'app.js', duration: 21, size: 3001, protocol: 'h2', resourceType: 'script' },
      { ...page, name: 'a.png', duration: 5, size: 70, protocol: 'http/1.1', resourceType: 'img' },
      { ...page, name: 'cached.css', duration: 0, size: 10, protocol: '', resourceType: 'link' },
      { ...page, name: 'foreign.css', duration: 10, size: 0, protocol: '', resourceType: 'link' },
      { ...page, name: 'odd.css', duration: -1, size: -1, protocol: '', resourceType: 'link' },
    ]);
    const resource = { ...page, name: 'a.png', duration: 0, size: 80, protocol: 'h3', resourceType: 'img' };
    await kit.grpc(`${V3}/collectResourcePerfData`, [encode('BrowserResourcePerfData', resource)]);
    const interactions = [5, 12, 18, 25].map((inpTime) => ({ ...page, inpTime }));
    await json('/browser/perfData/webInteractions', [...interactions, { ...page, inpTime: -1 }]);
    await kit.grpc(`${V3}/collectWebInteractionsPerfData`, [encode('BrowserWebInteractionsPerfData', { ...page, inpTime: 100 })]);
    await json('/browser/errorLogs', [
      {
        ...page,
        category: 'js',
        grade: 'ERROR',
        message: 'x is not defined',
        line: 4,
        col: 9,
        stack: 's',
        errorUrl: '/app.js',
        firstReportedError: true,
      },
      { ...page, category: 'ajax', message: 'status: 500' },
      { ...page, category: 'promise', message: 'no' },
    ]);
    await json('/browser/errorLog', { ...page, category: 'resource', message: 'load IMG' });
    const logs = [
      { ...page, category: 2, message: 'vue' },
      { ...page, category: 5, message: 'unknown' },
      { ...page, serviceVersion: '1.3', pagePath: '/pay', category: 4, message: 'other page' },
    ];
    await kit.grpc(
      `${V3}/collectErrorLogs`,
      logs.map((log) => encode('BrowserErrorLog', log)),
    );
    await kit.grpc('/BrowserPerfService/collectErrorLogs', [encode('BrowserErrorLog', { ...page, category: 77, message: 'newer kind' })]);
    kit.assertBooks();
  });
  afterAll(async () => host[Symbol.asyncDispose]());

  it('is page views and errors of the application, its version and its page', async () => {
    expect(await value(host, 'browser_app_pv', APP)).toBe(3);
    expect(await value(host, 'browser_app_error_sum', APP)).toBe(8);
    expect(await value(host, 'browser_app_error_rate', APP)).toBe(3333);
    expect(await value(host, 'browser_app_single_version_pv', VERSION)).toBe(2);
    expect(await value(host, 'browser_app_single_version_error_sum', VERSION)).toBe(7);
    expect(await value(host, 'browser_app_single_version_error_rate', VERSION)).toBe(5000);
    expect(await value(host, 'browser_app_page_pv', CART)).toBe(2);
    expect(await value(host, 'browser_app_page_error_sum', CART)).toBe(7);
    expect(await value(host, 'browser_app_page_error_rate', CART)).toBe(5000);
    expect(await value(host, 'browser_app_page_pv', { ...APP, endpointName: '/' })).toBe(1);
    expect(await value(host, 'browser_app_single_version_pv', { ...APP, serviceInstanceName: 'latest' })).toBe(1);
  });

  it('is errors of a page by what failed', async () => {
    const of = (kind: string) => value(host, `browser_app_page_${kind}_error_sum`, CART);
    expect([await of('js'), await of('ajax'), await of('resource'), await of('unknown')]).toEqual([3, 1, 1, 2]);
  });

  it.each(TIMES.map((time, i) => [metricOf(time), i] as const))('is the average %s time of a page', async (time, i) => {
    expect(await value(host, `browser_app_page_${time}_avg`, CART)).toBe(Math.trunc((100 + 10 * i + 205 + 10 * i) / 2));
  });

  it.each(['fpt', 'ttl', 'domReady', 'loadPage', 'firstPack', 'fmp'])('is the percentiles of the %s time of a page', async (time) => {
    const [first, second] = [100, 200].map((base) => base + 10 * TIMES.indexOf(time));
    expect(await values(host, `browser_app_page_${metricOf(time)}_percentile`, CART)).toEqual({
      'p=50': first,
      'p=75': second,
      'p=90': second,
      'p=95': second,
      'p=99': second,
    });
  });

  it('is web vitals, of which what browsers cannot tell is left out', async () => {
    expect(await value(host, 'browser_app_web_vitals_fmp_avg', CART)).toBe(400);
    expect(await value(host, 'browser_app_web_vitals_cls_avg', CART)).toBe(Math.trunc((123 + 51) / 2));
    expect(await value(host, 'browser_app_web_vitals_lcp_avg', CART)).toBe(801);
    const percentiles = { 'p=50': 10, 'p=75': 20, 'p=90': 100, 'p=95': 100, 'p=99': 100 };
    expect(await values(host, 'browser_app_web_interaction_inp_percentile', CART)).toEqual(percentiles);
  });

  it('is resources by name, protocol and type, of which those without time or size are left out over HTTP', async () => {
    expect(await values(host, 'browser_app_resource_duration_avg', CART)).toEqual({ 'n=app.js': 15, 'n=a.png': 2 });
    expect(await values(host, 'browser_app_resource_size_avg', CART)).toEqual({ 'n=app.js': 2000, 'n=a.png': 75 });
    expect(await values(host, 'browser_app_resource_protocol_count', CART)).toEqual({ 'n=h2': 2, 'n=http/1.1': 1, 'n=h3': 1 });
    expect(await values(host, 'browser_app_resource_type_count', CART)).toEqual({ 'n=script': 2, 'n=img': 2 });
    const books = host.kit.books().find((edge) => edge.publisher === 'browser')!;
    expect(books).toMatchObject({ skipped: { 'empty-resource': 3 } });
  });

  it('names applications, versions and pages that were viewed, not those that only met an error', async () => {
    const found = await host.ask<Record<string, { name: string; layers?: string[]; normal?: boolean }[]>>(
      `query ($d: Duration!, $id: ID!) {
        listServices(layer: "BROWSER") { name layers normal }
        getAllBrowserServices(duration: $d) { name }
        listInstances(duration: $d, serviceId: $id) { name }
        findEndpoint(serviceId: $id, limit: 10) { name } }`,
      { d: DURATION, id: serviceId('shop-ui', true) },
    );
    expect(found.listServices).toEqual([{ name: 'shop-ui', layers: ['BROWSER'], normal: true }]);
    expect(found.getAllBrowserServices).toEqual([{ name: 'shop-ui' }]);
    expect(found.listInstances!.map(({ name }) => name).sort()).toEqual(['1.2', 'latest']);
    expect(found.findEndpoint!.map(({ name }) => name).sort()).toEqual(['/', '/cart']);
  });

  it('lists error logs with what was sent, at the time of the server', async () => {
    const logs = await errorLogs(host, { category: 'JS', serviceId: serviceId('shop-ui', true), queryDuration: DURATION });
    expect(logs).toHaveLength(2);
    expect(logs.find(({ pagePath }) => pagePath === '/cart')).toEqual({
      ...page,
      time: TEST_START,
      category: 'JS',
      grade: 'ERROR',
      message: 'x is not defined',
      line: 4,
      col: 9,
      stack: 's',
      errorUrl: '/app.js',
      firstReportedError: true,
    });
  });

  it('finds error logs by service, version, page and category, in pages', async () => {
    const app = serviceId('shop-ui', true);
    const messages = async (condition: object) => (await errorLogs(host, condition)).map(({ message }) => message).sort();
    expect(await messages({})).toHaveLength(8);
    expect(await messages({ category: 'ALL', queryDuration: DURATION })).toHaveLength(8);
    expect(await messages({ queryDuration: { start: '2024-01-02 0302', end: '2024-01-02 0303', step: 'MINUTE' } })).toEqual([]);
    expect(await messages({ serviceId: serviceId('other', true) })).toEqual([]);
    expect(await messages({ serviceVersionId: instanceId(app, '1.3') })).toEqual(['other page']);
    expect(await messages({ pagePathId: endpointId(app, '/pay') })).toEqual(['other page']);
    expect(await messages({ pagePathId: endpointId(app, '/cart'), category: 'UNKNOWN' })).toEqual(['newer kind', 'unknown']);
    expect(await messages({ serviceVersionId: instanceId(app, '1.2'), category: 'VUE' })).toEqual(['vue']);
    const third = await errorLogs(host, { paging: { pageNum: 3, pageSize: 3 } });
    expect(third).toHaveLength(2);
  });
});

it('counts all errors whatever is sampled, and keeps the logs that their id says', async () => {
  await using host = await start({ sampleRate: 5000 });
  const ids = Array.from({ length: 200 }, (_, i) => `log-${i}`);
  await host.kit.http('/browser/errorLogs', { body: ids.map((uniqueId) => ({ ...page, uniqueId, message: uniqueId })) });
  expect(await value(host, 'browser_app_error_sum', APP)).toBe(200);
  const kept = (await errorLogs(host, { paging: { pageNum: 1, pageSize: 500 } })).map(({ message }) => message);
  const javaHash = (text: string) => [...text].reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) | 0, 0);
  expect(kept.sort()).toEqual(ids.filter((id) => Math.abs(javaHash(id)) % 10_000 < 5000).sort());
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(200);
});

describe('a query for error logs', () => {
  it('without a condition, or of a page out of bounds, says what is wrong', async () => {
    await using host = await start();
    const refused = (c: object | null) =>
      host.ask('query ($c: BrowserErrorLogQueryCondition) { queryBrowserErrorLogs(condition: $c) { logs { message } } }', { c });
    await expect(refused(null)).rejects.toThrow('needs a condition');
    await expect(refused({ paging: { pageSize: 0 } })).rejects.toThrow('the page size must be 1 to');
    const backwards = { start: '2024-01-02 0305', end: '2024-01-02 0304', step: 'MINUTE' };
    await expect(refused({ paging: { pageSize: 5 }, queryDuration: backwards })).rejects.toThrow('0304');
  });
});
