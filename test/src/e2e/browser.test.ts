import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerProcess } from '@skein/core/testing';
import { endpointId, instanceId, serviceId } from '@skein/telemetry';
import type { Browser, Page } from 'playwright-core';
import { assertBooksOf, readBooks } from '../support/books.js';
import { startChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { type Duration, GraphqlClient } from '../support/graphql-client.js';
import { noonZone } from '../support/noon-zone.js';
import { WebShop } from '../support/web-shop.js';

const CLIENT = { service: 'shop-ui', serviceVersion: 'v1.2', pagePath: '/cart' };
const APP = { serviceName: CLIENT.service, normal: true };
const PAGE = { ...APP, endpointName: CLIENT.pagePath };
const APP_ID = serviceId(CLIENT.service, true);

let server: ServerProcess;
let shop: WebShop;
let chromium: Browser;
let page: Page;
let client: GraphqlClient;
let minutes: Duration;
let canRead: boolean;
/** What the client posted, by path. Beacons hide theirs. */
const posted = new Map<string, Record<string, number>>();

beforeAll(async () => {
  server = await ServerProcess.start({ config: `host: { zone: ${noonZone()} }\nmodules: { browser: {} }\n` });
  client = new GraphqlClient(server.http);
  shop = await WebShop.start({ collector: server.http, ...CLIENT });
  chromium = await startChromium();
  page = await chromium.newPage();
  page.on('request', (request) => {
    const body: unknown = request.method() === 'POST' ? request.postDataJSON() : undefined;
    if (body !== undefined) posted.set(new URL(request.url()).pathname, body as Record<string, number>);
  });
  const vitals = page.waitForResponse((response) => response.url().endsWith('/browser/perfData/webVitals'));
  await page.goto(shop.origin);
  await page.evaluate('misbehave()');
  // The client measures for five seconds before it reports them.
  await vitals;
  await page.click('#slow');
  await page.evaluate('slowClickIsKnown()');
  canRead = await page.evaluate<boolean>(`canRead('${server.http}/graphql')`);
  // Errors, resources and interactions are sent when the page is left.
  await page.goto(`${shop.origin}/left`);
  await eventually(async () => {
    const books = await readBooks(server.http);
    expect(books.get('browser -> observations')).toMatchObject({ deduplicated: 20, inFlight: 0 });
    expect(await values('browser_app_web_interaction_inp_percentile', PAGE)).not.toEqual({});
    expect(await values('browser_app_resource_type_count', PAGE)).not.toEqual({});
  });
  minutes = (await client.durations()).minutes;
}, 60_000);

afterAll(async () => {
  await chromium?.close();
  await shop?.stop();
  await server?.dispose();
});

/** Of today, by label: all that happened. */
async function values(metric: string, entity: object): Promise<Record<string, number[]>> {
  return client.expression(metric, entity, (await client.durations()).day);
}
const today = async (metric: string, entity: object): Promise<number | undefined> => (await values(metric, entity))['']?.[0];

describe('skywalking-client-js in Chromium, from a page of another origin', () => {
  it('names the application, its version and its page', async () => {
    const found = await client.query<Record<string, { name: string }[]>>(
      `query ($d: Duration!, $id: ID!) {
        listServices(layer: "BROWSER") { name } listInstances(duration: $d, serviceId: $id) { name } findEndpoint(serviceId: $id, limit: 9) { name } }`,
      { d: minutes, id: APP_ID },
    );
    expect(found).toEqual({
      listServices: [{ name: CLIENT.service }],
      listInstances: [{ name: CLIENT.serviceVersion }],
      findEndpoint: [{ name: CLIENT.pagePath }],
    });
  });

  it('counts the view, and each error once although the client sends it with every other one', async () => {
    const version = { ...APP, serviceInstanceName: CLIENT.serviceVersion };
    for (const [scope, entity] of [
      ['browser_app', APP] as const,
      ['browser_app_single_version', version] as const,
      ['browser_app_page', PAGE] as const,
    ]) {
      expect([scope, await today(`${scope}_pv`, entity)]).toEqual([scope, 1]);
      expect([scope, await today(`${scope}_error_sum`, entity)]).toEqual([scope, 5]);
      expect([scope, await today(`${scope}_error_rate`, entity)]).toEqual([scope, 10_000]);
    }
    const of = (kind: string) => today(`browser_app_page_${kind}_error_sum`, PAGE);
    expect([await of('js'), await of('ajax'), await of('resource')]).toEqual([2, 2, 1]);
  });

  it('measures how the page loaded', async () => {
    const load = posted.get('/browser/perfData')!;
    expect(load).toMatchObject(CLIENT);
    expect(load.loadPageTime).toBeGreaterThan(0);
    for (const [name, metric] of [
      ['ttfbTime', 'ttfb'],
      ['domAnalysisTime', 'dom_analysis'],
      ['domReadyTime', 'dom_ready'],
      ['loadPageTime', 'load_page'],
      ['firstPackTime', 'first_pack'],
      ['ttlTime', 'ttl'],
    ] as const) {
      expect([metric, await today(`browser_app_page_${metric}_avg`, PAGE)]).toEqual([metric, load[name]]);
    }
  });

  it('measures what the user felt: paint, moving text, and a slow button', async () => {
    const vitals = posted.get('/browser/perfData/webVitals')!;
    expect(vitals.cls).toBeGreaterThan(0);
    expect(await today('browser_app_web_vitals_cls_avg', PAGE)).toBe(Math.round(vitals.cls! * 1000));
    expect(await today('browser_app_web_vitals_lcp_avg', PAGE)).toBe(vitals.lcpTime);
    expect(await today('browser_app_web_vitals_fmp_avg', PAGE)).toBe(vitals.fmpTime);
    const interactions = await values('browser_app_web_interaction_inp_percentile', PAGE);
    expect(interactions['p=99']![0]).toBeGreaterThanOrEqual(120);
  });

  it('measures the files of the page', async () => {
    const durations = await values('browser_app_resource_duration_avg', PAGE);
    expect(Object.keys(durations)).toContain(`n=${shop.origin}/client.js`);
    const sizes = await values('browser_app_resource_size_avg', PAGE);
    expect(sizes[`n=${shop.origin}/client.js`]![0]).toBeGreaterThan(100_000);
    expect(Object.keys(await values('browser_app_resource_type_count', PAGE))).toEqual(expect.arrayContaining(['n=script', 'n=link']));
    expect(Object.keys(await values('browser_app_resource_protocol_count', PAGE))).toEqual(['n=http/1.1']);
  });

  it('lists the errors', async () => {
    const { queryBrowserErrorLogs } = await client.query<{ queryBrowserErrorLogs: { logs: Record<string, unknown>[] } }>(
      `query ($c: BrowserErrorLogQueryCondition) { queryBrowserErrorLogs(condition: $c) { logs {
        service serviceVersion pagePath category grade message line stack errorUrl firstReportedError } } }`,
      {
        c: {
          serviceId: APP_ID,
          serviceVersionId: instanceId(APP_ID, CLIENT.serviceVersion),
          pagePathId: endpointId(APP_ID, CLIENT.pagePath),
          category: 'ALL',
          queryDuration: minutes,
          paging: { pageNum: 1, pageSize: 20 },
        },
      },
    );
    const { logs } = queryBrowserErrorLogs;
    const error = { ...CLIENT, grade: 'Error' };
    const ajax = { ...error, category: 'AJAX', message: 'status: 404; statusText: Not Found;' };
    expect([...logs].sort((a, b) => `${a.category} ${a.errorUrl}`.localeCompare(`${b.category} ${b.errorUrl}`))).toMatchObject([
      { ...ajax, errorUrl: '/api/missing', stack: 'not here' },
      { ...ajax, errorUrl: `${shop.origin}/api/missing` },
      { ...error, category: 'JS', message: 'Uncaught Error: provoked', stack: expect.stringContaining('Error: provoked') },
      { ...error, category: 'PROMISE', message: 'nobody catches this', stack: expect.stringContaining('Error: nobody') },
      { ...CLIENT, grade: 'Warning', category: 'RESOURCE', message: 'load IMG resource error', errorUrl: `${shop.origin}/missing.png` },
    ]);
    expect(logs.filter(({ firstReportedError }) => firstReportedError)).toHaveLength(1);
  });

  it('traces the calls of the page', async () => {
    const { queryBasicTraces } = await client.query<{ queryBasicTraces: { traces: { traceIds: string[]; isError: boolean }[] } }>(
      `query ($c: TraceQueryCondition) { queryBasicTraces(condition: $c) { traces { traceIds isError } } }`,
      {
        c: {
          serviceId: APP_ID,
          queryDuration: minutes,
          traceState: 'ALL',
          queryOrder: 'BY_START_TIME',
          paging: { pageNum: 1, pageSize: 20 },
        },
      },
    );
    const spans = await Promise.all(
      queryBasicTraces.traces.map(async ({ traceIds }) => {
        const { queryTrace } = await client.query<{ queryTrace: { spans: TracedSpan[] } }>(
          `query ($id: ID!) { queryTrace(traceId: $id) { spans {
            serviceCode serviceInstanceName endpointName type layer peer component isError tags { key value } } } }`,
          { id: traceIds[0] },
        );
        return queryTrace.spans[0]!;
      }),
    );
    const ajax = spans.filter(({ tags }) => tags.some(({ value }) => value.startsWith(`${shop.origin}/api/`)));
    expect(ajax.map(({ isError }) => isError).sort()).toEqual([false, false, true, true]);
    for (const span of ajax) {
      expect(span).toMatchObject({
        serviceCode: CLIENT.service,
        serviceInstanceName: CLIENT.serviceVersion,
        endpointName: CLIENT.pagePath,
        type: 'Exit',
        layer: 'Http',
        component: 'ajax',
        peer: shop.address,
      });
    }
  });

  it('cannot read what queries answer', async () => {
    expect(canRead).toBe(false);
  });

  it('leaves balanced books, and nothing refused or failed', async () => {
    const books = await assertBooksOf(server.http);
    expect(books.get('browser -> observations')).toMatchObject({ refused: 0, failed: 0, deduplicated: 20 });
    expect(books.get('trace-receiver -> segments')).toMatchObject({ refused: 0, failed: 0, skipped: 0 });
  });
});

interface TracedSpan {
  readonly isError: boolean;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}
