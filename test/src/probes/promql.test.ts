import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import queryPromql from '@skein/query-promql';
import traceReceiver from '@skein/trace-receiver';
import { encodeSegment } from '../support/segments.js';
import { MINUTE, type OfficialHost, officialHost } from './official-host.js';

const T = MINUTE / 1000;
const SHOP = 'service="shop", layer="GENERAL"';

let host: OfficialHost;
let url: string;

/** A call of shop that lasts `duration` ms and asks a database for nearly as long. */
const call = (id: string, duration: number, isError = false): Uint8Array =>
  encodeSegment({
    traceId: `trace-${id}`,
    segmentId: `segment-${id}`,
    spans: [
      {
        spanId: 0,
        parentSpanId: -1,
        startTime: MINUTE,
        endTime: MINUTE + duration,
        operationName: 'POST:/order',
        spanType: 0,
        spanLayer: 3,
        componentId: 1,
        isError,
      },
      {
        spanId: 1,
        parentSpanId: 0,
        startTime: MINUTE,
        endTime: MINUTE + duration - 10,
        operationName: 'Mysql/query',
        peer: 'mysql:3306',
        spanType: 1,
        spanLayer: 1,
        componentId: 33,
        tags: [
          { key: 'db.type', value: 'sql' },
          { key: 'db.statement', value: 'select * from orders' },
        ],
      },
    ],
  });

beforeAll(async () => {
  host = await officialHost([httpServer, traceReceiver, queryPromql], {
    'http-server': { listeners: { rest: { port: 0 }, prometheus: { port: 0 } } },
  });
  url = `http://127.0.0.1:${host.kit.get(HttpAddressesToken).get('prometheus')!.port}/api/v1`;
  const calls = [call('1', 1000), call('2', 1000), call('3', 1000), call('4', 3000, true)];
  await host.kit.grpc('/skywalking.v3.TraceSegmentReportService/collect', calls);
});
afterAll(async () => {
  host.kit.assertBooks();
  await host[Symbol.asyncDispose]();
});

async function data<T>(path: string, fields: Readonly<Record<string, string | number>> = {}, method: 'GET' | 'POST' = 'GET'): Promise<T> {
  const form = new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]));
  const reply = await (method === 'GET' ? fetch(`${url}/${path}?${form}`) : fetch(`${url}/${path}`, { method, body: form }));
  const { status, data, error } = (await reply.json()) as { status: string; data: T; error?: string };
  expect({ status, error }).toEqual({ status: 'success', error: undefined });
  return data;
}

interface Vector {
  readonly resultType: string;
  readonly result: ReadonlyArray<{ readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }>;
}
const values = async (query: string): Promise<readonly string[]> =>
  (await data<Vector>('query', { query, time: T })).result.map(({ value }) => value[1]);

describe('segments that were received are answered to clients of Prometheus', () => {
  it('as values of services, instances, endpoints and relations', async () => {
    expect(await data('query', { query: `service_cpm{${SHOP}}`, time: T }, 'POST')).toEqual({
      resultType: 'vector',
      result: [{ metric: { __name__: 'service_cpm', layer: 'GENERAL', scope: 'Service', service: 'shop' }, value: [T, '4'] }],
    });
    expect(await values(`service_sla{${SHOP}} / 100`)).toEqual(['75']);
    expect(await values(`service_resp_time{${SHOP}}`)).toEqual(['1500']);
    expect(await values(`service_instance_cpm{${SHOP}, service_instance="shop-1"}`)).toEqual(['4']);
    expect(await values(`endpoint_resp_time{${SHOP}, endpoint="POST:/order"}`)).toEqual(['1500']);
    const toDatabase = `service_relation_client_cpm{${SHOP}, dest_service="mysql:3306", dest_layer="VIRTUAL_DATABASE"}`;
    expect(await values(toDatabase)).toEqual(['4']);
    expect(await values('database_access_resp_time{service="mysql:3306", layer="VIRTUAL_DATABASE"}')).toEqual(['1490']);
  });

  it('as percentiles with labels, which aggregations join', async () => {
    const { result } = await data<Vector>('query', { query: `service_percentile{${SHOP}, p='50,75,99'}`, time: T });
    expect(result.map(({ metric, value }) => [metric.p, value[1]])).toEqual([
      ['50', '1000'],
      ['75', '1000'],
      ['99', '3000'],
    ]);
    expect(await values(`max(service_percentile{${SHOP}})`)).toEqual(['3000']);
    expect(await data('labels', { 'match[]': 'service_percentile', end: T })).toContain('p');
    expect(await data('label/p/values', { 'match[]': 'service_percentile', end: T })).toEqual(['50', '75', '90', '95', '99']);
    expect(await data('labels', { 'match[]': 'service_relation_client_percentile', end: T })).toContain('p');
  });

  it('as rankings and records', async () => {
    expect(await values('service_cpm{layer="GENERAL", top_n="5", order="DES"}')).toEqual(['4']);
    const { result } = await data<Vector>('query', {
      query: 'top_n_database_statement{parent_service="mysql:3306", layer="VIRTUAL_DATABASE", top_n="2", order="DES"}',
      time: T,
    });
    expect(result.map(({ metric, value }) => [metric.record, value[1]])).toEqual([
      ['select * from orders', '2990'],
      ['select * from orders', '990'],
    ]);
  });

  it('as series of services, instances and endpoints', async () => {
    const series = (match: string) => data('series', { 'match[]': match, start: T - 1800, end: T });
    expect(await series('service_traffic{layer="GENERAL"}')).toEqual([
      { __name__: 'service_traffic', service: 'shop', scope: 'Service', layer: 'GENERAL' },
    ]);
    expect(await series('service_traffic{layer="VIRTUAL_DATABASE"}')).toEqual([
      { __name__: 'service_traffic', service: 'mysql:3306', scope: 'Service', layer: 'VIRTUAL_DATABASE' },
    ]);
    expect(await data('label/service_instance/values', { 'match[]': `instance_traffic{${SHOP}}`, end: T })).toEqual(['shop-1']);
    expect(await data('label/endpoint/values', { 'match[]': `endpoint_traffic{${SHOP}}`, end: T })).toEqual(['POST:/order']);
  });

  it('through all that a data source of Grafana asks first', async () => {
    expect(await data('query', { query: '1+1', time: T }, 'POST')).toEqual({ resultType: 'scalar', result: [T, '2'] });
    expect(await data<{ version: string }>('status/buildinfo')).toMatchObject({ version: '2.45.0' });
    expect(await data<readonly string[]>('label/__name__/values', { limit: 40_000 })).toContain('service_cpm');
    expect(await data<object>('metadata')).toMatchObject({ service_cpm: [{ type: 'gauge', help: '', unit: '' }] });
    expect(await data('rules')).toEqual({ groups: [] });
  });
});
