import { afterEach, describe, expect, it } from '@jest/globals';
import httpServer from '@skein/http-server';
import query from '@skein/query';
import storageMemory from '@skein/storage-memory';
import { endpointId, endpointUpdate, LAYERS } from '@skein/telemetry';
import type { EntityModel } from '@skein/telemetry/storage';
import { ZipkinRemoteServiceModel, ZipkinServiceModel, ZipkinSpanNameModel } from '@skein/zipkin-analyzer/contract';
import { cart, fill, NOW, seconds, start as startWith, stopAll } from './query-promql.test.kit.js';

afterEach(stopAll);
const start = () => startWith([httpServer, storageMemory, query]);
const filled = async () => {
  const kit = await start();
  await fill(kit);
  return kit;
};
const T = seconds(NOW);
const SHOP = 'service="shop", layer="GENERAL"';

describe('what there is to ask for', () => {
  it('lists services, instances and endpoints as series', async () => {
    const kit = await filled();
    const series = (match: string, more: object = {}) => kit.data('series', { 'match[]': match, start: T - 1800, end: T, ...more });
    const service = (name: string) => ({ __name__: 'service_traffic', service: name, scope: 'Service', layer: 'GENERAL' });
    expect(await series('service_traffic{layer="GENERAL"}')).toEqual([service('cart'), service('shop')]);
    expect(await series('service_traffic{layer="GENERAL"}', { limit: 1 })).toEqual([service('cart')]);
    expect(await series('service_traffic{layer="GENERAL", limit="1"}', { limit: 9 })).toEqual([service('cart')]);
    expect(await series('service_traffic{layer="GENERAL", service="shop"}')).toEqual([service('shop')]);
    expect(await series('service_traffic{layer="GENERAL", service!="shop"}')).toEqual([service('cart')]);
    expect(await series('service_traffic{layer="GENERAL", service=~"sh.*|x"}')).toEqual([service('shop')]);
    expect(await series('service_traffic{layer="GENERAL", service!~"sh.*"}')).toEqual([service('cart')]);
    expect(await series('service_traffic{layer="MESH"}')).toEqual([]);
    const instance = (name: string) => ({ __name__: 'instance_traffic', service_instance: name, scope: 'ServiceInstance' });
    expect(await series('instance_traffic{layer="GENERAL", service="shop"}')).toEqual([instance('shop-1'), instance('shop-2')]);
    expect(await series('instance_traffic{layer="GENERAL", service="shop", service_instance=~".*2"}')).toEqual([instance('shop-2')]);
    expect(await series('instance_traffic{layer="GENERAL", service="shop"}', { start: T + 600, end: T + 660 })).toEqual([]);
    const endpoint = (name: string) => ({ __name__: 'endpoint_traffic', endpoint: name, scope: 'Endpoint' });
    expect(await series('endpoint_traffic{layer="GENERAL", service="shop"}')).toEqual([endpoint('/basket'), endpoint('/order')]);
    expect(await series('endpoint_traffic{layer="GENERAL", service="shop", keyword="rde"}')).toEqual([endpoint('/order')]);
    expect(await series('endpoint_traffic{layer="GENERAL", service="shop", endpoint=~"/b.*"}')).toEqual([endpoint('/basket')]);
    expect(await series('endpoint_traffic{layer="GENERAL", service="shop", endpoint="/order"}')).toEqual([endpoint('/order')]);
    const two = ['service_traffic{layer="GENERAL", limit="1"}', 'instance_traffic{layer="GENERAL", service="shop", limit="1"}'];
    expect(await kit.data('series', { 'match[]': two })).toEqual([service('cart'), instance('shop-1')]);
  });

  it('lists services, remote services and span names of Zipkin spans', async () => {
    const kit = await start();
    const row = (model: EntityModel, fields: Readonly<Record<string, string>>) => ({
      model,
      id: Object.values(fields).join(' '),
      at: NOW,
      active: true,
      row: fields,
    });
    await kit.see(
      row(ZipkinServiceModel, { name: 'frontend' }),
      row(ZipkinServiceModel, { name: 'backend' }),
      row(ZipkinRemoteServiceModel, { service: 'frontend', name: 'backend' }),
      row(ZipkinSpanNameModel, { service: 'frontend', name: 'get /' }),
      row(ZipkinSpanNameModel, { service: 'backend', name: 'get /api' }),
    );
    const series = (match: string) => kit.data('series', { 'match[]': match });
    expect(await series('zipkin_service_traffic')).toEqual([
      { __name__: 'zipkin_service_traffic', service: 'backend' },
      { __name__: 'zipkin_service_traffic', service: 'frontend' },
    ]);
    expect(await series('zipkin_service_relation_traffic{service="Frontend"}')).toEqual([
      { __name__: 'zipkin_service_relation_traffic', remote_service: 'backend' },
    ]);
    expect(await kit.data('label/span_name/values', { 'match[]': 'zipkin_service_span_traffic{service="backend"}' })).toEqual(['get /api']);
    expect(await kit.get('series', { 'match[]': 'zipkin_service_span_traffic' })).toMatchObject({
      error: 'Metrics expression missing label: service',
    });
  });

  it('shows a metric as one series with empty labels', async () => {
    const kit = await filled();
    const series = (match: string) => kit.data('series', { 'match[]': match, start: T - 1800, end: T });
    expect(await series('service_cpm')).toEqual([
      { __name__: 'service_cpm', layer: '', service: '', top_n: '', order: '', scope: 'Service' },
    ]);
    expect(await series('service_percentile')).toEqual([
      { __name__: 'service_percentile', layer: '', service: '', top_n: '', order: '', p: '', scope: 'Service' },
    ]);
    expect(await series('endpoint_cpm')).toEqual([
      { __name__: 'endpoint_cpm', layer: '', service: '', top_n: '', order: '', endpoint: '', parent_service: '', scope: 'Endpoint' },
    ]);
    expect(await series('nothing')).toEqual([]);
  });

  it('lists the labels of metrics, of series, and all of them', async () => {
    const kit = await filled();
    const labels = (match?: string, more: object = {}) => kit.data('labels', { ...(match && { 'match[]': match }), ...more });
    expect(await labels('service_cpm')).toEqual(['layer', 'service', 'top_n', 'order']);
    expect(await labels('service_instance_cpm')).toEqual(['layer', 'service', 'top_n', 'order', 'service_instance', 'parent_service']);
    expect(await labels('endpoint_cpm')).toEqual(['layer', 'service', 'top_n', 'order', 'endpoint', 'parent_service']);
    expect(await labels('service_percentile')).toEqual(['layer', 'service', 'top_n', 'order', 'p']);
    expect(await labels(`service_percentile{${SHOP}}`)).toContain('p');
    expect(await labels('service_percentile{service="cart", layer="GENERAL"}')).not.toContain('p');
    expect(await labels('service_percentile', { end: T + 86_400 })).not.toContain('p');
    expect(await labels('old_percentile')).toEqual(['layer', 'service', 'top_n', 'order', 'labels', 'relabels']);
    expect(await labels('service_relation_server_cpm')).toEqual(['layer', 'service', 'dest_service', 'dest_layer']);
    expect(await labels('top_n_database_statement')).toEqual(['layer', 'parent_service', 'top_n', 'order']);
    expect(await labels('service_traffic')).toEqual(['layer', 'limit', 'service']);
    expect(await labels('endpoint_traffic{layer="GENERAL"}')).toEqual(['layer', 'limit', 'service', 'keyword']);
    expect(await labels('nothing')).toEqual([]);
    expect(await labels()).toEqual(expect.arrayContaining(['__name__', 'layer', 'scope', 'service', 'top_n', 'keyword']));
    expect(await labels(undefined, { limit: 2 })).toHaveLength(2);
    expect(await kit.post('labels', { 'match[]': 'service_cpm' })).toEqual({
      status: 'success',
      data: ['layer', 'service', 'top_n', 'order'],
    });
  });

  it('lists the values of labels', async () => {
    const kit = await filled();
    const values = (label: string, match?: string, more: object = {}) =>
      kit.data<readonly string[]>(`label/${label}/values`, { ...(match && { 'match[]': match }), ...more });
    expect(await values('__name__')).toEqual(expect.arrayContaining(['service_cpm', 'service_percentile', 'top_n_database_statement']));
    expect(await values('__name__', '{__name__=~"service_.*cpm"}')).toEqual([
      'service_cpm',
      'service_instance_cpm',
      'service_relation_server_cpm',
    ]);
    expect(await values('__name__', '{__name__=~"(?i).*CPU.*"}')).toEqual(['instance_jvm_cpu']);
    expect(await values('__name__', undefined, { limit: 2 })).toHaveLength(2);
    expect(await values('layer')).toEqual(LAYERS);
    expect(await values('scope')).toContain('ServiceInstance');
    expect(await values('service', 'service_traffic{layer="GENERAL"}')).toEqual(['cart', 'shop']);
    expect(await values('service', 'service_traffic{layer="GENERAL", service=~"s.*"}')).toEqual(['shop']);
    expect(await values('service_instance', 'instance_traffic{layer="GENERAL", service="shop"}', { limit: 1 })).toEqual(['shop-1']);
    expect(await values('service_instance', 'instance_traffic{layer="GENERAL", service="shop"}', { end: T + 86_400 })).toEqual([]);
    expect(await values('endpoint', 'endpoint_traffic{layer="GENERAL", service="shop"}')).toEqual(['/basket', '/order']);
    expect(await values('p', 'service_percentile')).toEqual(['50', '75', '90', '95', '99']);
    expect(await values('p', 'service_percentile', { end: T + 86_400 })).toEqual([]);
    expect(await values('p', 'service_cpm')).toEqual([]);
    expect(await values('service', 'service_cpm')).toEqual(['cart', 'mysql:3306', 'shop']);
    expect(await values('service', 'service_cpm{layer="GENERAL"}')).toEqual(['cart', 'shop']);
    expect(await values('endpoint', `endpoint_cpm{${SHOP}}`)).toEqual(['/basket', '/order']);
    expect(await values('service')).toEqual([]);
    expect(await values('nothing', 'service_cpm')).toEqual([]);
  });

  it('finishes at 100 names unless more are asked for', async () => {
    const kit = await start();
    const names = Array.from({ length: 120 }, (_, i) => `e${i}`);
    await fill(kit);
    await kit.see(...names.map((name) => endpointUpdate(endpointId(cart, name), name, cart, 'GENERAL', NOW)));
    const match = 'endpoint_traffic{layer="GENERAL", service="cart"}';
    expect(await kit.data('label/endpoint/values', { 'match[]': match })).toHaveLength(100);
    expect(await kit.data('label/endpoint/values', { 'match[]': match.replace('}', ', limit="110"}'), limit: 500 })).toHaveLength(110);
    expect(await kit.data('series', { 'match[]': match.replace('}', ', limit="110"}') })).toHaveLength(110);
  });

  it('describes every metric as a gauge', async () => {
    const kit = await start();
    const gauge = [{ type: 'gauge', help: '', unit: '' }];
    expect(await kit.data('metadata', { metric: 'service_cpm' })).toEqual({ service_cpm: gauge });
    expect(await kit.data('metadata', { metric: 'service_(cpm|sla)' })).toEqual({ service_cpm: gauge, service_sla: gauge });
    expect(Object.keys(await kit.data<object>('metadata'))).toContain('endpoint_cpm');
    expect(Object.keys(await kit.data<object>('metadata', { limit: 2 }))).toHaveLength(2);
    expect((await kit.getWithBody('metadata', 'metric=service_cpm&limit=10')).data).toEqual({ service_cpm: gauge });
  });

  it.each([
    ['series', {}, 'the parameter match[] is missing'],
    ['series', { 'match[]': 'service_traffic' }, 'Metrics expression missing label: layer'],
    ['series', { 'match[]': 'service_traffic{layer="X"}' }, 'Layer:[X] is missing or illegal.'],
    ['series', { 'match[]': 'instance_traffic{layer="GENERAL"}' }, 'Metrics expression missing label: service'],
    ['series', { 'match[]': 'instance_traffic{layer="GENERAL", service=~"a"}' }, 'The label service takes = only here (got =~).'],
    ['series', { 'match[]': 'service_traffic{layer="GENERAL", limit="x"}' }, 'The label limit must be a whole number (got "x").'],
    ['series', { 'match[]': 'service_traffic{layer="GENERAL", service=~"("}' }, 'the pattern cannot be read'],
    ['series', { 'match[]': 'service_traffic{' }, '1:17: parse error: '],
    ['series', { 'match[]': new Array<string>(21).fill('service_cpm') }, 'more than 20 selectors'],
    ['labels', { 'match[]': 'a + b' }, 'a series selector was expected'],
    ['labels', { limit: -1 }, 'the parameter limit must be a whole number'],
    ['label/a-b/values', {}, 'invalid label name: "a-b"'],
    ['label/a/other', {}, 'the path must be /api/v1/label/<name>/values'],
    ['metadata', { metric: '(' }, 'the pattern cannot be read'],
  ])('refuses %s with %j', async (path, fields, error) => {
    const kit = await start();
    expect(await kit.get(path, fields)).toEqual({ status: 'error', errorType: 'bad_data', error: expect.stringContaining(error) });
  });
});
